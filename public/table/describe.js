// From an ITEM to what is seen of it: words and numbers. Pure.

import { fill } from '../panel/words.js';

/** The colour of each state; its word and its icon say the same. */
const tones = {
  running: 'running', stale: 'warning', waiting: 'idle', done: 'done', error: 'error',
  replaced: 'idle',
};

/** The loss, where one was measured: 0 below the best is none. */
export const lossOf = ({ loss, best_loss: best }) => (best !== null && loss >= best ? loss : null);

/** What to show of a run at `now`, the server's time in milliseconds. */
export function describe(item, now, { words, formats }) {
  const { state, source_state: source, attempt, current, started, details } = item;
  const isEndless = state === 'running' && !item.total_epochs;
  const total = item.total_epochs && { epoch: formats.number(item.epoch), total: formats.number(item.total_epochs) };
  const number = (value) => (value === null ? '—' : formats.number(value));
  const isBroken = source !== 'ok' && !(source === 'missing' && state === 'waiting');
  const sub = [
    !current && started !== null && formats.time(started * 1000, now),
    attempt > 1 && fill(words.attempt, { attempt }),
    details?.profile,
    details?.dataset,
    item.message,
  ];
  return {
    state,
    tone: tones[state],
    ratio: isEndless ? null : state === 'done' ? 1 : item.progress / 100,
    texts: {
      name: item.source,
      sub: sub.filter(Boolean).join(' · '),
      state: words[state],
      fault: isBroken ? words[source] : '',
      percent: isEndless || (state === 'done' && !item.total_epochs) ? '—' : formats.percent(item.progress),
      epoch: total ? fill(words.of, total) : number(item.epoch),
      loss: number(lossOf(item)),
      best: number(item.best_loss),
      left: left(item, now, formats),
      updated: formats.agoInShort(Math.max(0, now / 1000 - item.updated)),
    },
  };
}

/** The time left, counted down since the last update. */
function left({ state, updated, eta_seconds: eta }, now, formats) {
  const seconds = eta === null ? 0 : updated + eta - now / 1000;
  return state === 'running' && seconds > 0 ? formats.duration(seconds) : '—';
}
