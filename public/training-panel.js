// <training-panel>: one training run, live, wherever this module is loaded.
//
//   <script type="module" src="http://host:8080/training-panel.js"></script>
//   <training-panel src="http://host:8080"></training-panel>
//
// docs/FRONTENDS.md tells of its attributes, events, and styles.

import { Connection } from './panel/connection.js';
import { describe } from './panel/describe.js';
import { feedOf } from './panel/feed.js';
import { formatsFor } from './panel/format.js';
import { nothing, reduce } from './panel/state.js';
import { style } from './panel/style.js';
import { asVersion1, detailsOf } from './panel/version2.js';
import { View } from './panel/view.js';
import { wordsFor } from './panel/words.js';

export class TrainingPanel extends HTMLElement {
  static observedAttributes = ['src', 'lang', 'label'];

  #state = nothing;
  #text;
  #view = new View(() => this.#schedule(), () => this.#connection?.retry());
  #connection = null;
  #frame = 0;
  #timer = 0;
  #told = '';
  #turn = () => this.#render();

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [style];
    root.append(this.#view.root);
  }

  /** The newest document as PULSE v1, or null. */
  get status() {
    return asVersion1(this.#state);
  }

  /** The newest document as PULSE v2, or null: also of a server that knows v1 alone. */
  get details() {
    return detailsOf(this.#state.status);
  }

  /** The newest document of `/progress`, or null. */
  get progress() {
    return this.#state.progress;
  }

  connectedCallback() {
    document.addEventListener('visibilitychange', this.#turn);
    this.#translate();
    this.#connect();
    this.#render();
  }

  disconnectedCallback() {
    document.removeEventListener('visibilitychange', this.#turn);
    this.#connection.close();
    this.#connection = null;
    this.#rest();
  }

  attributeChangedCallback(name) {
    if (!this.#connection) return;
    if (name === 'src') this.#connect();
    this.#translate();
    this.#schedule();
  }

  #translate() {
    const { words, locale, numbers } = wordsFor(this.getAttribute('lang'));
    const title = this.getAttribute('label') || words.training;
    this.#text = { words, locale, title, formats: formatsFor(numbers, locale) };
  }

  /** Begins anew with the server of `src`: by default the one that this module came from. */
  #connect() {
    this.#connection?.close();
    this.#state = nothing;
    const source = this.getAttribute('src');
    const home = new URL('.', import.meta.url);
    const base = new URL(source ? new URL(source, document.baseURI) : home);
    if (!base.pathname.endsWith('/')) base.pathname += '/';
    this.#connection = new Connection(base, (update) => this.#take(update), feedOf(base, home));
  }

  #take(update) {
    const { link, asked } = this.#state;
    this.#state = reduce(this.#state, update);
    this.#schedule();
    const { type, document } = update;
    if (type === 'status') this.#emit(type, this.status);
    else if (type === 'progress' || type === 'problem') this.#emit(type, document);
    // Who was away missed a part of the curve.
    const isBack = type === 'link' && link !== 'live' && update.link !== 'lost';
    if (isBack || this.#state.asked !== asked) this.#catchUp();
  }

  async #catchUp() {
    const { asked } = this.#state;
    const connection = this.#connection;
    this.#state = reduce(this.#state, { type: 'asking' });
    const history = await connection.getHistory().catch(() => null);
    const isCurrent = connection === this.#connection && asked === this.#state.asked;
    if (isCurrent && history?.type === 'history') this.#take(history);
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`pulse-${name}`, { detail, bubbles: true, composed: true }));
  }

  /** However many updates there are, one frame is drawn: of a hidden page, ten a second. */
  #schedule() {
    if (!this.#connection) return;
    if (document.hidden) this.#timer ||= setTimeout(() => this.#render(), 100);
    else this.#frame ||= requestAnimationFrame(() => this.#render());
  }

  #rest() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#frame = this.#timer = 0;
  }

  #render() {
    this.#rest();
    const { texts, ...verdict } = describe(this.#state, Date.now(), this.#text);
    this.#view.render(verdict, texts, this.#state, this.#text);
    const told = JSON.stringify(verdict);
    if (told !== this.#told) this.#emit('verdict', verdict);
    this.#told = told;
    // "3 seconds ago" becomes 4 without any update.
    if (!document.hidden) this.#timer = setTimeout(() => this.#schedule(), 1000);
  }
}

if (!customElements.get('training-panel')) customElements.define('training-panel', TrainingPanel);
