// The rows that can be seen, of however many there are. A row stays its run's for as long as it is
// there, so that focus and pointer don't come to be on another run when the order changes.

import { Row } from './row.js';

/** Rows beyond each edge of the window: the next one can be reached with the Tab key. */
const margin = 8;

/** Rows that are kept to be shown again. */
const mostSpare = 60;

/** Rows on paper. */
const mostPrinted = 1000;

export class Rows {
  #body;
  #rows = new Map(); // id → Row
  #spare = [];
  #order = [];
  #index = new Map(); // id → its place in the order

  constructor(body) {
    this.#body = body;
  }

  /** Takes which runs are listed, and in which order; `staysPut` where the reader has asked for nothing. */
  arrange(items, staysPut) {
    const { top, size } = this.box(0);
    const first = staysPut && top < 0 ? Math.min(Math.floor(-top / size), this.#order.length - 1) : -1;
    const id = this.#order[first]?.id;
    this.#order = items;
    this.#index = new Map(items.map(({ id }, index) => [id, index]));
    this.#body.style.setProperty('--count', items.length);
    // What comes and goes above the window must not move what is read in it.
    const moved = this.#index.has(id) ? this.#index.get(id) - first : 0;
    if (moved) scrollBy(0, moved * size);
  }

  /** The runs that can be seen. */
  get seen() {
    return [...this.#rows.values()].map(({ item }) => item);
  }

  get length() {
    return this.#order.length;
  }

  /** The place of a run in the order; undefined where it isn't listed. */
  indexOf(id) {
    return this.#index.get(id);
  }

  /** Shows the rows that the window has room for; `details` gives what else `Row.show` takes. */
  render(find, details, isPrinting) {
    const focused = this.#focused;
    const [from, to] = isPrinting ? [0, mostPrinted] : this.#range();
    const wanted = this.#order.slice(from, to).map(({ id }) => id);
    // The row that has the focus stays, wherever it has got to.
    const place = focused ? this.#index.get(focused.id) : undefined;
    if (place < from) wanted.unshift(focused.id);
    else if (place >= to) wanted.push(focused.id);
    const isWanted = new Set(wanted);
    for (const [id, row] of this.#rows) if (!isWanted.has(id)) this.#remove(id, row);
    for (const id of wanted) {
      const row = this.#rows.get(id) ?? this.#spare.pop() ?? new Row();
      this.#rows.set(id, row);
      const index = this.#index.get(id);
      // A run that has changed since the order was made is shown as it is now.
      const item = find(id) ?? this.#order[index];
      row.show(item, index, details(item));
    }
    this.#sort(wanted, place === undefined ? 0 : wanted.indexOf(focused.id));
    if (focused && place === undefined) this.#refocus(focused);
  }

  /** Puts the focus on a run's row, on the same control as before. */
  focus(index, selector) {
    const { id } = this.#order[index] ?? {};
    this.#rows.get(id)?.root.querySelector(selector)?.focus();
  }

  /** Where a row begins and how high it is, in pixels of the window. */
  box(index) {
    const { top, height } = this.#body.getBoundingClientRect();
    const size = height / (this.#order.length || 1);
    return { top: top + index * size, size };
  }

  #range() {
    const { top, size } = this.box(0);
    if (!size) return [0, margin];
    const from = Math.floor(-top / size) - margin;
    const to = Math.ceil((innerHeight - top) / size) + margin;
    return [Math.max(0, from), Math.max(0, to)];
  }

  get #focused() {
    const element = this.#body.getRootNode().activeElement;
    const row = element?.closest('[role=row]');
    if (!row || !this.#body.contains(row)) return null;
    const id = row.getAttribute('data-run');
    return { id, index: Number(row.getAttribute('aria-rowindex')) - 2, selector: element.localName };
  }

  /** Its run is gone: the focus is on the one that has its place now, not lost. */
  #refocus({ index, selector }) {
    if (!this.#order.length) return;
    this.focus(Math.min(index, this.#order.length - 1), selector);
  }

  #remove(id, row) {
    this.#rows.delete(id);
    row.root.remove();
    if (this.#spare.length < mostSpare) this.#spare.push(row);
  }

  /** Brings the elements into order around the one that stays: a moved element loses the focus. */
  #sort(ids, anchor) {
    const roots = ids.map((id) => this.#rows.get(id).root);
    if (!roots.length) return;
    const middle = roots[anchor];
    if (middle.parentNode !== this.#body) this.#body.append(middle);
    for (let index = anchor - 1, next = middle; index >= 0; next = roots[index--]) {
      if (next.previousSibling !== roots[index]) next.before(roots[index]);
    }
    for (let index = anchor + 1, last = middle; index < roots.length; last = roots[index++]) {
      if (last.nextSibling !== roots[index]) last.after(roots[index]);
    }
  }
}
