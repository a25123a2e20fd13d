// Keeps in touch with the server: one event stream, and polling whenever that doesn't deliver.
//
// A browser opens six connections to one HTTP/1.1 host, for all its tabs together. So a hidden page
// soon gives its stream back, and polls now and then.

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

const failure = (reason) => Object.assign(new Error(), { reason });

/** Doubles with each failure, and varies: clients must not all come back at once. */
const backoff = (failures, most) => Math.min(most, 1000 * 2 ** failures) * (0.5 + Math.random());

export class Connection {
  #base;
  #report;
  #stream = null;
  #isLive = false; // the stream delivers
  #streamFailures = 0;
  #streamDue = 0;
  #pollFailures = 0;
  #poll = 0; // the newest poll's number: older ones are over
  #heardAt = Date.now();
  #known = {}; // the newest texts: the same again is no news
  #timers = {};
  #closing = new AbortController();

  /** `base` is the server, with a slash at its end; `report` gets what `reduce` takes. */
  constructor(base, report) {
    this.#base = base;
    const { signal } = this.#closing;
    this.#report = (news) => signal.aborted || report(news);
    document.addEventListener('visibilitychange', () => this.#turn(), { signal });
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
    if (document.hidden) {
      this.#after('hide', this.#stream ? time.hiddenStream : 0, () => this.#endStream());
    } else if (!this.#isLive) {
      this.#openStream();
      this.#ask();
    }
  }

  #openStream() {
    this.#closeStream();
    this.#stream = new EventSource(new URL('events', this.#base));
    const listen = (type, action) => this.#stream.addEventListener(type, action);
    for (const type of ['status', 'progress', 'problem']) {
      listen(type, ({ data }) => {
        this.#tell(type, data);
        this.#hear();
      });
    }
    listen('heartbeat', () => this.#hear());
    // The browser retries some failures, and others never.
    listen('error', () => {
      if (this.#isLive) this.#heardAt = Date.now();
      this.#endStream();
    });
    this.#after('silence', time.firstEvent, () => this.#endStream());
  }

  #hear() {
    this.#heardAt = Date.now();
    this.#after('silence', time.silence, () => this.#endStream());
    if (this.#isLive) return;
    this.#isLive = true;
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
    const poll = ++this.#poll;
    const isOver = () => this.#isLive || poll !== this.#poll || this.#closing.signal.aborted;
    const least = document.hidden ? time.hiddenPoll : 0;
    let delay = least || time.poll;
    try {
      const answers = await Promise.all([this.get('status'), this.get('progress')]);
      if (isOver()) return;
      this.#pollFailures = 0;
      for (const { type, text } of answers) this.#tell(type, text);
      if (!this.#stream) this.#link('polling');
      const isDue = !this.#stream && Date.now() >= this.#streamDue;
      if (isDue && !document.hidden) this.#openStream();
    } catch (error) {
      if (isOver()) return;
      delay = Math.max(least, backoff(this.#pollFailures++, time.longestRetry));
      this.#link('lost', error.reason);
    }
    this.#after('poll', delay, () => this.#ask());
  }

  /** Gets a document; the browser's cache asks with its ETag. */
  async get(path) {
    const sent = Date.now();
    const options = { cache: 'no-cache', signal: AbortSignal.timeout(time.answer) };
    const answer = await fetch(new URL(path, this.#base), options);
    const server = Date.parse(answer.headers.get('Date'));
    if (server) this.#report({ type: 'clock', server, sent, received: Date.now() });
    // Pulse's own 503 says why it has nothing to serve; a proxy's, that Pulse is away.
    const isProblem = !answer.ok && answer.headers.has('Pulse-Source');
    if (!answer.ok && !isProblem) throw failure(`HTTP ${answer.status} ${answer.statusText}`);
    try {
      const text = await answer.text();
      const document = JSON.parse(text);
      this.#heardAt = Date.now();
      return { document, text, type: isProblem ? 'problem' : path };
    } catch {
      throw failure('foreign');
    }
  }

  #tell(type, text) {
    if (this.#known[type] === text) return;
    const { problem, ...others } = this.#known;
    this.#known = type === 'problem' ? { problem: text } : { ...others, [type]: text };
    this.#report({ type, document: JSON.parse(text), at: Date.now() });
  }

  #link(link, reason = null) {
    this.#report({ type: 'link', link, reason, since: this.#heardAt });
  }
}
