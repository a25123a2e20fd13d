// From values to pixels. Pure.

/** Least and most of some values, set apart when they are one. */
export function range(values) {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  // The smallest doubles have no halves.
  const apart = least / 2 < most / 2 ? 0 : Math.abs(least) / 20 || 0.5;
  return [least - apart, most + apart];
}

/** What lies between the 1st and the 99th percentile of some values. */
export function middle(values) {
  const sorted = Float64Array.from(values).sort();
  const last = sorted.length - 1;
  // Towards the middle: of a few points the ends are outliers as well.
  return [sorted[Math.ceil(last * 0.01)], sorted[Math.floor(last * 0.99)]];
}

/** Maps a range onto pixels. Halves, because the largest doubles are too far apart. */
export const scale = ([least, most], from, to) => (value) =>
  from + ((value / 2 - least / 2) / (most / 2 - least / 2)) * (to - from);

/** The same the other way. */
export const unscale = ([least, most], from, to) => (pixel) =>
  least + 2 * ((pixel - from) / (to - from)) * (most / 2 - least / 2);
