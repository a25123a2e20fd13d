// <training-runs>: all runs of a server as a table, live, wherever this module is loaded.
//
//   <script type="module" src="http://host:8080/training-runs.js"></script>
//   <training-runs src="http://host:8080"></training-runs>
//
// docs/FRONTENDS.md tells of its attributes, events, and styles.

import { formatsFor } from './panel/format.js';
import { assign } from './table/colours.js';
import { List } from './table/list.js';
import { emptiness, outage } from './table/notices.js';
import { Opened } from './table/opened.js';
import { arrange } from './table/order.js';
import { format, mostCompared, parse } from './table/query.js';
import { Source } from './table/source.js';
import { style } from './table/style.js';
import { wordsFor } from './table/words.js';

export class TrainingRuns extends HTMLElement {
  static observedAttributes = ['src', 'lang', 'label', 'view', 'earlier'];

  #base;
  #source = null;
  #view = parse('');
  #text;
  #counts = {};
  #arranged = null; // the view that the order is of
  #unknown = null; // the id of a run that there is none of
  #isDisordered = true; // runs came or went, or the view is another
  #isPrinting = false;
  #frame = 0;
  #timers = {};
  #told = '';
  #tick = 0;
  #list = new List({
    change: (patch) => this.#change(patch),
    choose: (id, isChosen) => this.#choose(id, isChosen),
    remove: (id) => this.#choose(id, false),
    redraw: () => this.#schedule(),
    retry: () => this.#source.retry(),
    href: (id) => this.#href(id),
  });
  #opened = new Opened();
  #listeners;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [style];
    root.append(this.#list.root, this.#opened.root);
    root.addEventListener('click', (event) => this.#follow(event));
    this.#list.reach = (index, selector) => {
      this.#render();
      this.#list.rows.focus(index, selector);
    };
    new ResizeObserver(() => this.#schedule()).observe(this.#list.root);
  }

  /** The ITEMs of all runs that are known, in no order. */
  get runs() {
    return this.#source?.runs.all ?? [];
  }

  /** What is chosen, filtered, sorted and searched, as the query of a URL. */
  get view() {
    return format(this.#view);
  }

  set view(query) {
    const before = this.#view;
    this.#view = parse(query);
    this.#turn(before);
  }

  connectedCallback() {
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    // Whatever scrolls, the window or a part of the page.
    document.addEventListener('scroll', () => this.#schedule(), { capture: true, passive: true, signal });
    addEventListener('resize', () => this.#schedule(), { signal });
    document.addEventListener('visibilitychange', () => this.#schedule(), { signal });
    addEventListener('beforeprint', () => this.#print(true), { signal });
    addEventListener('afterprint', () => this.#print(false), { signal });
    this.#translate();
    this.#connect();
    this.#schedule();
  }

  disconnectedCallback() {
    this.#listeners.abort();
    this.#source.close();
    this.#source = null;
    this.#rest();
  }

  attributeChangedCallback(name, before, value) {
    if (name === 'view') this.view = value ?? '';
    if (!this.#source) return;
    if (name === 'src' || name === 'earlier') this.#connect();
    this.#translate();
    this.#schedule();
  }

  #translate() {
    const { words, locale, numbers } = wordsFor(this.getAttribute('lang'));
    this.#text = { words, locale, formats: formatsFor(numbers, locale) };
    this.#tick = -1;
  }

  /** Begins anew with the server of `src`: by default the one that this module came from. */
  #connect() {
    this.#source?.close();
    const source = this.getAttribute('src');
    this.#base = source ? new URL(source, document.baseURI) : new URL('.', import.meta.url);
    if (!this.#base.pathname.endsWith('/')) this.#base.pathname += '/';
    this.#isDisordered = true;
    this.#source = new Source(this.#base, this.hasAttribute('earlier'), (update, isDisordered) => {
      if (isDisordered) this.#isDisordered = true;
      this.#schedule();
    });
  }

  // The view.

  /** What is to be another way, or a function from the view to that. */
  #change(patch, isStep = false) {
    const before = this.#view;
    this.#view = { ...before, ...(typeof patch === 'function' ? patch(before) : patch) };
    this.#turn(before);
    this.#emit('view', { view: this.view, isStep });
    if (before.search !== this.#view.search || before.filter !== this.#view.filter) {
      clearTimeout(this.#timers.count);
      this.#timers.count = setTimeout(() => this.#announce(), 700);
    }
  }

  #turn(before) {
    this.#isDisordered = true;
    if (before.run !== this.#view.run) {
      this.#unknown = null;
      this.#render();
      // Before anything was drawn nobody has been taken from it.
      if (!this.#told || !this.#source) return;
      if (this.#view.run) {
        this.#opened.focus();
        scrollTo(0, 0);
      } else this.#returnFrom(before.run);
    }
    this.#schedule();
  }

  /** The list is where it was: at the run that was open. */
  #returnFrom(id) {
    const { rows } = this.#list;
    const index = rows.indexOf(this.#source.runs.find(id)?.id);
    if (index === undefined) return;
    const { top, size } = rows.box(index);
    if (top + size > innerHeight) scrollBy(0, top - innerHeight / 2);
    this.#list.reach(index, 'a');
  }

  #choose(id, isChosen) {
    // A name alone stands for its current run.
    const idOf = (one) => this.#source.runs.find(one)?.id ?? one;
    const others = this.#view.chosen.filter((one) => idOf(one.id) !== idOf(id));
    if (!isChosen) return this.#change({ chosen: others });
    if (others.length >= mostCompared) return this.#schedule();
    return this.#change({ chosen: assign([...others, { id, slot: null }]) });
  }

  #href(run) {
    const query = format({ ...this.#view, run });
    return query ? `?${query}` : '?';
  }

  /** A plain click stays on the page; any other is the browser's. */
  #follow(event) {
    const link = event.target.closest('a[data-open], a[part=back]');
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.#change({ run: link.dataset.open ?? null }, true);
  }

  #announce() {
    this.#list.parts.announcement.textContent = this.#list.parts.count.textContent;
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`pulse-${name}`, { detail, bubbles: true, composed: true }));
  }

  // Drawing.

  /** However many updates there are, one frame is drawn: of a hidden page, one a second. */
  #schedule() {
    if (!this.#source) return;
    if (document.hidden) this.#timers.draw ||= setTimeout(() => this.#render(), 1000);
    else this.#frame ||= requestAnimationFrame(() => this.#render());
  }

  #rest() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timers.draw);
    this.#frame = this.#timers.draw = 0;
  }

  #print(isPrinting) {
    this.#isPrinting = isPrinting;
    this.#render();
  }

  #render() {
    if (!this.#source) return;
    this.#rest();
    const time = Date.now();
    const tick = Math.floor(time / 1000);
    // Values that change put rows elsewhere once a second at most: they have to be read, and hit.
    if (this.#isDisordered || tick !== this.#tick) this.#arrange();
    this.#tick = tick;
    this.#isDisordered = false;
    this.#renderList(time);
    this.#renderOpened();
    this.#tell();
    if (!document.hidden) this.#timers.draw = setTimeout(() => this.#schedule(), 1000);
  }

  #arrange() {
    const { listed, counts } = arrange(this.#source.runs.all, this.#view);
    this.#list.rows.arrange(listed, this.#arranged === this.#view && !this.#view.sort);
    this.#arranged = this.#view;
    this.#counts = counts;
  }

  #renderList(time) {
    const view = this.#view;
    const text = this.#text;
    const { runs, link } = this.#source;
    const isOpen = view.run !== null;
    const empty = emptiness(this.#list.rows.length, this.#source, text);
    if (empty?.hint) this.#source.locate();
    const isNothing = this.hasAttribute('earlier') && !runs.size;
    this.#list.root.hidden = isOpen || isNothing;
    const chosen = view.chosen.map(({ id, slot }) => {
      const item = runs.find(id) ?? null;
      return { id, slot, item, points: this.#source.large.of(item ?? { id }) };
    });
    this.#list.render({
      view, chosen, counts: this.#counts, total: runs.size, link: link.link,
      title: this.getAttribute('label') || text.words[this.hasAttribute('earlier') ? 'earlier' : 'runs'],
      notice: outage(link, time, text), empty,
    }, text);
    if (isOpen) return;
    const slots = new Map(chosen.map(({ id, slot, item }) => [item?.id ?? id, slot]));
    const shared = {
      text, tick: `${this.#tick} ${this.#href(null)}`, now: this.#source.time(time),
      href: (id) => this.#href(id), isFull: chosen.length >= mostCompared,
    };
    this.#list.rows.render((id) => runs.find(id), (item) => ({
      ...shared, slot: slots.get(item.id) ?? null, points: this.#source.small.of(item),
    }), this.#isPrinting);
    this.#source.small.want(this.#list.rows.seen);
    this.#source.large.want(chosen.map(({ item }) => item).filter(Boolean));
  }

  #renderOpened() {
    const { run: id } = this.#view;
    const item = id && this.#source.runs.find(id);
    if (item) this.#unknown = null;
    if (id && !item && this.#source.runs.isComplete && this.#unknown === null) this.#identify(id);
    const isUnknown = id !== null && this.#unknown === id;
    const src = item ? new URL(`runs/${id}/`, this.#base).href : null;
    this.#opened.render(id && { id, src, isUnknown, item }, this.#text, this.#href(null));
  }

  /** A run that isn't listed may be called otherwise now, be archived in a moment, or be none. */
  async #identify(id) {
    this.#unknown = '';
    if (this.#opened.isShowing) await new Promise((done) => setTimeout(done, 2000));
    const source = this.#source;
    const answer = await source?.get(`runs/${id}`).catch(() => null);
    if (source !== this.#source || this.#view.run !== id || this.#unknown === null) return;
    if (!answer) this.#unknown = id;
    else if (answer.document.id === id) source.runs.take({ type: 'run', document: answer.document });
    else this.#change({ run: answer.document.id });
    this.#schedule();
  }

  /** Tells the page how many runs there are in each state. */
  #tell() {
    const { runs: { size: total, states }, link: { link } } = this.#source;
    const detail = { total, states, link };
    const told = JSON.stringify(detail);
    if (told !== this.#told) this.#emit('runs', detail);
    this.#told = told;
  }
}

if (!customElements.get('training-runs')) customElements.define('training-runs', TrainingRuns);
