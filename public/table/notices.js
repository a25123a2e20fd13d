// What stands above the rows, and in their place where there are none. Pure.

import { countdown } from '../panel/retry.js';
import { fill } from '../panel/words.js';

/** Why what is shown may be old: `{why, reason, countdown}`; null while the server is heard. */
export function outage({ link, reason, since, retryAt }, now, { words, formats }) {
  if (link !== 'lost') return null;
  const why = since ? fill(words.unreachableWhy, { time: formats.time(since, now) }) : words.unreachable;
  return { why, reason: words[reason] ?? reason ?? '', countdown: countdown(retryAt, now, { words, formats }) };
}

/** What to say where none of a source's runs is listed: `{none, hint, command}`; null where some are. */
export function emptiness(listed, { runs, link, place }, { words }) {
  if (listed) return null;
  if (runs.size) return { none: words.noMatch };
  if (!runs.isComplete) return link.link === 'lost' ? null : { none: words.connecting };
  const name = place.kind === 'bucket' ? 'Bucket' : 'Directory';
  const path = place.path === null ? 'DIR' : quoted(place.path);
  const command = fill(words[`how${name}`], { path });
  return { none: words.empty, hint: words[`empty${name}`], command };
}

/** A word of a shell. */
const quoted = (text) => (/^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
