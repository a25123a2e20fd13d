// Up to ten curves in one chart, as a control: its axis, its scale, its legend, what is read out of it.

import { axes } from '../panel/axis.js';
import { build, say, set } from '../panel/dom.js';
import { fill } from '../panel/words.js';
import { shape } from './colours.js';
import { lossOf } from './describe.js';
import { layout } from './overlay.js';

/** The chart's elements, for `build`. */
export const comparisonTree = ['section', { part: 'comparison' },
  ['div', { class: 'row' },
    ['h3', { 'data-word': 'comparison' }],
    ['label', { class: 'row' }, ['span', { 'data-word': 'axis' }],
      ['select', { part: 'axis' }, ...axes.map((axis) => ['option', { value: axis }])]],
    ['button', { part: 'log', type: 'button', 'data-word': 'log' }],
    ['button', { part: 'clear', type: 'button', 'data-word': 'clear' }]],
  ['p', { part: 'readout' }],
  ['div', { part: 'plot', role: 'slider', tabindex: 0, 'aria-valuemin': 0, 'aria-valuemax': 100 },
    ['svg', { 'aria-hidden': 'true' }, ['g', { class: 'grid' }], ['g', { class: 'curves' }],
      ['line', { part: 'ruler' }]]],
  ['ul', { part: 'legend', class: 'row' }]];

export class Comparison {
  #parts;
  #remove;
  #href;
  #size = { width: 0, height: 0, em: 16 };
  #drawn = null;
  #share = null; // of the axis, where the curves are read; null for their newest points
  #entries = new Map(); // id → its elements in the legend
  #curves = new Map(); // id → its elements in the chart
  #shown = [];

  /** `change` gets what is to be another way, `remove` the id of a run; `href` leads to one. */
  constructor(parts, { redraw, change, remove, href }) {
    this.#parts = parts;
    this.#remove = remove;
    this.#href = href;
    const { plot, axis, log, clear } = parts;
    const choose = (share) => {
      this.#share = share;
      redraw();
    };
    axis.onchange = () => change({ axis: axis.value });
    log.onclick = () => change(({ isLog }) => ({ isLog: !isLog }));
    clear.onclick = () => change({ chosen: [] });
    plot.onpointermove = plot.onpointerdown = ({ clientX }) => {
      if (!this.#drawn) return;
      const { left, right } = this.#drawn;
      const x = clientX - plot.getBoundingClientRect().left;
      choose(Math.max(0, Math.min(1, (x - left) / (right - left))));
    };
    plot.onblur = () => choose(null);
    plot.onpointerleave = ({ pointerType }) => pointerType === 'touch' || choose(null);
    plot.onkeydown = (event) => {
      const share = this.#target(event.key);
      if (share === undefined) return;
      event.preventDefault();
      choose(share);
    };
    new ResizeObserver(([{ contentRect: { width, height } }]) => {
      this.#size = { width, height, em: parseFloat(getComputedStyle(plot).fontSize) };
      redraw();
    }).observe(plot);
  }

  /** The share that a key leads to; undefined for other keys. */
  #target(key) {
    const steps = {
      ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1,
      PageDown: -10, PageUp: 10, Home: -100, End: 100,
    };
    if (key === 'Escape') return null;
    if (!(key in steps)) return undefined;
    const from = Math.round((this.#share ?? 1) * 100);
    return Math.max(0, Math.min(100, from + steps[key])) / 100;
  }

  /** `runs` are the chosen ones: {id, slot, item, points}, the last two null where there are none. */
  render(runs, { axis, isLog }, text) {
    // Other runs change all the time.
    const shown = [axis, isLog, text, this.#size, this.#share, this.#href(null),
      ...runs.flatMap(({ id, item, points }) => [id, item, points, points?.length, points?.at(-1)])];
    if (shown.length === this.#shown.length && shown.every((one, at) => one === this.#shown[at])) return;
    this.#shown = shown;
    const { words, formats } = text;
    const known = runs.filter(({ points }) => points?.length);
    this.#renderControls(known, axis, isLog, words);
    const series = known.map(({ id, slot, item, points }) => ({ id, slot, points, start: item?.started }));
    this.#drawn = layout(series, { ...this.#size, axis, isLog, formats });
    const read = this.#share === null ? null : this.#drawn?.at(this.#share) ?? null;
    this.#renderPlot(read);
    const values = runs.map(({ id, item }) => (read ? read.losses[id] : item && lossOf(item)) ?? null);
    this.#renderLegend(runs, values, words, formats);
    const number = axis === 'time' ? formats.duration : formats.number;
    const place = read ? `${words[axis]} ${number(read.at)}` : '';
    say(this.#parts.readout, this.#drawn ? place : words.noCurves);
    const spoken = runs.map(({ id, item }, index) =>
      (values[index] === null ? '' : `${item?.source ?? id} ${formats.number(values[index])}`));
    set(this.#parts.plot, {
      'aria-label': words.comparison, 'aria-valuenow': Math.round((this.#share ?? 1) * 100),
      'aria-valuetext': [place, ...spoken].filter(Boolean).join(', ') || words.noCurves,
    });
  }

  #renderControls(known, axis, isLog, words) {
    const { log, axis: select } = this.#parts;
    const hasSteps = axis === 'steps'
      || known.some(({ points }) => points.some(({ steps }) => steps !== null));
    for (const option of select.options) {
      say(option, words[option.value]);
      set(option, { hidden: option.value === 'steps' && !hasSteps ? '' : null });
    }
    if (select.value !== axis) select.value = axis;
    set(log, { 'aria-pressed': isLog });
  }

  #renderPlot(read) {
    const { plot, ruler } = this.#parts;
    set(plot.firstChild, { hidden: this.#drawn ? null : '' });
    set(ruler, { hidden: read ? null : '' });
    if (!this.#drawn) return;
    const { left, right, top, bottom, rows, columns, curves } = this.#drawn;
    const [grid, lines] = plot.firstChild.children;
    grid.replaceChildren(
      ...rows.map(({ y }) => build('line', { x1: left, x2: right, y1: y, y2: y })),
      ...rows.map(({ y, text }) => build('text', { x: left, y, dx: '-.6em', dy: '.35em' }, text)),
      ...columns.map(({ x, text }) => build('text', { x, y: bottom, dy: '1.6em' }, text)));
    keep(this.#curves, curves, lines, ({ id, slot }) =>
      build('g', { 'data-slot': slot, 'data-run': id }, ['path', { class: 'curve' }], ['g']));
    for (const { id, slot, path, marks } of curves) {
      const [line, spots] = this.#curves.get(id).children;
      set(line, { d: path });
      spots.replaceChildren(...marks.map(([x, y]) =>
        build('path', { class: 'mark', d: shape(slot), transform: `translate(${x} ${y})` })));
    }
    if (read) set(ruler, { x1: read.x, x2: read.x, y1: top, y2: bottom });
  }

  #renderLegend(runs, values, words, formats) {
    keep(this.#entries, runs, this.#parts.legend, (run) => this.#entry(run));
    runs.forEach(({ id, item }, index) => {
      const [, name, value, remove] = this.#entries.get(id).children;
      const label = item?.source ?? id;
      say(name, label);
      set(name, { href: this.#href(id) });
      const loss = values[index];
      say(value, loss === null ? (item ? '—' : words.gone) : formats.number(loss));
      set(remove, { 'aria-label': fill(words.remove, { name: label }) });
    });
  }

  #entry({ id, slot }) {
    const entry = build('li', { 'data-slot': slot, 'data-run': id },
      ['svg', { viewBox: '-14 -7 28 14', 'aria-hidden': 'true' },
        ['path', { class: 'curve', d: 'M-14 0H14' }], ['path', { class: 'mark', d: shape(slot) }]],
      ['a', { 'data-open': id }], ['span'], ['button', { type: 'button' }, '×']);
    entry.querySelector('button').onclick = () => {
      // The focus goes on to the next entry.
      const next = entry.nextElementSibling ?? entry.previousElementSibling;
      next?.querySelector('button').focus();
      this.#remove(id);
    };
    return entry;
  }
}

/** One element for each run, the same for as long as the run is there. */
function keep(elements, runs, parent, make) {
  for (const [id, element] of elements) {
    if (runs.some((run) => run.id === id)) continue;
    element.remove();
    elements.delete(id);
  }
  for (const run of runs) {
    if (!elements.has(run.id)) elements.set(run.id, parent.appendChild(make(run)));
  }
}
