// What the panel knows, and how news change it. Pure: no DOM, no clock, no network.

/** Points at most: twice what `/history` holds. */
const curveLimit = 4096;

/** Before anything is heard. Times are local, in milliseconds. */
export const nothing = Object.freeze({
  status: null,
  progress: null,
  progressAt: 0, // when that came
  problem: null, // why the server has no status
  link: 'connecting', // `live`, `polling`, `lost`
  since: 0, // when the server was last heard
  reason: null, // why it is lost, if known
  curve: [], // {time, epoch, loss}, oldest first
  run: 0, // the number of the curve
  skew: null, // [least, most] that the server's clock is ahead
});

/** The state after `news` of a `type`. */
export function reduce(state, { type, document, at, ...news }) {
  switch (type) {
    case 'status':
      return { ...state, ...follow(state, document), status: document, problem: null };
    case 'progress':
      return { ...state, progress: document, progressAt: at, problem: null };
    case 'problem':
      return { ...state, problem: document.detail };
    case 'history':
      return { ...state, curve: merge(document, state.curve) };
    case 'clock':
      return { ...state, skew: narrow(state.skew, news) };
    default: // 'link'
      return { ...state, ...news };
  }
}

/** The panel's judgement, worst first: a status counts when it is heard, valid, and fresh. */
export function verdict({ status, progress, problem, link }) {
  if (link === 'lost') return 'unreachable';
  if (problem) return 'broken';
  if (!status || !progress) return 'connecting';
  // A file that isn't there yet is a job that hasn't started.
  const isAwaited = progress.source === 'missing' && progress.liveness === 'waiting';
  if (progress.source !== 'ok' && !isAwaited) return 'broken';
  return progress.liveness === 'stale' ? 'stale' : status.status;
}

/** How far the server's clock is ahead, in milliseconds. */
export const ahead = ({ skew }) => (skew ? (skew[0] + skew[1]) / 2 : 0);

/** The curve after a status, by the rules of the server's own. */
function follow({ status: before, curve, run }, { status, epoch, loss, timestamp: time }) {
  const isRestart = status === 'running' && (before?.status !== 'running' || epoch < before.epoch);
  const point = { time, epoch, loss };
  if (status === 'idle') return { curve: [], run: run + 1 };
  if (isRestart || !before || before.status === 'idle') return { curve: [point], run: run + 1 };
  const grows = before.status === 'running' && epoch >= (curve.at(-1)?.epoch ?? 0);
  return { curve: grows ? bounded([...curve, point]) : curve };
}

/** The server's curve, and what only this panel has seen. */
function merge({ timestamp, epoch: epochs, loss }, live) {
  const curve = epochs.map((epoch, i) => ({ time: timestamp[i], epoch, loss: loss[i] }));
  if (!curve.length) return live;
  const before = live.filter(({ epoch }) => epoch < epochs[0]);
  const after = live.filter(({ epoch }) => epoch > epochs.at(-1));
  return bounded([...before, ...curve, ...after]);
}

/** Halves a curve that is full, but keeps its newest point. */
function bounded(curve) {
  if (curve.length <= curveLimit) return curve;
  return curve.filter((_, index) => index % 2 === 0 || index === curve.length - 1);
}

/** Narrows the server's clock, told in whole seconds; anew when it contradicts what was known. */
function narrow(skew, { server, sent, received }) {
  const now = [server - received, server + 1000 - sent];
  const both = skew ? [Math.max(skew[0], now[0]), Math.min(skew[1], now[1])] : now;
  return both[0] <= both[1] ? both : now;
}
