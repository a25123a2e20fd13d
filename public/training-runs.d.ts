// Type declarations of training-runs.js.

import type { PulseProgress, PulseStatus } from './training-panel.js';

/** The state of a run, by which a list is filtered. */
export type PulseRunState = 'running' | 'stale' | 'waiting' | 'done' | 'error' | 'replaced';

/** One run, as `/runs` lists it. Times are unix times in seconds, by the server's clock. */
export interface PulseRun {
  /** `NAME@STARTED`, or the source's name while no run has begun. */
  id: string;
  source: string;
  /** Whether it is its source's newest run. */
  current: boolean;
  /** Counted from 1: a resume is another attempt of the same run. */
  attempt: number;
  /** By the trainer's clock; null while none has begun. */
  started: number | null;
  /** When its newest update arrived. */
  updated: number;
  ended: number | null;
  state: PulseRunState;
  status: PulseStatus['status'];
  liveness: PulseProgress['liveness'];
  /** Percent, 0 to 100. */
  progress: number;
  epoch: number;
  /** 0 when it isn't known. */
  total_epochs: number;
  loss: number;
  /** The least loss of its curve; null while none was measured. */
  best_loss: number | null;
  message: string;
  /** When the trainer wrote its newest document, by the trainer's clock. */
  timestamp: number;
  eta_seconds: number | null;
  source_state: PulseProgress['source'];
  source_error: string | null;
  /** What PULSE v2 adds; null for a run of PULSE v1. */
  details: Record<string, unknown> | null;
}

/** How many runs there are, and how the list hears of the server. */
export interface PulseRunCounts {
  total: number;
  /** A state that no run is in is left out. */
  states: Partial<Record<PulseRunState, number>>;
  link: 'connecting' | 'live' | 'polling' | 'lost';
}

/** What the reader has chosen. */
export interface PulseView {
  /** As the query of a URL, without its question mark. */
  view: string;
  /** A run was opened or closed: a step that the browser's Back takes back. */
  isStep: boolean;
}

export interface TrainingRunsEventMap extends HTMLElementEventMap {
  'pulse-runs': CustomEvent<PulseRunCounts>;
  'pulse-view': CustomEvent<PulseView>;
}

/**
 * `<training-runs src="http://host:8080" lang="en" label="My runs" view="state=running">`
 *
 * Importing the module defines the element.
 */
export class TrainingRuns extends HTMLElement {
  /** All runs that are known, in no order. */
  readonly runs: PulseRun[];
  /** What is chosen, filtered, sorted and searched, as the query of a URL. */
  view: string;

  addEventListener<Type extends keyof TrainingRunsEventMap>(
    type: Type,
    listener: (this: TrainingRuns, event: TrainingRunsEventMap[Type]) => unknown,
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
    'training-runs': TrainingRuns;
  }
}
