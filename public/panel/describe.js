// From the state to what is seen of it: one model of words and numbers. Pure.

import { ahead, trainerAhead } from './clock.js';
import { codeOf, explain } from './reasons.js';
import { countdown } from './retry.js';
import { verdict as judge } from './state.js';
import { detailsOf, lossOf } from './version2.js';
import { fill } from './words.js';

/** The colour of each verdict; its word and its icon say the same. */
const tones = {
  connecting: 'idle', idle: 'idle', running: 'running', done: 'done', error: 'error',
  replaced: 'idle', stale: 'warning', broken: 'error', unreachable: 'warning',
};

/** What to show at `now`, in local milliseconds. `texts` go to the parts of their names. */
export function describe(state, now, { words, formats, title, locale }) {
  const { status, progress, problem, link, since, retryAt } = state;
  const { number } = formats;
  const verdict = judge(state);
  const isFrozen = ['unreachable', 'broken', 'stale'].includes(verdict);
  // Nothing was ever written: what the server has for a status is its own.
  const isAwaited = verdict === 'idle' && progress.source === 'missing';
  const cause = isAwaited ? 'waiting' : verdict === 'broken' && !problem ? progress.source : verdict;
  const label = words[cause];

  const isEndless = !progress || isAwaited
    || (progress.status !== 'done' && progress.status !== 'idle' && !progress.total_epochs);
  // What is done without a total is done.
  const isWhole = verdict === 'done' && !progress.total_epochs;
  const share = isWhole ? 100 : progress?.progress;
  const percent = isEndless ? '—' : formats.percent(share);
  const loss = lossOf(state);
  const epochs = status && { epoch: number(status.epoch), total: number(status.total_epochs) };

  // What is wrong, and the reason in the server's words, after those of this language.
  const written = status && formats.time(status.timestamp * 1000 - trainerAhead(state), now);
  const isLost = verdict === 'unreachable';
  const isSignedOut = isLost && state.reason === 'signIn';
  const heard = isLost ? state.reason : problem ?? progress?.source_error;
  const reason = isSignedOut ? '' : words[heard] ?? heard ?? '';
  const isNowhere = codeOf(reason) === 'no_directory' && ['missing', 'waiting', 'broken'].includes(cause);
  const why = isSignedOut ? words.signIn : fill(words[`${isNowhere ? 'noDirectory' : cause}Why`] ?? '',
    { time: isLost ? formats.time(since, now) : written });
  const translated = isLost || isNowhere ? '' : explain(reason, locale);
  const shown = { status: words[status?.status], time: written };

  return {
    verdict, label, link, percent, isFrozen,
    tone: tones[verdict],
    ratio: isEndless ? null : share / 100,
    headline: isEndless || verdict === 'idle' ? label : `${percent} · ${label}`,
    explanation: [why, translated, reason].filter(Boolean).join(' '),
    texts: {
      label: title,
      connection: words[link === 'lost' && verdict === status?.status ? 'stopped' : link],
      state: label,
      hint: link === 'polling' ? words[state.reason] ?? '' : '',
      why,
      cause: translated,
      reason,
      countdown: isLost ? countdown(retryAt, now, { words, formats }) : '',
      retry: isLost ? words.retry : '',
      shown: isFrozen && status ? fill(words.shown, shown) : '',
      percent,
      aside: isFrozen && status ? words.lastKnown : '',
      message: status?.message ?? '',
      epoch: status && !isAwaited ? (status.total_epochs ? fill(words.of, epochs) : epochs.epoch) : '—',
      loss: loss === null ? '—' : number(loss),
      ...timeLeft(state, now, verdict, words, formats),
      elapsed: elapsed(state, now, verdict, words, formats),
      best: best(state, words, formats),
      'last-update': status && !isAwaited ? lastUpdate(state, now, formats) : '—',
      clock: isAwaited ? '' : clock(state, words, formats),
      ...detailed(detailsOf(status), words, formats),
    },
  };
}

/** What PULSE v2 tells; nothing of what isn't known. */
function detailed(details, words, { number, integer }) {
  const { steps_done: done, total_steps: total, lr, batch_size: batch, gpu_memory_usage: bytes, profile, dataset } =
    details ?? {};
  const isKnown = (value) => value !== null && value !== undefined;
  const steps = isKnown(done) ? integer(done) : '';
  return {
    steps: steps && isKnown(total) ? fill(words.of, { epoch: steps, total: integer(total) }) : steps,
    lr: isKnown(lr) ? number(lr) : '',
    batch: isKnown(batch) ? integer(batch) : '',
    memory: isKnown(bytes) ? memory(bytes, words.bytes.split(' '), number) : '',
    profile: profile ?? '',
    dataset: dataset ?? '',
  };
}

/** Bytes in the largest unit of which there is one. */
function memory(bytes, units, number) {
  const power = bytes ? Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10)) : 0;
  return `${number(bytes / 1024 ** power)}\u00a0${units[power]}`;
}

/** The time left, counted down since the update that it is of; one that is over was wrong. */
function timeLeft(state, now, verdict, words, formats) {
  const { status, progress, progressAt } = state;
  const eta = verdict === 'running' ? progress.eta_seconds : null;
  if (eta === null) return { 'time-left': '—', until: '' };
  const written = status.timestamp * 1000 - trainerAhead(state);
  // Heard later than in the second of its timestamp, it isn't new.
  const end = Math.min(progressAt, written + 1000 - ahead(state)) + eta * 1000;
  if (end <= now) {
    const time = formats.time(written, now);
    return { 'time-left': words.overdue, until: fill(words.longer, { time }) };
  }
  const left = formats.duration((end - now) / 1000);
  return { 'time-left': left, until: fill(words.until, { time: formats.time(end, now) }) };
}

/** How long the run has gone on since its first point, or has taken. */
function elapsed(state, now, verdict, words, formats) {
  const { status, curve } = state;
  const isOver = ['done', 'error', 'replaced'].includes(verdict);
  if (!curve.length || (!isOver && verdict !== 'running')) return '';
  const end = isOver ? status.timestamp : (now + ahead(state) + trainerAhead(state)) / 1000;
  const time = formats.duration(Math.max(0, end - curve[0].time));
  return fill(isOver ? words.took : words.elapsed, { time });
}

/** The least loss of the run, where there is more than one to choose from. */
function best({ curve }, words, { number }) {
  if (curve.length < 2) return '';
  const least = curve.reduce((one, other) => (other.loss < one.loss ? other : one));
  return fill(words.best, { loss: number(least.loss), epoch: number(least.epoch) });
}

/** How long ago the trainer wrote, by the server's clock; where its own is wrong, how long ago that came. */
function lastUpdate(state, now, formats) {
  if (trainerAhead(state)) return formats.ago((now - state.statusAt) / 1000);
  const age = (now + ahead(state)) / 1000 - state.status.timestamp;
  // A little ahead is no future.
  return formats.ago(Math.max(0, age));
}

/** What is wrong with the clock of the trainer's machine, in minutes. */
function clock(state, words, formats) {
  const lead = trainerAhead(state);
  const minutes = Math.round(Math.abs(lead) / 60_000);
  return minutes ? fill(lead > 0 ? words.clockAhead : words.clockBehind, { time: formats.duration(60 * minutes) }) : '';
}
