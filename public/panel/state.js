// What the panel knows, and how updates change it. Pure: no DOM, no clock, no network.

import { arrive, narrow } from './clock.js';
import { isMeasured, pointOf, pointsOf } from './version2.js';

/**
 * What the panel adds to the server's curve before it reads that again: so many points, for so many
 * milliseconds. The server has seen more than a slow or polling panel, and thins so that peaks stay.
 */
const most = { fresh: 256, age: 60_000 };

/** Points at most, when the server's curve can't be had: the oldest go. */
const curveLimit = 8192;

/** Before anything is heard. Times are local, in milliseconds. */
export const nothing = Object.freeze({
  status: null, // the newest document, of either version
  statusAt: 0, // when that came
  late: 0, // how many in a row came late
  progress: null,
  progressAt: 0, // when that came
  problem: null, // why the server has no status
  link: 'connecting', // `live`, `polling`, `ended`, `lost`
  since: 0, // when the server was last heard
  reason: null, // why it is lost, or polled, if known
  retryAt: 0, // when a server that is lost is asked again
  curve: [], // {time, epoch, loss}, with {steps, metrics} where they are known, oldest first
  fresh: [], // the points that came since the server's curve was last asked for
  freshSince: 0,
  measured: false, // whether the newest status's attempt has told of a loss
  resumes: [], // epochs at which later attempts of the run resumed
  asked: 0, // how often the server's curve was needed
  doubt: 0, // statuses until this panel may judge for itself
  skew: null, // [least, most] that the server's clock is ahead
});

/** The state after an update of a `type`. */
export function reduce(state, { type, document, at, ...update }) {
  switch (type) {
    case 'status':
      return { ...state, ...follow(state, document, at), ...arrive(state, document, at), status: document, problem: null };
    case 'progress':
      return { ...state, progress: document, progressAt: at, problem: null };
    case 'problem':
      return { ...state, problem: document.detail };
    case 'history':
      return { ...state, ...merge(document, update.resumes ?? [], state) };
    case 'asking':
      return { ...state, fresh: [] };
    case 'clock':
      return { ...state, skew: narrow(state.skew, update) };
    case 'retry':
      return { ...state, retryAt: 0 };
    case 'open':
      return state;
    default: // 'link'
      return { ...state, ...update };
  }
}

/** The panel's judgement, worst first: a status counts when it is heard, valid, and fresh. */
export function verdict({ status, progress, problem, link }) {
  // A run that has ended stays as it ended, though nobody serves it any more.
  if (link === 'lost') return isOver({ status, progress, problem }) ? status.status : 'unreachable';
  if (problem) return 'broken';
  if (!status || !progress) return 'connecting';
  // A file that isn't there yet is a job that hasn't started.
  const isAwaited = progress.source === 'missing' && progress.liveness === 'waiting';
  if (progress.source !== 'ok' && !isAwaited) return 'broken';
  // An old document that came back says running, and is no sign of life.
  const isRunning = status.status === 'running' && progress.status === 'running';
  // Archived without a final status of its own; one that nothing followed has only fallen silent.
  if (isRunning && link === 'ended' && progress.liveness === 'finished') return 'replaced';
  if (isRunning && progress.liveness !== 'live') return 'stale';
  return progress.liveness === 'stale' ? 'stale' : status.status;
}

/** Whether the trainer has said its last word. */
const isOver = ({ status, progress, problem }) =>
  ['done', 'error'].includes(status?.status) && progress?.source === 'ok' && !problem;

/**
 * The curve after a status. What is a new run and what a resume, the server knows: its curve is asked
 * for when a status isn't the next point, and while a run is young, which may be another's resume.
 */
function follow(state, document, at) {
  const { status, epoch, loss } = document;
  const { status: before, curve, asked, doubt } = state;
  if (status === 'idle') {
    return { curve: [], fresh: [], resumes: [], measured: false, asked: asked + 1, doubt: 0 };
  }
  const isFirst = !before || before.status === 'idle';
  const isBehind = epoch < (curve.at(-1)?.epoch ?? 0);
  const isNext = isFirst || (before.status === 'running' && !isBehind);
  const begins = before && status === 'running' && (isFirst || !isNext);
  // Before the attempt has told of another, 0 is no loss.
  const measured = isMeasured(document) || (isNext && state.measured);
  const points = isNext && measured && loss !== null ? [pointOf(document)] : [];
  const fresh = [...state.fresh, ...points];
  const freshSince = fresh.length > 1 ? state.freshSince : at;
  const isMuch = fresh.length >= most.fresh || at - freshSince >= most.age;
  return {
    measured,
    // What is much and wasn't answered is asked for once more, not with every update.
    fresh: isMuch ? [] : fresh,
    freshSince,
    curve: [...curve, ...points].slice(-curveLimit),
    asked: begins || doubt || isMuch ? asked + 1 : asked,
    doubt: begins ? 5 : Math.max(0, doubt - 1),
  };
}

/** The server's curve, and what came since it was asked for, unless that is in doubt. */
function merge(document, resumes, { status, fresh, doubt }) {
  const curve = pointsOf(document);
  const newest = curve.at(-1);
  const newer = doubt ? [] : fresh.filter(({ epoch }) => !newest || epoch > newest.epoch);
  const measured = Boolean(status?.loss) || newer.length > 0 || isOfAttempt(status, newest, resumes);
  return { curve: [...curve, ...newer], resumes, measured };
}

/** Whether the newest point was measured by the attempt of the status. */
const isOfAttempt = (status, point, resumes) => status !== null && point !== undefined
  && point.epoch >= (resumes.at(-1) ?? 0) && point.epoch <= status.epoch;
