// A curve of fewer points that has the same peaks. Pure.

/** At most `most` points (four or more): first and last, and of each bucket the least and the most. */
export function thin(points, most) {
  if (points.length <= most) return points;
  const buckets = Math.floor((most - 2) / 2);
  const inner = points.length - 2;
  const kept = [points[0]];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const end = 1 + Math.floor(((bucket + 1) * inner) / buckets);
    let least = 1 + Math.floor((bucket * inner) / buckets);
    let most = least;
    for (let index = least + 1; index < end; index++) {
      if (points[index].loss < points[least].loss) least = index;
      if (points[index].loss > points[most].loss) most = index;
    }
    kept.push(points[Math.min(least, most)]);
    if (least !== most) kept.push(points[Math.max(least, most)]);
  }
  kept.push(points.at(-1));
  return kept;
}
