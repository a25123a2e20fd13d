// The loss curve as a control: drawn, read with pointer and keyboard, and looked at from nearer.

import { axes, haveSteps } from './axis.js';
import { readSettings, writeSettings } from './chart-settings.js';
import { layout } from './curve.js';
import { build, say, set } from './dom.js';
import { followGestures } from './gestures.js';
import { Metrics, chosenOf, metricsTree, withMetric } from './metrics.js';
import { fill } from './words.js';

const button = (name) => ['button', { part: name, 'data-word': name, type: 'button' }];

/** The chart's elements, for `build`. */
export const chartTree = ['section', { part: 'chart' },
  ['div', { class: 'row' }, ['h3', { 'data-word': 'curve' }], ['span', { part: 'readout' }]],
  ['div', { part: 'plot', role: 'slider', tabindex: 0, 'aria-valuemin': 0, 'aria-keyshortcuts': '+ - 0' },
    ['svg', { 'aria-hidden': 'true' },
      ['g'],
      // It cuts off what is beyond its edges.
      ['svg', { part: 'area' }, ['g'], ['path', { part: 'curve' }], ['path', { part: 'smooth-curve' }],
        ['rect', { part: 'selection' }]],
      ['g'], ['line', { part: 'ruler' }], ['circle', { part: 'point' }]]],
  metricsTree,
  ['div', { class: 'row', part: 'tools' },
    ['label', { class: 'row' }, ['span', { 'data-word': 'axis' }],
      ['select', { part: 'axis' }, ...axes.map((axis) => ['option', { value: axis, 'data-word': axis }])]],
    button('log'), button('cut'), ['span', { part: 'outside' }], button('nearer'), button('whole'),
    ['label', { class: 'row' },
      ['span', { 'data-word': 'smoothing' }],
      ['input', { part: 'smoothing', type: 'range', min: 0, max: 0.99, step: 0.01 }]]]];

export class Chart {
  #parts;
  #redraw;
  #settings = readSettings();
  #zoom = null; // a part of the axis, {from, to}
  #selection = null; // two places that are dragged over
  #size = { width: 0, height: 0, em: 16 };
  #drawn = null;
  #metrics;
  #chosen = null; // the point that is read out; null for the newest

  /** `parts` are the panel's elements by name; `redraw` asks for the next frame. */
  constructor(parts, redraw) {
    this.#parts = parts;
    this.#redraw = redraw;
    const { plot, area, log, cut, axis, smoothing, nearer, whole } = parts;
    this.#metrics = new Metrics(parts.metrics, area.firstChild, (names, name, isChosen) => {
      this.#change({ metrics: withMetric(this.#settings.metrics, names, name, isChosen) });
    });
    log.onclick = () => this.#change({ isLog: !this.#settings.isLog });
    cut.onclick = () => this.#change({ isCut: !this.#settings.isCut });
    axis.onchange = () => {
      this.#zoom = null;
      this.#change({ axis: axis.value });
    };
    smoothing.value = this.#settings.smoothing;
    smoothing.oninput = () => this.#change({ smoothing: Number(smoothing.value) });
    nearer.onclick = () => this.#zoomBy(1);
    whole.onclick = () => {
      this.#zoomBy(0);
      // The button is gone with what it was for.
      plot.focus();
    };
    followGestures(plot, {
      choose: (place) => this.#choose(place === null ? null : this.#drawn?.nearest(place)),
      step: (of) => this.#step(of),
      select: (places, isAll) => this.#select(places, isAll),
      zoom: (by) => this.#zoomBy(by),
      escape: () => (this.#chosen === null ? this.#zoomBy(0) : this.#choose(null)),
    });
    new ResizeObserver(([{ contentRect: { width, height } }]) => {
      this.#size = { width, height, em: parseFloat(getComputedStyle(plot).fontSize) };
      redraw();
    }).observe(plot);
  }

  #change(settings) {
    this.#settings = { ...this.#settings, ...settings };
    writeSettings(this.#settings);
    this.#redraw();
  }

  #choose(index) {
    this.#chosen = this.#drawn?.points[index] ?? null;
    this.#redraw();
  }

  /** The index of the point that is read out. */
  get #index() {
    const last = this.#drawn.points.length - 1;
    return this.#chosen === null ? last : this.#drawn.find(this.#chosen);
  }

  #step(of) {
    if (!this.#drawn) return;
    const last = this.#drawn.points.length - 1;
    this.#choose(Math.max(0, Math.min(last, this.#index + of(last))));
  }

  #select(places, isAll) {
    this.#selection = isAll ? null : places;
    if (places && isAll && this.#drawn) this.#zoom = this.#drawn.between(...places);
    this.#redraw();
  }

  /** Half of what is shown, around the point that is read out; twice as much; or all. */
  #zoomBy(by) {
    if (!this.#drawn) return;
    const { left, right, ends: [start, end], spot, between } = this.#drawn;
    const width = Math.min(end - start, (right - left) * 2 ** -by);
    const centre = by < 0 ? (left + right) / 2 : spot(this.#index)[0];
    const from = Math.max(start, Math.min(end - width, centre - width / 2));
    this.#zoom = by === 0 ? null : between(from, from + width);
    this.#redraw();
  }

  render(curve, resumes, text) {
    const { words, formats } = text;
    const { plot, tools, log, cut, axis, whole, readout, outside } = this.#parts;
    const hasSteps = haveSteps(curve);
    const settings = { ...this.#settings, ...(this.#settings.axis === 'steps' && !hasSteps && { axis: 'epoch' }) };
    const metrics = chosenOf(this.#metrics.names(curve), settings.metrics);
    const drawn = layout(curve, { ...this.#size, ...settings, metrics, zoom: this.#zoom, formats, resumes });
    this.#drawn = drawn;
    this.#metrics.render(metrics, drawn?.series ?? [], (name) => drawn?.metric(name, this.#index), text);
    set(log, { 'aria-pressed': settings.isLog });
    set(cut, { 'aria-pressed': settings.isCut });
    set(whole, { hidden: drawn?.isZoomed ? null : '' });
    for (const option of axis.options) set(option, { hidden: option.value === 'steps' && !hasSteps ? '' : null });
    if (axis.value !== settings.axis) axis.value = settings.axis;
    const count = drawn?.outside.count ?? 0;
    say(outside, count ? fill(words.outside, { count: formats.integer(count) }) : '');
    set(plot.firstChild, { hidden: drawn ? null : '' });
    for (const part of [plot, tools]) set(part, { hidden: curve.length ? null : '' });
    const said = drawn ? this.#read(this.#index, metrics, words, formats) : words.noCurve;
    say(readout, said);
    set(plot, {
      'aria-label': words.curve, 'aria-valuetext': said,
      'aria-valuemax': (drawn?.points.length ?? 1) - 1, 'aria-valuenow': drawn ? this.#index : 0,
    });
    if (drawn) this.#draw(drawn);
  }

  #draw({ left, right, top, bottom, rows, columns, marks, outside, ...drawn }) {
    const { plot, area, curve, 'smooth-curve': smooth, selection, point, ruler } = this.#parts;
    const { width, height } = this.#size;
    // On paper it is drawn in another size.
    set(plot.firstChild, { viewBox: `0 0 ${width} ${height}` });
    const [grid, , over] = plot.firstChild.children;
    grid.replaceChildren(
      ...rows.map(({ y }) => build('line', { x1: left, x2: right, y1: y, y2: y })),
      ...rows.map(({ y, text }) => build('text', { x: left, y, dx: '-.6em', dy: '.35em' }, text)),
      ...columns.map(({ x, text }) => build('text', { x, y: bottom, dy: '1.6em' }, text)),
      ...marks.map((x) => build('line', { part: 'resume', x1: x, x2: x, y1: top, y2: bottom })),
    );
    const box = { x: left, y: top, width: right - left, height: bottom - top };
    // A little more, for the width of the line.
    const [x, y, w, h] = [box.x - 2, box.y - 2, box.width + 4, box.height + 4];
    set(area, { x, y, width: w, height: h, viewBox: `${x} ${y} ${w} ${h}` });
    set(curve, { d: drawn.raw, 'data-faint': drawn.smoothed && '' });
    set(smooth, { d: drawn.line });
    over.replaceChildren(...outside.marks.map(([x, y]) => build('path', {
      part: 'outlier', d: y === top ? 'M-4 6H4L0 0Z' : 'M-4 -6H4L0 0Z', transform: `translate(${x} ${y})`,
    })));
    const [from, to] = this.#selection?.toSorted((one, other) => one - other) ?? [0, 0];
    set(selection, { x: from, width: to - from, y: box.y, height: box.height, hidden: this.#selection ? null : '' });
    const [cx, cy] = drawn.spot(this.#index);
    set(point, { cx, cy });
    set(ruler, { x1: cx, x2: cx, y1: top, y2: bottom, hidden: this.#chosen === null ? '' : null });
  }

  /** A point in words. */
  #read(index, names, words, formats) {
    const { points, smoothed } = this.#drawn;
    const { epoch, loss, steps, time, metrics } = points[index];
    const values = { epoch: formats.number(epoch), loss: formats.number(loss) };
    return [
      fill(words.point, values),
      smoothed && fill(words.smoothed, { loss: formats.number(smoothed[index]) }),
      ...names.map((name) => metrics?.[name] !== undefined && `${name} ${formats.number(metrics[name])}`),
      steps != null && fill(words.stepsDone, { steps: formats.integer(steps) }),
      formats.time(time * 1000, Date.now()),
    ].filter(Boolean).join(' · ');
  }
}
