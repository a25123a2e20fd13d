// What stands above the rows, and in their place where there are none. Pure.

import { fill } from '../panel/words.js';

/** Why what is shown may be old: `{why, reason}`; null while the server is heard. */
export function outage({ link, reason, since }, now, { words, formats }) {
  if (link !== 'lost') return null;
  const why = since ? fill(words.unreachableWhy, { time: formats.time(since, now) }) : words.unreachable;
  return { why, reason: words[reason] ?? reason ?? '' };
}

/** What to say where no run is listed: `{none, hint, command}`. */
export function emptiness({ listed, total, isComplete, link }, { words }) {
  if (listed) return null;
  if (total) return { none: words.noMatch };
  if (!isComplete) return link === 'lost' ? null : { none: words.connecting };
  return { none: words.empty, hint: words.emptyWhy, command: fill(words.emptyHow, { path: 'DIR' }) };
}
