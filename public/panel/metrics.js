// Which metrics of a run are drawn, and the choice of them.

import { build, say, set } from './dom.js';

/** Names that are remembered: as many as a run has. */
export const mostMetrics = 64;

/** What tells curves apart beside their colours, which are as many. */
const dashes = ['6 3', '2 3', '9 3 2 3', '12 4', '4 2 1 2', '1 4', '8 2 2 2 2 2', '3 1', '14 3 3 3', '5 5'];

/** The elements of the choice, for `build`. */
export const metricsTree = ['div', { part: 'metrics', role: 'group' }];

/** The names of all metrics of a curve, in the order in which they were told first. */
export function namesOf(curve) {
  const names = new Set();
  for (const { metrics } of curve) for (const name in metrics) names.add(name);
  return [...names];
}

/** What is drawn of these: what was chosen, or at first the losses, which have the scale of the loss. */
export const chosenOf = (names, chosen) =>
  names.filter((name) => (chosen ? chosen.includes(name) : /(^|[^a-z])loss$/i.test(name)));

/** The choice after a metric was chosen, or no more; what this run hasn't stays chosen. */
export const withMetric = (chosen, names, name, isChosen) =>
  [...(chosen ?? chosenOf(names, null)).filter((one) => one !== name), ...(isChosen ? [name] : [])].slice(-mostMetrics);

const look = (element, index) => {
  set(element, { 'stroke-dasharray': dashes[index % dashes.length] });
  // The first one is the loss's.
  element.style.setProperty('--series', `var(--series-${(index + 1) % dashes.length})`);
  return element;
};

export class Metrics {
  #group;
  #lines;
  #choose;
  #curve = null;
  #names = [];
  #entries = new Map(); // name → the elements of its choice

  /**
   * `group` holds the choice, `lines` the curves; `choose` gets the names of all, one, and whether it
   * is to be drawn.
   */
  constructor(group, lines, choose) {
    this.#group = group;
    this.#lines = lines;
    this.#choose = choose;
  }

  /** The names of a curve's metrics. */
  names(curve) {
    if (curve !== this.#curve) this.#names = namesOf(curve);
    this.#curve = curve;
    return this.#names;
  }

  /** `chosen` are names, `series` their curves; `valueOf` is what to say beside a name, or undefined. */
  render(chosen, series, valueOf, { words, formats }) {
    const names = this.#names;
    set(this.#group, { hidden: names.length ? null : '', 'aria-label': words.metrics });
    this.#list(names);
    for (const [name, { box, value }] of this.#entries) {
      box.checked = chosen.includes(name);
      const number = box.checked ? valueOf(name) : undefined;
      say(value, number === undefined ? '' : formats.number(number));
    }
    this.#lines.replaceChildren(...series.map(({ name, path }) =>
      look(build('path', { part: 'metric', d: path }), names.indexOf(name))));
  }

  /** One that is new comes last, and what has the focus stays. */
  #list(names) {
    const known = [...this.#entries.keys()];
    if (known.some((name, index) => name !== names[index])) {
      this.#entries.clear();
      this.#group.replaceChildren();
    }
    for (const name of names.slice(this.#entries.size)) {
      const box = build('input', { type: 'checkbox' });
      box.onchange = () => this.#choose(this.#names, name, box.checked);
      const line = look(build('path', { d: 'M0 4H24' }), this.#entries.size);
      const sample = build('svg', { viewBox: '0 0 24 8', 'aria-hidden': 'true' }, line);
      const value = build('span');
      this.#group.append(build('label', { class: 'row' }, box, sample, build('bdi', {}, name), value));
      this.#entries.set(name, { box, value });
    }
  }
}
