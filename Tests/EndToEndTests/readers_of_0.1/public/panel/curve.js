// The geometry of the loss curve: from points to paths and ticks in pixels. Pure.

/** Values at pleasant distances, about `count` of them. */
export function niceTicks([least, most], count) {
  const distance = (most / 2 - least / 2) / (count / 2);
  const power = 10 ** Math.floor(Math.log10(distance));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= distance) ?? 10);
  const ticks = [];
  for (let index = Math.ceil(least / step); ticks.length < 20; index++) {
    // Twelve digits: 3 * 0.1 is 0.3.
    const tick = Number((index * step).toPrecision(12));
    if (!(tick <= most)) break;
    ticks.push(tick);
  }
  return ticks;
}

/** The same for a logarithmic range: powers of ten, or what lies between two of them. */
function logTicks([least, most], count) {
  const powers = niceTicks([least, most], count).filter(Number.isInteger);
  if (powers.length > 1) return powers.map((power) => 10 ** power);
  return niceTicks([10 ** least, 10 ** most], count);
}

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

/** Least and most, set apart when they are one. */
function range(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const apart = least < most ? 0 : Math.abs(least) / 20 || 0.5;
  return [least - apart, most + apart];
}

/** Maps a range onto pixels. Halves, because the largest doubles are too far apart. */
const scale = ([least, most], from, to) => (value) =>
  from + ((value / 2 - least / 2) / (most / 2 - least / 2)) * (to - from);

/** Lays out a curve in pixels; null when there is nothing to draw, or no room. */
export function layout(curve, { width, height, em, log, smoothing, label }) {
  // Before the first step there is no loss; a logarithm has no room for 0 and below.
  const points = curve.filter(({ epoch, loss }) => (log ? loss > 0 : epoch || loss));
  if (!points.length || width < 4 * em || height < 4 * em) return null;
  const top = 0.6 * em;
  const bottom = height - 1.8 * em;
  const losses = points.map(({ loss }) => loss);
  const lossRange = range(log ? losses.map(Math.log10) : losses);
  const toY = scale(lossRange, bottom, top);
  const y = (loss) => toY(log ? Math.log10(loss || Number.MIN_VALUE) : loss);
  const rows = (log ? logTicks : niceTicks)(lossRange, Math.max(2, height / (3 * em)))
    .map((loss) => ({ y: y(loss), text: label(loss) }));

  const left = (0.8 + 0.62 * Math.max(...rows.map(({ text }) => text.length), 1)) * em;
  const right = width - em;
  const epochRange = range(points.map(({ epoch }) => epoch));
  const x = scale(epochRange, left, right);
  const columns = niceTicks(epochRange, Math.max(2, (right - left) / (6 * em)))
    .map((epoch) => ({ x: x(epoch), text: label(epoch) }));

  const smoothed = smoothing > 0 ? smooth(losses, smoothing) : null;
  const path = (series) => `M${points
    .map(({ epoch }, index) => `${x(epoch).toFixed(1)} ${y(series[index]).toFixed(1)}`).join('L')}`;
  return {
    left, right, top, bottom, rows, columns, points, smoothed,
    raw: path(losses),
    line: smoothed ? path(smoothed) : '',
    spot: (index) => [x(points[index].epoch), y((smoothed ?? losses)[index])],
    /** The index of the point nearest to a place. */
    nearest(at) {
      const distances = points.map(({ epoch }) => Math.abs(x(epoch) - at));
      return distances.indexOf(Math.min(...distances));
    },
  };
}
