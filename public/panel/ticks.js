// The ticks of an axis: pleasant values, two at least, with labels that differ. Pure.

/** Seconds of the units that a time can be told in, largest first. */
const units = { day: 86_400, hour: 3_600, minute: 60, second: 1 };

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

/** Of a range of logarithms: 1, 2 and 5 of each decade, or powers of ten alone where these are many. */
export function logTicks([least, most], count) {
  const decades = Array.from(
    { length: Math.floor(most) - Math.floor(least) + 1 }, (_, index) => Math.floor(least) + index);
  const isInside = (tick) => Math.log10(tick) >= least - 1e-12 && Math.log10(tick) <= most + 1e-12;
  const within = (factors) => decades
    .flatMap((decade) => factors.map((factor) => Number(`${factor}e${decade}`))).filter(isInside);
  const fine = within([1, 2, 5]);
  if (fine.length > 1 && fine.length <= 2 * count) return fine;
  if (fine.length < 2) return niceTicks([10 ** least, 10 ** most], count);
  const powers = within([1]);
  const step = Math.ceil(powers.length / (2 * count));
  return powers.filter((_, index) => index % step === 0);
}

/** One tick alone tells no scale. */
function atLeastTwo(ticks, range, count) {
  for (let wanted = Math.max(2, count); wanted < 40; wanted *= 1.5) {
    // Very large ones differ by less than they are told apart by.
    const found = [...new Set(ticks(range, wanted))];
    if (found.length > 1) return found;
  }
  return null;
}

/** The ticks of the values' axis, about `count`, as `{at, text}`. */
export function rowsOf(range, isLog, count, formats) {
  const found = atLeastTwo(isLog ? logTicks : niceTicks, range, count);
  const values = found ?? range.map((end) => (isLog ? 10 ** end : end));
  const texts = formats.numbers(values);
  return values.map((at, index) => ({ at, text: texts[index] }));
}

/**
 * The ticks of the axis along which points stand, as `{at, text}`: as many as `width`, in widths of a digit,
 * has room for. Times are told in the largest unit of which there are two.
 */
export function columnsOf(axis, range, width, formats) {
  const length = range[1] - range[0];
  const [unit, size] = axis === 'time'
    ? Object.entries(units).find(([, size]) => length >= 2 * size) ?? ['second', 1] : [null, 1];
  const scaled = range.map((end) => end / size);
  for (let count = width / 9; ; count /= 1.5) {
    const values = atLeastTwo(niceTicks, scaled, count) ?? scaled;
    const texts = unit ? values.map((value) => formats.amount(value, unit)) : formats.numbers(values);
    const longest = Math.max(...texts.map((text) => text.length));
    if (values.length * (longest + 2) <= width || count <= 2) {
      return values.map((at, index) => ({ at: at * size, text: texts[index] }));
    }
  }
}
