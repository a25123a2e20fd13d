// The list's DOM: its head, its tools, its table. Made once, and brought up to date by one function.

import { build, say, set } from '../panel/dom.js';
import { fill } from '../panel/words.js';
import { Comparison, comparisonTree } from './comparison.js';
import { sortable, states } from './order.js';
import { columns, icons } from './row.js';
import { Rows } from './rows.js';

/** Columns whose first order is descending. */
const descending = ['progress', 'epoch', 'updated'];

const head = (name) => ['div', { role: 'columnheader', class: name, 'data-column': name },
  ['button', { type: 'button' }, ['span', { 'data-word': name }]]];

const state = (name) => ['button', { type: 'button', 'data-state': name, 'aria-pressed': 'false' },
  ['svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, ['path', { d: icons[name] }]],
  ['span', { 'data-word': name }], ['span', { class: 'number' }]];

const tree = ['article', { part: 'runs' },
  ['header', { class: 'row' },
    ['h2', { part: 'title' }], ['span', { part: 'count' }], ['span', { part: 'connection' }]],
  ['div', { part: 'notice' }, ['strong', { part: 'why' }], ['span', { part: 'reason' }], ['span', { 'data-word': 'old' }],
    ['p', { class: 'row' }, ['span', { part: 'countdown' }], ['button', { part: 'retry', type: 'button', 'data-word': 'retry' }]]],
  ['div', { part: 'tools', class: 'row', role: 'search' },
    ['input', { part: 'search', type: 'search', autocomplete: 'off', spellcheck: 'false' }],
    ['div', { part: 'filter', role: 'group', class: 'row' }, ...states.map(state)],
    ['label', { part: 'sorting', class: 'row' }, ['span', { 'data-word': 'sort' }],
      ['select', { part: 'sort' }, ['option', { value: '', 'data-word': 'newest' }],
        ...sortable.map((key) => ['option', { value: key, 'data-word': key }])],
      ['button', { part: 'direction', type: 'button' }]]],
  comparisonTree,
  ['div', { part: 'table', role: 'table' },
    ['div', { role: 'rowgroup', class: 'head' },
      ['div', { role: 'row', 'aria-rowindex': 1 },
        ['div', { role: 'columnheader', class: 'choice' }, ['span', { class: 'unseen', 'data-word': 'compare' }]],
        ...columns.map(head)]],
    ['div', { part: 'rows', role: 'rowgroup' }]],
  ['div', { part: 'empty' }, ['strong', { part: 'none' }], ['p', { part: 'hint' }], ['code', { part: 'command' }],
    ['button', { part: 'all', type: 'button', 'data-word': 'showAll' }]],
  ['slot'],
  ['p', { class: 'unseen', part: 'announcement', role: 'status' }]];

export class List {
  root = build(...tree);
  parts = Object.fromEntries(
    [...this.root.querySelectorAll('[part]')].map((part) => [part.getAttribute('part'), part]));
  rows = new Rows(this.parts.rows);
  comparison;
  #named = this.root.querySelectorAll('[data-word]');
  #states = this.root.querySelectorAll('button[data-state]');
  #heads = this.root.querySelectorAll('[data-column]');

  /** `change` gets what is to be another way, or a function from the view to that; `retry` asks the server. */
  constructor({ change, choose, retry, ...actions }) {
    const { search, sort, direction, all, rows, retry: button } = this.parts;
    button.onclick = retry;
    this.comparison = new Comparison(this.parts, { change, ...actions });
    search.oninput = () => change({ search: search.value });
    all.onclick = () => {
      change({ search: '', filter: [] });
      search.focus();
    };
    for (const button of this.#states) {
      const { state } = button.dataset;
      button.onclick = () => change(({ filter }) => ({
        filter: states.filter((one) => filter.includes(one) !== (one === state)),
      }));
    }
    for (const head of this.#heads) {
      head.firstChild.onclick = () => change(({ sort }) => ({ sort: next(sort, head.dataset.column) }));
    }
    sort.onchange = () => change({ sort: sort.value ? first(sort.value) : null });
    direction.onclick = () => change(({ sort }) => ({ sort: sort && { ...sort, descends: !sort.descends } }));
    rows.addEventListener('change', ({ target }) => choose(runOf(target), target.checked));
    rows.addEventListener('keydown', (event) => this.#walk(event));
  }

  /** Arrow keys go from row to row, and stay in their column. */
  #walk(event) {
    const { key, target } = event;
    const { rows } = this;
    const page = Math.max(1, Math.floor(innerHeight / rows.box(0).size) - 2);
    const steps = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page, Home: -Infinity, End: Infinity };
    if (!(key in steps) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const from = rows.indexOf(runOf(target));
    const index = Math.max(0, Math.min(rows.length - 1, from + steps[key]));
    const { top, size } = rows.box(index);
    const above = this.parts.table.firstChild.offsetHeight;
    if (top < above) scrollBy(0, top - above - size);
    else if (top + size > innerHeight) scrollBy(0, top + 2 * size - innerHeight);
    this.reach(index, target.localName);
  }

  /** Puts the focus on a row that may not be there yet: assigned by who draws. */
  reach() {}

  render(model, text) {
    const { parts } = this;
    const { words, formats, locale } = text;
    const { view, counts, total, link, title, notice, empty } = model;
    set(this.root, { lang: locale, 'data-frozen': notice ? '' : null });
    for (const element of this.#named) say(element, words[element.dataset.word]);
    const { length } = this.rows;
    const count = { count: formats.integer(length), total: formats.integer(total) };
    const counted = fill(length === total ? words.count : words.someCount, count);
    say(parts.title, title);
    say(parts.count, total ? counted : '');
    say(parts.connection, words[link]);
    set(parts.connection, { 'data-link': link });
    set(parts.notice, { hidden: notice ? null : '' });
    say(parts.why, notice?.why ?? '');
    say(parts.reason, notice?.reason ?? '');
    say(parts.countdown, notice?.countdown ?? '');
    set(parts.tools, { hidden: total ? null : '' });
    set(parts.search, { 'aria-label': words.search, placeholder: words.search });
    // Who types has the last word.
    if (parts.search.value !== view.search) parts.search.value = view.search;
    set(parts.filter, { 'aria-label': words.filter });
    for (const button of this.#states) {
      const { state } = button.dataset;
      set(button, { 'aria-pressed': view.filter.includes(state) });
      say(button.lastChild, formats.integer(counts[state]));
    }
    if (parts.sort.value !== (view.sort?.key ?? '')) parts.sort.value = view.sort?.key ?? '';
    say(parts.direction, view.sort ? (view.sort.descends ? '↓' : '↑') : '');
    set(parts.direction, { 'aria-label': words[order(view.sort)] });
    for (const head of this.#heads) {
      set(head, { 'aria-sort': view.sort?.key === head.dataset.column ? order(view.sort) : null });
    }
    set(parts.table, { 'aria-label': title, 'aria-rowcount': length + 1, hidden: length ? null : '' });
    set(parts.empty, { hidden: empty ? null : '' });
    for (const part of ['none', 'hint', 'command']) say(parts[part], empty?.[part] ?? '');
    set(parts.all, { hidden: total ? null : '' });
    set(parts.comparison, { hidden: model.chosen.length ? null : '' });
    if (model.chosen.length) this.comparison.render(model.chosen, view, text);
    return counted;
  }
}

const order = (sort) => (sort?.descends ? 'descending' : 'ascending');
const first = (key) => ({ key, descends: descending.includes(key) });

/** One way, the other way, and back to newest first. */
function next(sort, key) {
  if (sort?.key !== key) return first(key);
  return sort.descends === first(key).descends ? { key, descends: !sort.descends } : null;
}

const runOf = (element) => element.closest('[data-run]')?.dataset.run;
