// The chosen run, in a panel of its own.

import { build, say, set } from '../panel/dom.js';
import { fill } from '../panel/words.js';

const tree = ['section', { part: 'opened' },
  ['a', { part: 'back' }],
  ['div', { part: 'unknown', role: 'alert' }, ['strong', { part: 'missing' }], ['p', { 'data-word': 'unknownWhy' }]],
  ['div', { class: 'panel' }]];

export class Opened {
  root = build(...tree);
  #back = this.root.querySelector('[part=back]');
  #unknown = this.root.querySelector('[part=unknown]');
  #place = this.root.querySelector('.panel');
  #panel = null;
  #id;
  #hasEnded = false; // nothing more comes to the panel

  /** Shows a run: `{id, item, src, isUnknown}`, the last but one being null while it isn't listed; null for none. */
  render(run, { words, locale }, list) {
    set(this.root, { hidden: run ? null : '', lang: locale });
    say(this.#back, `← ${words.back}`);
    set(this.#back, { href: list });
    set(this.#unknown, { hidden: run?.isUnknown ? null : '' });
    say(this.#unknown.firstChild, fill(words.unknown, { name: run?.id ?? '' }));
    say(this.#unknown.lastChild, words.unknownWhy);
    if (!run || run.isUnknown || run.id !== this.#id) {
      this.#panel?.remove();
      this.#panel = null;
    }
    this.#id = run?.id;
    if (run?.src && !run.isUnknown) this.#show(run, locale);
  }

  /** A run that isn't listed for a moment stays as it is. */
  #show({ src, item }, lang) {
    if (!this.#panel) {
      import('../training-panel.js');
      this.#panel = build('training-panel', { part: 'run' });
      this.#place.append(this.#panel);
      this.#panel.addEventListener('pulse-verdict', ({ detail }) => {
        this.#hasEnded = detail.link === 'ended';
      });
    }
    set(this.#panel, { src, label: item.source, lang });
    // What had ended turned out to be the beginning of a resume.
    if (this.#hasEnded && item.current && item.timestamp > this.#panel.status?.timestamp) {
      this.#panel.setAttribute('src', src);
    }
  }

  get isShowing() {
    return this.#panel !== null;
  }

  focus() {
    this.#back.focus();
  }
}
