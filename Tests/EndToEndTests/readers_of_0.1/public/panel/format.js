// Numbers and times as a person of a locale writes them. Pure.

/** In seconds, largest first. */
const units = Object.entries({ day: 86_400, hour: 3_600, minute: 60, second: 1 });

/** The formats of a locale. */
export function formatsFor(locale) {
  const number = (options) => new Intl.NumberFormat(locale, options);
  const time = (options) => new Intl.DateTimeFormat(locale, { timeStyle: 'medium', ...options });
  const percent = number({ style: 'percent', maximumFractionDigits: 1 });
  const digits = { maximumSignificantDigits: 4 };
  const plain = number(digits);
  const scientific = number({ ...digits, notation: 'scientific' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const today = time();
  const anyDay = time({ dateStyle: 'medium' });
  const amounts = units.map(([unit]) => number({ style: 'unit', unit, unitDisplay: 'short' }));

  return {
    /** Rounded down: 99.96 % is not 100 %. */
    percent: (value) => percent.format(Math.floor(value * 10 + 1e-9) / 1000),

    /** Four digits, whatever the size. */
    number(value) {
      const size = Math.abs(value);
      return (size === 0 || (size >= 1e-4 && size < 1e6) ? plain : scientific).format(value);
    },

    /** A duration in seconds, by its two largest units. */
    duration(seconds) {
      if (seconds > 1000 * units[0][1]) return `> ${amounts[0].format(1000)}`;
      let rest = Math.ceil(seconds);
      const first = Math.max(0, units.findIndex(([, size]) => size <= rest));
      return units.slice(first, first + 2).map(([, size], index) => {
        const amount = Math.floor(rest / size);
        rest %= size;
        return amount || !index ? amounts[first + index].format(amount) : '';
      }).join(' ').trim();
    },

    /** `3 seconds ago`, in a unit of which there are two at least. */
    ago(seconds) {
      const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= 2 * size) ?? units.at(-1);
      // Not -0, which would read "in 0 seconds".
      return relative.format(Math.trunc(-seconds / size) || 0, unit);
    },

    /** A time in milliseconds, with its date unless that is today's. */
    time(time, now) {
      const date = new Date(time);
      if (!Number.isFinite(date.getTime())) return '—';
      const isToday = date.toDateString() === new Date(now).toDateString();
      return (isToday ? today : anyDay).format(date);
    },
  };
}
