// The panel's DOM, made once, and the one function that brings it up to date.

import { Chart, chartTree } from './chart.js';
import { build, say, set } from './dom.js';

/** One icon for each verdict, on 24 × 24: states differ in shape, not in colour alone. */
const icons = {
  connecting: 'M6 12h.01M12 12h.01M18 12h.01',
  idle: 'M9 8v8M15 8v8',
  running: 'M9 7l8 5-8 5z',
  done: 'M7 12.5l3.5 3.5L17 9',
  error: 'M8 8l8 8M16 8l-8 8',
  replaced: 'M7 12h10M13 8l4 4-4 4',
  stale: 'M12 7v5l3.5 2',
  broken: 'M12 6.5v7M12 17v.01',
  unreachable: 'M7 17L17 7M12 7.5h.01',
};

const figure = (name, ...more) =>
  ['div', {}, ['dt', { 'data-word': name }], ['dd', { part: name }], ...more];

const details = ['steps', 'lr', 'batch', 'memory', 'profile', 'dataset'].map((name) =>
  ['div', {}, ['dt', { 'data-word': name }], ['dd', { part: name, dir: 'auto' }]]);

const tree = ['article', { part: 'panel' },
  ['header', { class: 'row' }, ['h2', { part: 'label' }], ['span', { part: 'connection' }]],
  ['p', { part: 'hint' }],
  ['p', { class: 'row' },
    ['svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, ['path', { part: 'icon' }]],
    ['strong', { part: 'state' }]],
  ['div', { part: 'notice' },
    ['p', {}, ['strong', { part: 'why' }], ' ', ['span', { part: 'cause' }], ' ',
      ['span', { part: 'reason', dir: 'auto' }]],
    ['p', { part: 'shown' }],
    ['p', { class: 'row' }, ['span', { part: 'countdown' }], ['button', { part: 'retry', type: 'button' }]]],
  ['p', { class: 'row' }, ['span', { part: 'percent' }], ['span', { part: 'aside' }]],
  ['div', { part: 'bar', role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': 100 },
    ['div', { part: 'fill' }]],
  ['p', { part: 'message', dir: 'auto', tabindex: 0 }],
  ['dl', { part: 'figures' },
    figure('epoch', ['dd', { part: 'elapsed' }]), figure('loss', ['dd', { part: 'best' }]),
    figure('time-left', ['dd', { part: 'until' }]),
    figure('last-update', ['dd', { part: 'clock' }])],
  ['dl', { part: 'details' }, ...details],
  chartTree,
  ['slot'],
  ['p', { part: 'announcement', role: 'status' }]];

export class View {
  root = build(...tree);
  #parts = Object.fromEntries(
    [...this.root.querySelectorAll('[part]')].map((part) => [part.getAttribute('part'), part]));
  #named = this.root.querySelectorAll('[data-word]');

  /** `redraw` asks for the next frame, `retry` for the server. */
  constructor(redraw, retry) {
    this.#parts.retry.onclick = retry;
    this.chart = new Chart(this.#parts, redraw);
  }

  render({ verdict, tone, isFrozen, link, ratio, ...rest }, texts, { curve, resumes }, text) {
    const { words } = text;
    const parts = this.#parts;
    set(this.root, {
      lang: text.locale, 'data-verdict': verdict, 'data-tone': tone,
      'data-frozen': isFrozen ? '' : null,
    });
    for (const part in texts) say(parts[part], texts[part]);
    for (const element of this.#named) say(element, words[element.dataset.word]);
    set(parts.icon, { d: icons[verdict] });
    set(parts.connection, { 'data-link': link });
    set(parts.notice, { hidden: texts.why ? null : '' });
    set(parts.bar, {
      'aria-label': words.progress, 'aria-valuetext': ratio === null ? words.endless : rest.percent,
      'aria-valuenow': ratio === null ? null : Math.floor(ratio * 100),
    });
    parts.fill.style.inlineSize = `${(ratio ?? 1) * 100}%`;
    this.chart.render(curve, resumes, text);
    // A screen reader tells of new verdicts only: the rest can be asked for.
    const update = `${rest.label}. ${rest.explanation}`.trim();
    if (verdict !== 'connecting') say(parts.announcement, update);
  }
}
