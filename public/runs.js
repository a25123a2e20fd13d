// The page around the list of runs: its address says what is shown, its title how the runs are.

import { bindAddress } from './address.js';
import { wordsFor } from './table/words.js';
import './training-runs.js';

const list = document.querySelector('training-runs');
const { locale, words } = wordsFor(list.lang);

let counts = '';

const entitle = (text) => {
  document.title = text ? `${text} – Pulse` : 'Pulse';
};
const isOpen = () => new URLSearchParams(list.view).has('run');

list.addEventListener('pulse-view', () => isOpen() || entitle(counts));
list.addEventListener('pulse-runs', ({ detail: { states } }) => {
  counts = ['running', 'stale', 'error'].filter((state) => states[state])
    .map((state) => `${states[state]} ${words[state].toLowerCase()}`).join(' · ');
  if (!isOpen()) entitle(counts);
});
// Of the run that is open.
list.addEventListener('pulse-verdict', ({ detail: { headline } }) => {
  const run = new URLSearchParams(list.view).get('run');
  if (run) entitle(`${headline} · ${run.split('@')[0]}`);
});

document.documentElement.lang = locale.slice(0, 2).toLowerCase();
bindAddress(list);
