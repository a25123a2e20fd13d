// <training-panel>: one training run, live, wherever this module is loaded.
//
//   <script type="module" src="http://host:8080/training-panel.js"></script>
//   <training-panel src="http://host:8080"></training-panel>
//
// docs/FRONTENDS.md tells of its attributes, events, and styles.

import { Connection } from './panel/connection.js';
import { describe } from './panel/describe.js';
import { formatsFor } from './panel/format.js';
import { nothing, reduce } from './panel/state.js';
import { style } from './panel/style.js';
import { View } from './panel/view.js';
import { wordsFor } from './panel/words.js';

export class TrainingPanel extends HTMLElement {
  static observedAttributes = ['src', 'lang', 'label'];

  #state = nothing;
  #text;
  #view = new View(() => this.#schedule());
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

  /** The newest PULSE v1 document, or null. */
  get status() {
    return this.#state.status;
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
    const { words, locale } = wordsFor(this.getAttribute('lang'));
    const title = this.getAttribute('label') || words.training;
    this.#text = { words, locale, title, formats: formatsFor(locale) };
  }

  /** Begins anew with the server of `src`: by default the one that this module came from. */
  #connect() {
    this.#connection?.close();
    this.#state = nothing;
    const source = this.getAttribute('src');
    const base = source ? new URL(source, document.baseURI) : new URL('.', import.meta.url);
    if (!base.pathname.endsWith('/')) base.pathname += '/';
    this.#connection = new Connection(base, (news) => this.#take(news));
  }

  #take(news) {
    const { link } = this.#state;
    this.#state = reduce(this.#state, news);
    this.#schedule();
    const { type, document } = news;
    if (['status', 'progress', 'problem'].includes(type)) this.#emit(type, document);
    // Who was away missed a part of the curve.
    if (type === 'link' && link !== 'live' && news.link !== 'lost') this.#catchUp();
  }

  async #catchUp() {
    const { run } = this.#state;
    const connection = this.#connection;
    const history = await connection.get('history').catch(() => null);
    const isCurrent = connection === this.#connection && run === this.#state.run;
    if (isCurrent && history?.type === 'history') this.#take(history);
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`pulse-${name}`, { detail, bubbles: true, composed: true }));
  }

  /** However many news there are, one frame is drawn. A hidden page gets none, but time goes on. */
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
    this.#view.render(verdict, texts, this.#state.curve, this.#text);
    const told = JSON.stringify(verdict);
    if (told !== this.#told) this.#emit('verdict', verdict);
    this.#told = told;
    // "3 seconds ago" becomes 4 without any news.
    if (!document.hidden) this.#timer = setTimeout(() => this.#schedule(), 1000);
  }
}

if (!customElements.get('training-panel')) customElements.define('training-panel', TrainingPanel);
