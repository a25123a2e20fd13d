// What PULSE v2 tells beside the six fields of v1. Pure.

/** A document's details; null of one of version 1. */
export const detailsOf = (document) => (document?.version === 2 ? document : null);

/** Whether a document alone says that its loss was measured: in v1 a 0 may be none. */
export const isMeasured = ({ version, loss }) => (version === 2 ? loss !== null : loss !== 0);

/** The loss to show: of a document without one the last that its attempt has told; null where there is none. */
export function lossOf({ status, measured, curve }) {
  if (!status || (!measured && !isMeasured(status))) return null;
  return status.loss ?? curve.at(-1)?.loss ?? null;
}

/** The newest document as PULSE v1, which knows no loss but a number; null while there is none. */
export function asVersion1(state) {
  if (!detailsOf(state.status)) return state.status;
  const { status, epoch, total_epochs, message, timestamp } = state.status;
  return { status, epoch, total_epochs, loss: lossOf(state) ?? 0, message, timestamp };
}

/** The point of the curve that a document is. */
export function pointOf(document) {
  const { timestamp: time, epoch, loss } = document;
  const { steps_done: steps, metrics } = detailsOf(document) ?? {};
  return { time, epoch, loss, ...(steps != null && { steps }), ...(metrics && { metrics }) };
}

/** The points of `/history`, or of `/v2/history`. */
export function pointsOf({ timestamp, epoch, loss, steps_done: steps, metrics = {} }) {
  const names = Object.keys(metrics);
  return epoch.map((_, index) => {
    const told = names.filter((name) => metrics[name][index] !== null);
    return {
      time: timestamp[index], epoch: epoch[index], loss: loss[index],
      ...(steps?.[index] != null && { steps: steps[index] }),
      ...(told.length && { metrics: Object.fromEntries(told.map((name) => [name, metrics[name][index]])) }),
    };
  });
}
