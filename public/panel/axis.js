// What a curve is drawn over. Pure.

/** The axes that there are. */
export const axes = ['epoch', 'time', 'steps'];

/** Where the points of a run stand on an axis; null where that isn't known. */
const places = {
  epoch: () => ({ epoch }) => epoch,
  steps: () => ({ steps }) => steps ?? null,
  time: (start) => ({ time }) => time - start,
};

/** A run's points along an axis, as `{at, point}` in its order. `start` is when the run began, in seconds. */
export function along(axis, points, start = points[0]?.time) {
  const place = places[axis](start);
  return points.map((point) => ({ at: place(point), point }))
    .filter(({ at }) => at !== null)
    .sort((one, other) => one.at - other.at);
}

/** Whether any of these points tells its steps. */
export const haveSteps = (points) => points.some(({ steps }) => steps != null);
