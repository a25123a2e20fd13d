// The small curve of a row. Pure.

/** The path of a curve in a box, by epoch; empty for fewer than two points. */
export function spark(points, width, height) {
  if (!points || points.length < 2) return '';
  let [least, most] = [Infinity, -Infinity];
  for (const { loss } of points) {
    least = Math.min(least, loss);
    most = Math.max(most, loss);
  }
  const start = points[0].epoch;
  const length = points.at(-1).epoch - start;
  // Halves, because the largest doubles are too far apart.
  const depth = most / 2 - least / 2;
  return `M${points.map(({ epoch, loss }, index) => {
    const x = length > 0 ? (epoch - start) / length : index / (points.length - 1);
    const y = depth > 0 ? (most / 2 - loss / 2) / depth : 0.5;
    return `${(1 + x * (width - 2)).toFixed(1)} ${(1 + y * (height - 2)).toFixed(1)}`;
  }).join('L')}`;
}
