// Type declarations of training-panel.js.

/** A PULSE v1 document, as `/status` gives it. */
export interface PulseStatus {
  status: 'idle' | 'running' | 'done' | 'error';
  epoch: number;
  /** 0 when it isn't known. */
  total_epochs: number;
  loss: number;
  message: string;
  /** Unix time in seconds. */
  timestamp: number;
}

/** A PULSE v2 document, as `/v2/status` gives it; null is what isn't known. */
export interface PulseDetails extends Omit<PulseStatus, 'loss'> {
  version: 2;
  loss: number | null;
  profile: string | null;
  dataset: string | null;
  /** Optimizer updates since the run began. */
  steps_done: number | null;
  total_steps: number | null;
  lr: number | null;
  /** Samples in one update, over all ranks. */
  batch_size: number | null;
  /** Bytes, at their peak. */
  gpu_memory_usage: number | null;
  metrics: Record<string, number>;
  run: string | null;
  attempt: number | null;
}

/** What follows from it, as `/progress` gives it. */
export interface PulseProgress {
  /** Percent, 0 to 100. */
  progress: number;
  status: PulseStatus['status'];
  epoch: number;
  total_epochs: number;
  /** Unix time in seconds. */
  timestamp: number;
  liveness: 'waiting' | 'live' | 'stale' | 'finished';
  eta_seconds: number | null;
  source: 'ok' | 'missing' | 'unreadable' | 'invalid';
  source_error: string | null;
}

/** Why the server has no status to serve: an RFC 9457 document. */
export interface PulseProblem {
  type: string;
  title: string;
  status: number;
  detail: string;
}

/** The panel's judgement, in the panel's language where it is text. */
export interface PulseVerdict {
  verdict: 'connecting' | 'unreachable' | 'broken' | 'stale' | 'replaced' | PulseStatus['status'];
  /** The verdict in a word or two. */
  label: string;
  /** Percent and label, as for a title. */
  headline: string;
  /** What is wrong and why; empty when nothing is. */
  explanation: string;
  percent: string;
  /** 0 to 1; null when it isn't known. */
  ratio: number | null;
  tone: 'idle' | 'running' | 'done' | 'error' | 'warning';
  /** The numbers are the last known ones, and may be long out of date. */
  isFrozen: boolean;
  /** How the panel hears of the server. */
  link: 'connecting' | 'live' | 'polling' | 'ended' | 'lost';
}

export interface TrainingPanelEventMap extends HTMLElementEventMap {
  'pulse-status': CustomEvent<PulseStatus>;
  'pulse-progress': CustomEvent<PulseProgress>;
  'pulse-problem': CustomEvent<PulseProblem>;
  'pulse-verdict': CustomEvent<PulseVerdict>;
}

/**
 * `<training-panel src="http://host:8080" lang="en" label="My run">`
 *
 * Importing the module defines the element.
 */
export class TrainingPanel extends HTMLElement {
  readonly status: PulseStatus | null;
  readonly progress: PulseProgress | null;
  /** The newest document as PULSE v2; null also of a server that knows v1 alone. */
  readonly details: PulseDetails | null;

  addEventListener<Type extends keyof TrainingPanelEventMap>(
    type: Type,
    listener: (this: TrainingPanel, event: TrainingPanelEventMap[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'training-panel': TrainingPanel;
  }
}
