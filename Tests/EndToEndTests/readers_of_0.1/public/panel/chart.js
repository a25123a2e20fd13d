// The loss curve as a control: drawn, hovered, and walked along with the keyboard.

import { layout } from './curve.js';
import { build, say, set } from './dom.js';
import { fill } from './words.js';

/** The chart's elements, for `build`. */
export const chartTree = ['section', {},
  ['div', { class: 'row' },
    ['h3', { 'data-word': 'curve' }],
    ['span', { part: 'readout' }],
    ['button', { part: 'log', 'data-word': 'log', type: 'button' }],
    ['label', { class: 'row' },
      ['span', { 'data-word': 'smoothing' }],
      ['input', { part: 'smoothing', type: 'range', min: 0, max: 0.99, step: 0.01, value: 0 }]]],
  ['div', { part: 'plot', role: 'slider', tabindex: 0, 'aria-valuemin': 0 },
    ['svg', { 'aria-hidden': 'true' },
      ['g'], ['path', { part: 'curve' }], ['path', { part: 'smooth-curve' }],
      ['line', { part: 'ruler' }], ['circle', { part: 'point' }]]]];

export class Chart {
  #isLog = false;
  #parts;
  #size = { width: 0, height: 0, em: 16 };
  #drawn = null;
  #chosen = null; // the point that is read out; null for the newest

  /** `parts` are the panel's elements by name; `redraw` asks for the next frame. */
  constructor(parts, redraw) {
    this.#parts = parts;
    const { plot, log, smoothing } = parts;
    const choose = (index) => {
      this.#chosen = index;
      redraw();
    };
    log.onclick = () => {
      this.#isLog = !this.#isLog;
      redraw();
    };
    smoothing.oninput = redraw;
    plot.onpointermove = ({ clientX }) =>
      choose(this.#drawn?.nearest(clientX - plot.getBoundingClientRect().left) ?? null);
    plot.onpointerleave = plot.onblur = () => choose(null);
    plot.onkeydown = (event) => {
      const index = this.#target(event.key);
      if (index === undefined) return;
      event.preventDefault();
      choose(index);
    };
    new ResizeObserver(([{ contentRect: { width, height } }]) => {
      this.#size = { width, height, em: parseFloat(getComputedStyle(plot).fontSize) };
      redraw();
    }).observe(plot);
  }

  /** The point that a key leads to; undefined for other keys. */
  #target(key) {
    const last = (this.#drawn?.points.length ?? 0) - 1;
    const page = Math.ceil(last / 10);
    const steps = {
      ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1,
      PageDown: -page, PageUp: page, Home: -last, End: last,
    };
    if (key === 'Escape') return null;
    if (!(key in steps) || last < 0) return undefined;
    const from = this.#chosen ?? last;
    return Math.max(0, Math.min(last, from + steps[key]));
  }

  render(curve, { words, formats }) {
    const { plot, log, smoothing, readout, ...parts } = this.#parts;
    const how = { log: this.#isLog, smoothing: Number(smoothing.value), label: formats.number };
    const drawn = layout(curve, { ...this.#size, ...how });
    this.#drawn = drawn;
    set(log, { 'aria-pressed': this.#isLog });
    set(plot.firstChild, { hidden: drawn ? null : '' });
    const last = (drawn?.points.length ?? 1) - 1;
    const index = Math.min(this.#chosen ?? last, last);
    const text = drawn ? this.#read(index, words, formats) : words.noCurve;
    say(readout, text);
    set(plot, {
      'aria-label': words.curve, 'aria-valuetext': text,
      'aria-valuemax': last, 'aria-valuenow': index,
    });
    if (!drawn) return;
    const { left, right, top, bottom, rows, columns } = drawn;
    plot.firstChild.firstChild.replaceChildren(
      ...rows.map(({ y }) => build('line', { x1: left, x2: right, y1: y, y2: y })),
      ...rows.map(({ y, text }) => build('text', { x: left, y, dx: '-.6em', dy: '.35em' }, text)),
      ...columns.map(({ x, text }) => build('text', { x, y: bottom, dy: '1.6em' }, text)),
    );
    set(parts.curve, { d: drawn.raw, 'data-faint': drawn.smoothed && '' });
    set(parts['smooth-curve'], { d: drawn.line });
    const [x, y] = drawn.spot(index);
    set(parts.point, { cx: x, cy: y });
    const hidden = this.#chosen === null ? '' : null;
    set(parts.ruler, { x1: x, x2: x, y1: top, y2: bottom, hidden });
  }

  /** A point in words. */
  #read(index, words, formats) {
    const { points, smoothed } = this.#drawn;
    const { epoch, loss, time } = points[index];
    const values = { epoch: formats.number(epoch), loss: formats.number(loss) };
    return [
      fill(words.point, values),
      smoothed && fill(words.smoothed, { loss: formats.number(smoothed[index]) }),
      formats.time(time * 1000, Date.now()),
    ].filter(Boolean).join(' · ');
  }
}
