// From the state to what is seen of it: one model of words and numbers. Pure.

import { ahead, verdict as judge } from './state.js';
import { fill } from './words.js';

/** The colour of each verdict; its word and its icon say the same. */
const tones = {
  connecting: 'idle', idle: 'idle', running: 'running', done: 'done', error: 'error',
  stale: 'warning', broken: 'error', unreachable: 'warning',
};

/** What to show at `now`, in local milliseconds. `texts` go to the parts of their names. */
export function describe(state, now, { words, formats, title }) {
  const { status, progress, problem, link, since } = state;
  const { number } = formats;
  const verdict = judge(state);
  const isFrozen = ['unreachable', 'broken', 'stale'].includes(verdict);
  const cause = verdict === 'broken' && !problem ? progress.source : verdict;
  const label = words[cause];

  const isEndless = !progress || (progress.status === 'running' && !progress.total_epochs);
  const percent = isEndless ? '—' : formats.percent(progress.progress);
  const epochs = status && { epoch: number(status.epoch), total: number(status.total_epochs) };

  // What is wrong, and the reason in the server's words.
  const written = status && formats.time(status.timestamp * 1000, now);
  const silent = verdict === 'unreachable' ? formats.time(since, now) : written;
  const isFine = verdict === 'idle' && progress.source === 'ok';
  const why = isFine ? '' : fill(words[`${cause}Why`] ?? '', { time: silent });
  const heard = verdict === 'unreachable' ? state.reason : problem ?? progress?.source_error;
  const reason = words[heard] ?? heard ?? '';
  const shown = { status: words[status?.status], time: written };

  return {
    verdict, label, link, percent, isFrozen,
    tone: tones[verdict],
    ratio: isEndless ? null : progress.progress / 100,
    headline: isEndless || verdict === 'idle' ? label : `${percent} · ${label}`,
    explanation: `${why} ${reason}`.trim(),
    texts: {
      label: title,
      connection: words[link],
      state: label,
      why,
      reason,
      shown: isFrozen && status ? fill(words.shown, shown) : '',
      percent,
      aside: isFrozen && status ? words.lastKnown : '',
      message: status?.message ?? '',
      epoch: status ? (status.total_epochs ? fill(words.of, epochs) : epochs.epoch) : '—',
      loss: status?.epoch || status?.loss ? number(status.loss) : '—',
      ...timeLeft(state, now, verdict, words, formats),
      'last-update': status ? lastUpdate(state, now, formats) : '—',
    },
  };
}

/** The time left, counted down since the server told it. */
function timeLeft({ progress, progressAt }, now, verdict, words, formats) {
  const eta = verdict === 'running' ? progress.eta_seconds : null;
  if (eta === null) return { 'time-left': '—', until: '' };
  const end = progressAt + eta * 1000;
  if (end <= now) return { 'time-left': words.soon, until: '' };
  const left = formats.duration((end - now) / 1000);
  return { 'time-left': left, until: fill(words.until, { time: formats.time(end, now) }) };
}

/** How long ago the trainer wrote, by the server's clock. */
function lastUpdate(state, now, formats) {
  const age = (now + ahead(state)) / 1000 - state.status.timestamp;
  // The trainer's clock may be a little ahead: only a real future is told.
  return formats.ago(age < 0 && age > -5 ? 0 : age);
}
