// Which runs are listed, and in which order. Pure.

import { lossOf } from './describe.js';

/** The states of a run, in the order in which they are offered and sorted. */
export const states = ['running', 'stale', 'waiting', 'error', 'done', 'replaced'];

/** What each column is sorted by; undefined where it isn't known. */
const keys = {
  name: ({ source }) => source,
  state: ({ state }) => states.indexOf(state),
  progress: ({ progress, state, total_epochs: total }) => (total || state !== 'running' ? progress : undefined),
  epoch: ({ epoch }) => epoch,
  loss: (item) => lossOf(item) ?? undefined,
  best: ({ best_loss: best }) => best ?? undefined,
  left: ({ state, updated, eta_seconds: eta }) =>
    (state === 'running' && eta !== null ? updated + eta : undefined),
  updated: ({ updated }) => updated,
};

/** The columns that a list can be sorted by. */
export const sortable = Object.keys(keys);

/** Numbers in names by their value: run-9 comes before run-10. */
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
const compare = (one, other) =>
  (typeof one === 'string' ? collator.compare(one, other) : one - other);

/** Newest start first; what hasn't begun comes last. */
const byAge = (one, other) =>
  (other.started ?? -Infinity) - (one.started ?? -Infinity) || (one.id < other.id ? -1 : 1);

const haystacks = new WeakMap();

/** What is searched of a run, in lower case. */
function haystack(item) {
  const { id, message, details } = item;
  const text = haystacks.get(item)
    ?? [id, message, details?.profile, details?.dataset].filter(Boolean).join('\n').toLowerCase();
  haystacks.set(item, text);
  return text;
}

/**
 * The runs to list, and how many of those that match the search are in each state.
 *
 * `sort` is null for newest first, else `{key, descends}`; what isn't known comes last either way.
 */
export function arrange(items, { search, filter, sort }) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = items.filter((item) => words.every((word) => haystack(item).includes(word)));
  const counts = Object.fromEntries(states.map((state) => [state, 0]));
  for (const { state } of found) counts[state] += 1;
  const listed = filter.length ? found.filter(({ state }) => filter.includes(state)) : found;
  if (!sort) return { listed: listed.sort(byAge), counts };
  const sign = sort.descends ? -1 : 1;
  const keyed = listed.map((item) => ({ item, key: keys[sort.key](item) }));
  keyed.sort((one, other) => {
    const unknown = (one.key === undefined) - (other.key === undefined);
    const order = one.key === undefined ? 0 : compare(one.key, other.key);
    return unknown || sign * order || byAge(one.item, other.item);
  });
  return { listed: keyed.map(({ item }) => item), counts };
}
