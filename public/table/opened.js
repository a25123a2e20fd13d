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

  /** Shows a run: `{id, label, src}`, or `{id, isUnknown}`; null for none. */
  render(run, { words, locale }, list) {
    set(this.root, { hidden: run ? null : '', lang: locale });
    say(this.#back, `← ${words.back}`);
    set(this.#back, { href: list });
    set(this.#unknown, { hidden: run?.isUnknown ? null : '' });
    say(this.#unknown.firstChild, fill(words.unknown, { name: run?.id ?? '' }));
    say(this.#unknown.lastChild, words.unknownWhy);
    if (!run?.src) {
      this.#panel?.remove();
      this.#panel = null;
      return;
    }
    if (!this.#panel) {
      import('../training-panel.js');
      this.#panel = document.createElement('training-panel');
      set(this.#panel, { src: run.src, label: run.label, lang: locale, part: 'run', exportparts: 'panel, plot' });
      this.#place.append(this.#panel);
    }
    set(this.#panel, { src: run.src, label: run.label, lang: locale });
  }

  /** The same run is served from elsewhere now. */
  reconnect() {
    const src = this.#panel?.getAttribute('src');
    if (src) this.#panel.setAttribute('src', src);
  }

  focus() {
    this.#back.focus();
  }
}
