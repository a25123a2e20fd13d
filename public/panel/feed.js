// How one run is heard of: as PULSE v2 where the server has it, or else as v1.

import { load } from './load.js';

/**
 * A feed: the stream that is followed and its events, and what is polled where that doesn't deliver.
 * Feeds may have no `stream`, a `pace` of their own in milliseconds, events of which each counts, not only
 * the newest (`repeats`), a `timeout` until they are polled beside the stream, an `older` one for a
 * server that hasn't their paths, and the path of the `item` that says whether one of many runs is over.
 */
const version1 = {
  stream: 'events',
  history: 'history',
  events: ['status', 'progress', 'problem'],
  poll: (get) => Promise.all([get('status'), get('progress')]),
};

const version2 = {
  ...version1,
  stream: 'v2/events',
  history: 'v2/history',
  poll: (get) => Promise.all([get('v2/status'), get('progress')]),
  older: version1,
};

/** Milliseconds for a server to answer what it has. */
const timeout = 2_000;

/** The feed at `base`: where that is one of many runs, with its item. */
function at(base, feed) {
  const item = /\/runs(\/[^/]+)\/$/.exec(base.pathname)?.[1];
  return item ? { ...feed, item: `..${item}`, older: feed.older && at(base, feed.older) } : feed;
}

/**
 * The feed of the run at `base`, or a promise of it; `home` is where this module came from. The same server
 * has what its panel knows. Another is asked for its contract, which every Pulse has: to try a path that
 * isn't there would be an error on the console.
 */
export function feedOf(base, home) {
  const [before, after] = base.href.split(home.href, 2);
  if (before === '' && /^(runs\/[^/]+\/)?$/.test(after)) return at(base, version2);
  const contract = new URL(base.href.replace(/runs\/[^/]+\/$/, '') + 'openapi.json');
  return load(contract, timeout, () => {})
    .then(({ document: { paths } }) => (paths?.['/v2/events'] ? version2 : version1),
      // One that is away now may have everything when it is back.
      ({ status }) => (status === 404 ? version1 : version2))
    .then((feed) => at(base, feed));
}

/** Whether a run is over; nothing is known of it where something else answers for its item. */
async function isOver({ item }, get) {
  try {
    return item !== undefined && (await get(item)).document?.current === false;
  } catch (error) {
    if (!error.reason) throw error;
    return false;
  }
}

/**
 * The answers to a poll, whether they are a run's last, and the feed to go on with: an older one where the
 * server hasn't the paths of this.
 */
export async function poll(feed, get) {
  try {
    // Before the others: what they say of a run that is over is how it ended.
    const isLast = await isOver(feed, get);
    return { feed, isLast, answers: await feed.poll(get) };
  } catch (error) {
    if (error.status !== 404 || !feed.older) throw error;
    return poll(feed.older, get);
  }
}
