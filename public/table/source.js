// What the list knows of a server: its runs, their curves, its clock, and whether it is heard.

import { ahead, narrow } from '../panel/clock.js';
import { Connection } from '../panel/connection.js';
import { Curves } from './curves.js';
import { allRuns, earlierRuns } from './feed.js';
import { mostCompared } from './query.js';
import { Runs } from './runs.js';

/** Points of a small curve and of a compared one, and how many of each are kept. */
const small = [64, 400];
const large = [1024, 2 * mostCompared];

export class Source {
  runs = new Runs();
  /** How the server is heard: `{link, reason, since, retryAt}`. */
  link = { link: 'connecting', reason: null, since: 0, retryAt: 0 };
  /** What is served: `{kind, path}`; the path only for who may know it. */
  place = { kind: 'directory', path: null };
  #isLocated = false;
  #change;
  #skew = null;
  #connection;

  /**
   * `base` is the server, with a slash at its end. `change` is told of every update, and whether runs
   * came or went by it.
   */
  constructor(base, onlyEarlier, change) {
    this.#change = change;
    const get = (path) => this.get(path);
    const redraw = () => change({ type: 'curve' }, false);
    this.small = new Curves(get, ...small, redraw);
    this.large = new Curves(get, ...large, redraw);
    const feed = onlyEarlier ? earlierRuns : allRuns;
    this.#connection = new Connection(base, (update) => this.#take(update), feed);
  }

  close() {
    this.#connection.close();
  }

  /** Asks a server that is lost at once. */
  retry() {
    this.#connection.retry();
  }

  /** Asks for a document. */
  get(path) {
    return this.#connection.get(path);
  }

  /** Asks where the runs are, once. */
  async locate() {
    if (this.#isLocated) return;
    this.#isLocated = true;
    const answer = await this.get('about').catch(() => null);
    if (!answer?.document.kind) return;
    this.place = answer.document;
    this.#change({ type: 'place' }, false);
  }

  /** The server's time, in milliseconds, when it is `now` here. */
  time(now) {
    return now + ahead({ skew: this.#skew });
  }

  #take(update) {
    const { type, document } = update;
    if (type === 'link') this.link = update;
    if (type === 'retry') this.link = { ...this.link, retryAt: 0 };
    if (type === 'clock') this.#skew = narrow(this.#skew, update);
    const isDisordered = this.runs.take(update);
    const items = { run: [document], list: document }[type] ?? [];
    for (const item of items) {
      this.small.follow(item);
      this.large.follow(item);
    }
    this.#change(update, isDisordered);
  }
}
