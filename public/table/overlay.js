// The geometry of several curves in one chart: from points to paths and ticks in pixels. Pure.

import { logTicks, niceTicks, range, scale } from '../panel/curve.js';

/** Marks along a curve, so that it is known without its colour. */
const marksOfCurve = 5;

/** Seconds of the units that a time can be told in, largest first. */
const units = { day: 86_400, hour: 3_600, minute: 60, second: 1 };

/** Where the points of a run stand on an axis; undefined where that isn't known. */
const places = {
  epoch: () => ({ epoch }) => epoch,
  steps: () => ({ steps }) => steps ?? undefined,
  time: (start) => ({ time }) => time - start,
};

/**
 * Lays out the curves of `runs` ({id, slot, start, points}) in pixels; null when there is nothing to
 * draw, or no room. `formats` are those of a locale.
 */
export function layout(runs, { width, height, em, axis, isLog, formats }) {
  const curves = runs.map(({ id, slot, start, points }) => {
    const place = places[axis](start ?? points[0]?.time);
    return {
      id, slot,
      points: points.map((point) => ({ at: place(point), loss: point.loss }))
        .filter(({ at, loss }) => at !== undefined && (!isLog || loss > 0))
        .sort((one, other) => one.at - other.at),
    };
  }).filter(({ points }) => points.length);
  if (!curves.length || width < 8 * em || height < 4 * em) return null;

  const all = curves.flatMap(({ points }) => points);
  const extent = (of) => range([
    all.reduce((least, point) => Math.min(least, of(point)), Infinity),
    all.reduce((most, point) => Math.max(most, of(point)), -Infinity),
  ]);
  const depth = isLog ? Math.log10 : (loss) => loss;
  const lossRange = extent(({ loss }) => depth(loss));
  const placeRange = extent(({ at }) => at);
  const [top, bottom] = [0.6 * em, height - 1.8 * em];
  const toY = scale(lossRange, bottom, top);
  const rows = atLeastTwo(isLog ? logTicks : niceTicks, lossRange, height / (3 * em))
    .map((loss) => ({ y: toY(depth(loss)), text: formats.number(loss) }));
  const left = (0.8 + 0.62 * Math.max(...rows.map(({ text }) => text.length), 1)) * em;
  const right = width - em;
  const toX = scale(placeRange, left, right);
  const columns = ticks(axis, placeRange, (right - left) / (6 * em), formats)
    .map(({ at, text }) => ({ x: toX(at), text }));
  const pixel = ({ at, loss }) => [toX(at), toY(depth(loss))];

  return {
    left, right, top, bottom, rows, columns,
    curves: curves.map(({ id, slot, points }) => ({
      id, slot,
      path: `M${points.map((point) => pixel(point).map((value) => value.toFixed(1)).join(' ')).join('L')}`,
      marks: marked(points).map(pixel),
    })),
    /** The place on the axis at a share of its length, and the point of each run nearest to it. */
    at(share) {
      const at = placeRange[0] + share * (placeRange[1] - placeRange[0]);
      const near = curves.filter(({ points }) => points[0].at <= at && at <= points.at(-1).at)
        .map(({ id, points }) => [id, nearest(points, at).loss]);
      return { at, x: toX(at), losses: Object.fromEntries(near) };
    },
  };
}

/** Some points along a curve, the newest among them. */
function marked(points) {
  const last = points.length - 1;
  const indices = Array.from({ length: marksOfCurve }, (_, index) =>
    Math.round(((index + 1) * last) / marksOfCurve));
  return [...new Set(indices)].map((index) => points[index]);
}

/** The point nearest to a place, by halving. */
function nearest(points, at) {
  let [low, high] = [0, points.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle].at < at) low = middle + 1;
    else high = middle;
  }
  const before = points[low - 1];
  return before && at - before.at < points[low].at - at ? before : points[low];
}

/** One tick alone tells no scale. */
function atLeastTwo(ticks, range, count) {
  for (let wanted = Math.max(2, count); ; wanted *= 1.5) {
    const found = ticks(range, wanted);
    if (found.length > 1 || wanted > 20) return found;
  }
}

/** Ticks of an axis: numbers, and times in the largest unit of which there are two. */
function ticks(axis, range, count, formats) {
  if (axis !== 'time') {
    return atLeastTwo(niceTicks, range, count).map((at) => ({ at, text: formats.number(at) }));
  }
  const length = range[1] - range[0];
  const [unit, size] = Object.entries(units).find(([, size]) => length >= 2 * size) ?? ['second', 1];
  return atLeastTwo(niceTicks, range.map((seconds) => seconds / size), count)
    .map((at) => ({ at: at * size, text: formats.amount(at, unit) }));
}
