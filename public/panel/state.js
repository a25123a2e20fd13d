// What the panel knows, and how updates change it. Pure: no DOM, no clock, no network.

/** Points at most: twice what `/history` holds. */
const curveLimit = 4096;

/** Before anything is heard. Times are local, in milliseconds. */
export const nothing = Object.freeze({
  status: null,
  progress: null,
  progressAt: 0, // when that came
  problem: null, // why the server has no status
  link: 'connecting', // `live`, `polling`, `ended`, `lost`
  since: 0, // when the server was last heard
  reason: null, // why it is lost, if known
  curve: [], // {time, epoch, loss}, oldest first
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
      return { ...state, ...follow(state, document), status: document, problem: null };
    case 'progress':
      return { ...state, progress: document, progressAt: at, problem: null };
    case 'problem':
      return { ...state, problem: document.detail };
    case 'history':
      return { ...state, ...merge(document, update.resumes ?? [], state) };
    case 'clock':
      return { ...state, skew: narrow(state.skew, update) };
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
  if (isRunning && progress.liveness !== 'live') return 'stale';
  return progress.liveness === 'stale' ? 'stale' : status.status;
}

/** Whether the trainer has said its last word. */
const isOver = ({ status, progress, problem }) =>
  ['done', 'error'].includes(status?.status) && progress?.source === 'ok' && !problem;

/** How far the server's clock is ahead, in milliseconds. */
export const ahead = ({ skew }) => (skew ? (skew[0] + skew[1]) / 2 : 0);

/**
 * The curve after a status. What is a new run and what a resume, the server knows: its curve is asked
 * for when a status isn't the next point, and while a run is young, which may be another's resume.
 */
function follow(state, { status, epoch, loss, timestamp: time }) {
  const { status: before, curve, asked, doubt } = state;
  if (status === 'idle') {
    return { curve: [], resumes: [], measured: false, asked: asked + 1, doubt: 0 };
  }
  const isFirst = !before || before.status === 'idle';
  const isBehind = epoch < (curve.at(-1)?.epoch ?? 0);
  const isNext = isFirst || (before.status === 'running' && !isBehind);
  const begins = before && status === 'running' && (isFirst || !isNext);
  // Before the attempt has told of another, 0 is no loss.
  const measured = loss !== 0 || (isNext && state.measured);
  const isPoint = isNext && measured;
  return {
    measured,
    curve: isPoint ? bounded([...curve, { time, epoch, loss }]) : curve,
    asked: begins || doubt ? asked + 1 : asked,
    doubt: begins ? 5 : Math.max(0, doubt - 1),
  };
}

/** The server's curve, and what only this panel has seen, unless that is in doubt. */
function merge({ timestamp, epoch: epochs, loss }, resumes, state) {
  const { status, curve: live, doubt } = state;
  const curve = epochs.map((epoch, i) => ({ time: timestamp[i], epoch, loss: loss[i] }));
  const measured = Boolean(status?.loss) || isOfAttempt(status, curve.at(-1), resumes);
  if (doubt) return { curve, resumes, measured };
  if (!curve.length) return { curve: live, resumes, measured: measured || state.measured };
  const before = live.filter(({ epoch }) => epoch < epochs[0]);
  const after = live.filter(({ epoch }) => epoch > epochs.at(-1));
  return { curve: bounded([...before, ...curve, ...after]), resumes, measured };
}

/** Whether the newest point was measured by the attempt of the status. */
const isOfAttempt = (status, point, resumes) => status !== null && point !== undefined
  && point.epoch >= (resumes.at(-1) ?? 0) && point.epoch <= status.epoch;

/** Halves a curve that is full, but keeps its newest point. */
function bounded(curve) {
  if (curve.length <= curveLimit) return curve;
  return curve.filter((_, index) => index % 2 === 0 || index === curve.length - 1);
}

/** Narrows the server's clock, told in whole seconds; anew when it contradicts what was known. */
export function narrow(skew, { server, sent, received }) {
  const now = [server - received, server + 1000 - sent];
  const both = skew ? [Math.max(skew[0], now[0]), Math.min(skew[1], now[1])] : now;
  return both[0] <= both[1] ? both : now;
}
