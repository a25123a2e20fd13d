// Keeps in touch with the server: one event stream, and polling whenever that doesn't deliver.
// A browser opens six connections to one HTTP/1.1 host, for all its tabs together. So a hidden page
// soon gives its stream back, and polls now and then.

import { poll } from './feed.js';
import { load } from './load.js';

/** In milliseconds. */
const time = {
  poll: 2_000,
  hiddenPoll: 15_000,
  hiddenStream: 5_000, // how long it is kept
  answer: 8_000,
  firstEvent: 4_000, // a proxy may hold it back
  silence: 50_000, // three missed heartbeats
  longestRetry: 10_000,
  longestStreamRetry: 60_000, // polling works meanwhile
};

/** Doubles with each failure, and varies: clients must not all come back at once. */
const backoff = (failures, most) => Math.min(most, 1000 * 2 ** failures) * (0.5 + Math.random());

export class Connection {
  #base;
  #feed;
  #report;
  #stream = null;
  #isLive = false; // the stream delivers
  #isHeld = false; // it is answered, or not even that, and brings nothing
  #hasEnded = false; // it was the last one
  #streamFailures = 0;
  #streamDue = 0;
  #pollFailures = 0;
  #poll = 0; // the newest poll's number: older ones are over
  #heardAt = Date.now();
  #known = {}; // the newest texts: the same again is no update
  #timers = {};
  #closing = new AbortController();

  /**
   * `base` is the server, with a slash at its end; `report` gets what `reduce` takes; `feed` is what is
   * followed there, or a promise of it.
   */
  constructor(base, report, feed) {
    this.#base = base;
    const { signal } = this.#closing;
    this.#report = (update) => signal.aborted || report(update);
    if (feed instanceof Promise) feed.then((one) => signal.aborted || this.#begin(one));
    else this.#begin(feed);
  }

  #begin(feed) {
    this.#feed = feed;
    document.addEventListener('visibilitychange', () => this.#turn(), { signal: this.#closing.signal });
    this.#turn();
  }

  close() {
    this.#closing.abort();
    this.#closeStream();
    Object.values(this.#timers).forEach(clearTimeout);
  }

  #after(name, delay, action) {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = setTimeout(action, delay);
  }

  /** Catches up at once when the page is shown. */
  #turn() {
    clearTimeout(this.#timers.hide);
    if (this.#hasEnded) return;
    if (document.hidden) {
      this.#after('hide', this.#stream ? time.hiddenStream : 0, () => this.#endStream());
    } else if (!this.#isLive) {
      this.#openStream();
      this.#after('poll', this.#feed.timeout ?? 0, () => this.#ask());
    }
  }

  #openStream() {
    this.#closeStream();
    if (!this.#feed.stream) return;
    this.#stream = new EventSource(new URL(this.#feed.stream, this.#base));
    const listen = (type, action) => this.#stream.addEventListener(type, action);
    listen('open', () => this.#report({ type: 'open' }));
    for (const type of this.#feed.events) {
      listen(type, ({ data }) => {
        this.#tell(type, data);
        this.#hear();
        if (type === 'progress') this.#acknowledge(JSON.parse(data));
      });
    }
    listen('heartbeat', () => this.#hear());
    listen('end', () => this.#end());
    // The browser retries some failures, and others never.
    listen('error', () => {
      if (this.#isLive) this.#heardAt = Date.now();
      this.#endStream();
    });
    this.#after('silence', time.firstEvent, () => {
      this.#isHeld = true;
      this.#endStream();
    });
  }

  /** Nothing more comes of a run that is over for good. */
  #end() {
    this.#hasEnded = true;
    this.#closeStream();
    this.#link('ended');
  }

  /** Asks for an end that the stream has told: a server may wait until somebody has seen it. */
  #acknowledge({ liveness }) {
    if (liveness === 'finished') this.get('status').catch(() => {});
  }

  #hear() {
    this.#heardAt = Date.now();
    this.#after('silence', time.silence, () => this.#endStream());
    if (this.#isLive) return;
    this.#isLive = true;
    this.#isHeld = false;
    this.#streamFailures = this.#pollFailures = 0;
    clearTimeout(this.#timers.poll);
    this.#link('live');
  }

  #closeStream() {
    clearTimeout(this.#timers.silence);
    this.#stream?.close();
    this.#stream = null;
    this.#isLive = false;
  }

  /** After a stream that failed or fell silent, asking tells whether the server did, too. */
  #endStream() {
    if (this.#isLive) this.#link('connecting');
    this.#closeStream();
    this.#streamDue = Date.now() + backoff(this.#streamFailures++, time.longestStreamRetry);
    this.#ask();
  }

  async #ask() {
    const number = ++this.#poll;
    const isOver = () => this.#isLive || this.#hasEnded || number !== this.#poll || this.#closing.signal.aborted;
    const least = document.hidden ? time.hiddenPoll : 0;
    let delay = Math.max(least, this.#feed.pace ?? time.poll);
    try {
      const { answers, isLast, feed } = await poll(this.#feed, (path) => this.get(path));
      if (isOver()) return;
      this.#feed = feed;
      this.#pollFailures = 0;
      for (const { type, text, document } of answers) this.#tell(type, text, document);
      if (isLast) this.#end();
      if (isOver()) return;
      if (!this.#stream) this.#link('polling', this.#isHeld ? 'held' : null);
      if (!this.#stream && Date.now() >= this.#streamDue && !document.hidden) this.#openStream();
    } catch (error) {
      if (isOver()) return;
      delay = Math.max(least, backoff(this.#pollFailures++, time.longestRetry));
      this.#link('lost', error.reason, Date.now() + delay);
    }
    this.#after('poll', delay, () => this.#ask());
  }

  /** Asks a server that is lost at once. */
  retry() {
    if (!this.#isLive && !this.#hasEnded) {
      this.#report({ type: 'retry' });
      this.#ask();
    }
  }

  /** Gets the curve of the run that is followed. */
  getHistory() {
    return this.get(this.#feed.history);
  }

  /** Gets a document, whose type is its path's, of whatever version. */
  async get(path) {
    const answer = await load(new URL(path, this.#base), time.answer, (clock) => this.#report(clock));
    this.#heardAt = Date.now();
    return { ...answer, type: answer.isProblem ? 'problem' : path.replace('v2/', '') };
  }

  #tell(type, text, document) {
    if (!this.#feed.repeats) {
      if (this.#known[type] === text) return;
      const { problem, ...others } = this.#known;
      this.#known = type === 'problem' ? { problem: text } : { ...others, [type]: text };
    }
    this.#report({ type, document: document ?? JSON.parse(text), at: Date.now() });
  }

  #link(link, reason = null, retryAt = 0) {
    this.#report({ type: 'link', link, reason, since: this.#heardAt, retryAt });
  }
}
