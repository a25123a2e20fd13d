// The geometry of several curves in one chart: from points to paths and ticks in pixels. Pure.

import { along } from '../panel/axis.js';
import { range, scale } from '../panel/scale.js';
import { columnsOf, rowsOf } from '../panel/ticks.js';

/** Marks along a curve, so that it is known without its colour. */
const marksOfCurve = 5;

/**
 * Lays out the curves of `runs` ({id, slot, start, points}) in pixels; null when there is nothing to
 * draw, or no room. `formats` are those of a locale.
 */
export function layout(runs, { width, height, em, axis, isLog, formats }) {
  const curves = runs.map(({ id, slot, start, points }) => ({
    id, slot,
    points: along(axis, points, start ?? undefined)
      .map(({ at, point: { loss } }) => ({ at, loss }))
      .filter(({ loss }) => !isLog || loss > 0),
  })).filter(({ points }) => points.length);
  if (!curves.length || width < 8 * em || height < 4 * em) return null;

  const all = curves.flatMap(({ points }) => points);
  const depth = isLog ? Math.log10 : (loss) => loss;
  const lossRange = range(all.map(({ loss }) => depth(loss)));
  const placeRange = range(all.map(({ at }) => at));
  const [top, bottom] = [0.6 * em, height - 1.8 * em];
  const toY = scale(lossRange, bottom, top);
  const rows = rowsOf(lossRange, isLog, height / (3 * em), formats)
    .map(({ at, text }) => ({ y: toY(depth(at)), text }));
  const left = (0.8 + 0.62 * Math.max(...rows.map(({ text }) => text.length), 1)) * em;
  const right = width - em;
  const toX = scale(placeRange, left, right);
  const columns = columnsOf(axis, placeRange, (right - left) / (0.62 * em), formats)
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
