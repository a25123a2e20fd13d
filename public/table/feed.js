// What a list of runs is heard by: one stream for all of them, and pages where that doesn't deliver.

/** Runs that one answer lists at most. */
const page = 1000;

/** Pages that are asked for at most: as many runs as a server serves by default. */
const mostPages = 10;

/** Every run that a query lists, newest start first. `get` is a connection's. */
async function every(get, query) {
  const runs = [];
  let after = '';
  for (let pages = 0; pages < mostPages && after !== null; pages++) {
    const rest = after && `&after=${encodeURIComponent(after)}`;
    const { document } = await get(`runs?${query}limit=${page}${rest}`);
    runs.push(...document.runs);
    after = document.next;
  }
  return runs;
}

const asked = (query) => async (get) => [{ type: 'list', document: await every(get, query) }];

/** All runs, as they change. */
export const allRuns = {
  stream: 'runs/events',
  events: ['run', 'ready', 'gone', 'reset'],
  poll: asked(''),
  repeats: true,
  timeout: 1000, // the stream tells the same
};

/** The earlier runs alone, which hardly ever change. */
export const earlierRuns = {
  stream: null,
  events: [],
  poll: asked('current=false&'),
  repeats: true,
  pace: 30_000,
};
