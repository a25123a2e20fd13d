// The geometry of the loss curve: from points to paths and ticks in pixels. Pure.

import { along } from './axis.js';
import { middle, range, scale, unscale } from './scale.js';
import { columnsOf, rowsOf } from './ticks.js';

/** Values of which some may be outliers: so many at least. */
const least = 100;

/** The exponential moving average of `values`, free of the bias towards its start. */
export function smooth(values, weight) {
  let sum = 0;
  let share = 1;
  return values.map((value) => {
    sum = sum * weight + value * (1 - weight);
    share *= weight;
    return sum / (1 - share);
  });
}

/**
 * Lays out a curve in pixels; null when there is nothing to draw, or no room.
 *
 * `zoom` is a part of the axis, {from, to}, or null; with `isCut` the values' axis ends at the 1st and the
 * 99th percentile of what is shown. `metrics` are the names of those drawn beside the loss, on its axis.
 */
export function layout(curve, view) {
  const { width, height, em, axis, zoom, isLog, isCut, smoothing, formats, resumes = [], metrics = [] } = view;
  // Before the first step there is no loss; a logarithm has no room for 0 and below.
  const all = along(axis, curve).filter(({ point: { epoch, loss } }) => (isLog ? loss > 0 : epoch || loss));
  if (!all.length || width < 4 * em || height < 4 * em) return null;
  const averages = smoothing > 0 ? smooth(all.map(({ point }) => point.loss), smoothing) : null;
  const [first, end] = part(all, zoom);
  const shown = all.slice(first, end);
  const isZoomed = shown.length < all.length;
  const ends = zoom && isZoomed
    ? [Math.max(zoom.from, all[0].at), Math.min(zoom.to, all.at(-1).at)] : shown.map(({ at }) => at);

  const depth = isLog ? (loss) => Math.log10(loss) : (loss) => loss;
  const depths = shown.map(({ point }) => depth(point.loss));
  const series = metrics.map((name) =>
    ({ name, values: seriesOf(name, all).filter(({ value }) => !isLog || value > 0) }));
  const cut = (values) => (isCut && values.length >= least ? middle(values) : values);
  const others = series.flatMap(({ values }) => cut(values
    .filter(({ at }) => at >= ends[0] && at <= ends.at(-1)).map(({ value }) => depth(value))));
  const depthRange = range([...(isCut ? middle(depths) : depths), ...others]);
  const [top, bottom] = [0.6 * em, height - 1.8 * em];
  const toY = scale(depthRange, bottom, top);
  const y = (loss) => toY(isLog ? Math.log10(loss || Number.MIN_VALUE) : loss);
  const rows = rowsOf(depthRange, isLog, height / (3 * em), formats)
    .map(({ at, text }) => ({ y: y(at), text }));

  const left = (0.8 + 0.62 * Math.max(...rows.map(({ text }) => text.length), 1)) * em;
  const right = width - em;
  const placeRange = range(ends);
  const x = scale(placeRange, left, right);
  const columns = columnsOf(axis, placeRange, (right - left) / (0.62 * em), formats)
    .map(({ at, text }) => ({ x: x(at), text }));

  // One point more on either side: the line goes on, and is cut by the edge. Far away it is far enough.
  const [from, to] = [Math.max(0, first - 1), Math.min(all.length, end + 1)];
  const near = (pixel) => Math.max(top - height, Math.min(bottom + height, pixel));
  const path = (lossAt) => `M${all.slice(from, to).map(({ at }, index) =>
    `${x(at).toFixed(1)} ${near(y(lossAt(from + index))).toFixed(1)}`).join('L')}`;
  const within = (pixel) => Math.max(top, Math.min(bottom, pixel));
  const outside = shown.filter((_, index) => depths[index] < depthRange[0] || depths[index] > depthRange[1]);

  return {
    left, right, top, bottom, rows, columns, isZoomed,
    points: shown.map(({ point }) => point),
    smoothed: averages?.slice(first, end) ?? null,
    marks: resumes.map((epoch) => all.find(({ point }) => point.epoch >= epoch))
      .filter((one) => one && one.at >= placeRange[0] && one.at <= placeRange[1]).map(({ at }) => x(at)),
    /** Where points lie beyond the edge: how many, and the places of their marks. */
    outside: {
      count: outside.length,
      marks: distinct(outside.map(({ at, point }) =>
        [Math.round(x(at)), y(point.loss) < top ? top : bottom])),
    },
    raw: path((index) => all[index].point.loss),
    series: series.map(({ name, values }) => ({
      name,
      // One point alone is a dot.
      path: values.length ? `M${values.map(({ at, value }) =>
        `${x(at).toFixed(1)} ${near(y(value)).toFixed(1)}`).join('L')}h0` : '',
    })),
    /** The value of a metric at a point, or else the last before it. */
    metric: (name, index) => all.slice(0, first + index + 1)
      .findLast(({ point }) => point.metrics?.[name] !== undefined)?.point.metrics[name],
    line: averages ? path((index) => averages[index]) : '',
    spot: (index) => [x(shown[index].at), within(y((averages ? averages[first + index] : shown[index].point.loss)))],
    /** The index of the point nearest to a place. */
    nearest: (pixel) => nearest(shown.map(({ at }) => Math.abs(x(at) - pixel))),
    /** The index of this point, or else of one that is near it. */
    find(point) {
      const index = shown.findIndex((one) => one.point === point);
      return index < 0 ? nearest(shown.map(({ point: { epoch } }) => Math.abs(epoch - point.epoch))) : index;
    },
    /** Where the curve begins and ends, seen or not. */
    ends: [x(all[0].at), x(all.at(-1).at)],
    /** The part of the axis between two places; open where that is an end of the curve. */
    between(one, other) {
      const at = unscale(placeRange, left, right);
      const [from, to] = [Math.min(one, other), Math.max(one, other)];
      return {
        from: from < x(all[0].at) + 1 ? -Infinity : at(from),
        to: to > x(all.at(-1).at) - 1 ? Infinity : at(to),
      };
    },
  };
}

/** Where a metric was told, and what. */
const seriesOf = (name, all) => all.filter(({ point }) => point.metrics?.[name] !== undefined)
  .map(({ at, point }) => ({ at, value: point.metrics[name] }));

/** From which index to which points lie in a part of the axis: all, where that holds none. */
function part(all, zoom) {
  if (!zoom) return [0, all.length];
  const first = all.findIndex(({ at }) => at >= zoom.from);
  const end = all.findLastIndex(({ at }) => at <= zoom.to) + 1;
  return first >= 0 && first < end ? [first, end] : [0, all.length];
}

const nearest = (distances) => distances.reduce((best, distance, index) =>
  (distance < distances[best] ? index : best), 0);

/** Places, each once. */
const distinct = (places) => [...new Map(places.map((place) => [place.join(), place])).values()];
