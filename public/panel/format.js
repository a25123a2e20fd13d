// Numbers and times as a person of a locale writes them. Pure.

/** In seconds, largest first. */
const units = Object.entries({ day: 86_400, hour: 3_600, minute: 60, second: 1 });

/** A time ago, in a unit of which there are two at least. */
function since(format, seconds) {
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= 2 * size) ?? units.at(-1);
  // Not -0, which would read "in 0 seconds".
  return format.format(Math.trunc(-seconds / size) || 0, unit);
}

/** The formats of a locale; words such as "seconds ago" in the language of the words around them. */
export function formatsFor(locale, language = locale) {
  const number = (options) => new Intl.NumberFormat(locale, options);
  const time = (options) => new Intl.DateTimeFormat(locale, { timeStyle: 'medium', ...options });
  // As many digits whatever the value: what is next to it stays in its place.
  const percent = number({ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const wholePercent = number({ style: 'percent' });
  const digits = (most) => {
    const [plain, scientific] = ['standard', 'scientific']
      .map((notation) => number({ maximumSignificantDigits: most, notation }));
    return (value) => {
      const size = Math.abs(value);
      return (size === 0 || (size >= 1e-4 && size < 1e6) ? plain : scientific).format(value);
    };
  };
  const four = digits(4);
  const whole = number({ maximumFractionDigits: 0 });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const short = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  const today = time();
  const anyDay = time({ dateStyle: 'medium' });
  const amounts = units.map(([unit]) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }));

  return {
    /** Rounded down: 99.96 % is not 100 %. */
    percent(value) {
      const share = Math.floor(value * 10 + 1e-9) / 1000;
      return (share === 0 || share === 1 ? wholePercent : percent).format(share);
    },

    /** A count. */
    integer: (value) => whole.format(value),

    /** Four digits, whatever the size. */
    number: four,

    /** Numbers beside each other: of as many digits as make them differ, four or more. */
    numbers(values) {
      const texts = values.map(four);
      for (let most = 6; most <= 17 && new Set(texts).size < values.length; most++) {
        texts.splice(0, texts.length, ...values.map(digits(most)));
      }
      return texts;
    },

    /** An amount of a unit: `2.5 hr`. */
    amount: (value, unit) => amounts[units.findIndex(([name]) => name === unit)].format(value),

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
    ago: (seconds) => since(relative, seconds),

    /** `3 sec. ago`. */
    agoInShort: (seconds) => since(short, seconds),

    /** A time in milliseconds, with its date unless that is today's. */
    time(time, now) {
      const date = new Date(time);
      if (!Number.isFinite(date.getTime())) return '—';
      const isToday = date.toDateString() === new Date(now).toDateString();
      return (isToday ? today : anyDay).format(date);
    },
  };
}
