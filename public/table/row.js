// One run as a row: made once, shown again and again, for whichever run comes into view.

import { build, say, set } from '../panel/dom.js';
import { fill } from '../panel/words.js';
import { preferred, shape } from './colours.js';
import { describe } from './describe.js';
import { spark } from './spark.js';

/** One icon for each state, on 24 × 24: states differ in shape, not in colour alone. */
export const icons = {
  running: 'M9 7l8 5-8 5z',
  stale: 'M12 7v5l3.5 2',
  waiting: 'M9 8v8M15 8v8',
  done: 'M7 12.5l3.5 3.5L17 9',
  error: 'M8 8l8 8M16 8l-8 8',
  replaced: 'M7 12h10M13 8l4 4-4 4',
};

/** Pixels of the small curve's own coordinates. */
const [width, height] = [96, 28];

/** The columns behind the one that chooses, by the words of their heads. */
export const columns = ['name', 'state', 'progress', 'epoch', 'loss', 'best', 'left', 'updated'];

const cell = (name, ...children) => ['div', { role: 'cell', class: name, 'data-cell': name }, ...children];
const value = (name) => ['span', { part: name }];

const tree = ['div', { role: 'row' },
  ['div', { role: 'cell', class: 'choice' },
    ['label', {}, ['input', { type: 'checkbox' }],
      ['svg', { viewBox: '-7 -7 14 14', 'aria-hidden': 'true' }, ['path', { class: 'mark' }]]]],
  ['div', { role: 'rowheader', class: 'name' }, ['a', { part: 'name', dir: 'auto' }], ['span', { part: 'sub', dir: 'auto' }]],
  cell('state',
    ['svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, ['path', { part: 'icon' }]],
    ['strong', { part: 'state' }], ['span', { part: 'fault' }]),
  cell('progress', ['div', { part: 'bar', 'aria-hidden': 'true' }, ['div', { part: 'fill' }]], value('percent')),
  cell('epoch', value('epoch')),
  cell('loss', value('loss'),
    ['svg', { class: 'spark', viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' }, ['path', { class: 'curve' }]]),
  cell('best', value('best')),
  cell('left', value('left')),
  cell('updated', value('updated'))];

export class Row {
  root = build(...tree);
  item = null;
  #parts = Object.fromEntries(
    [...this.root.querySelectorAll('[part]')].map((part) => [part.getAttribute('part'), part]));
  #box = this.root.querySelector('input');
  #shape = this.root.querySelector('.mark');
  #spark = this.root.querySelector('.spark path');
  #cells = this.root.querySelectorAll('[data-cell]');
  #shown = [];

  constructor() {
    // A class is a hook for a page's ::part(); inside, texts are found by theirs.
    this.root.setAttribute('part', 'row');
  }

  /** `slot` is that of a chosen run, else null; `tick` changes when texts do by themselves. */
  show(item, index, { now, tick, text, href, slot, isFull, points }) {
    set(this.root, { 'aria-rowindex': index + 2 });
    this.root.style.setProperty('--at', index);
    const shown = [item, tick, slot, isFull, points, points?.length, points?.at(-1)];
    const before = this.#shown;
    if (shown.every((value, place) => value === before[place])) return;
    this.#shown = shown;
    this.item = item;
    const { texts, tone, ratio, state } = describe(item, now, text);
    const parts = this.#parts;
    for (const part in texts) say(parts[part], texts[part]);
    set(this.root, { 'data-run': item.id, 'data-tone': tone, 'data-state': state, 'data-slot': slot });
    set(parts.name, { href: href(item.id), 'data-open': item.id, title: item.id });
    set(parts.sub, { title: item.message || null });
    set(parts.fault, { title: item.source_error });
    set(parts.updated, { title: text.formats.time(item.updated * 1000, now) });
    set(parts.icon, { d: icons[state] });
    set(parts.bar, { 'data-endless': ratio === null ? '' : null });
    parts.fill.style.inlineSize = `${(ratio ?? 1) * 100}%`;
    for (const cell of this.#cells) set(cell, { 'data-label': text.words[cell.dataset.cell] });
    set(this.#box, { 'aria-label': fill(text.words.compareRun, { name: item.source }) });
    this.#box.checked = slot !== null;
    this.#box.disabled = slot === null && isFull;
    set(this.#shape, { d: shape(slot ?? preferred(item.id)) });
    set(this.#spark, { d: spark(points, width, height) });
  }
}
