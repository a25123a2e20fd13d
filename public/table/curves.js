// The loss curves of runs: asked for when they are seen, kept while there is room, and carried on by
// the updates of their runs.

import { lossOf } from './describe.js';
import { thin } from './thin.js';

/** Requests at a time: a browser opens six connections to one host, and streams hold two. */
const mostRequests = 2;

/** Milliseconds until a curve that couldn't be had is asked for again. */
const rest = 10_000;

export class Curves {
  #get;
  #points;
  #kept;
  #onLoad;
  #curves = new Map(); // id → {attempt, points}, least recently wanted first
  #failed = new Map(); // id → when
  #wanted = [];
  #requests = 0;
  #generation = 0;

  /** `get` asks for a path; of each curve `points` are kept, of `kept` curves. */
  constructor(get, points, kept, onLoad) {
    this.#get = get;
    this.#points = points;
    this.#kept = kept;
    this.#onLoad = onLoad;
  }

  /** The points of a run, {time, epoch, loss, steps}, oldest first; null while they aren't there. */
  of({ id }) {
    return this.#curves.get(id)?.points ?? null;
  }

  /** These are seen now: what isn't there is asked for, in this order. */
  want(items) {
    for (const { id } of items) {
      const curve = this.#curves.get(id);
      if (!curve) continue;
      this.#curves.delete(id);
      this.#curves.set(id, curve);
    }
    const now = Date.now();
    this.#wanted = items.filter(({ id, best_loss: best }) =>
      best !== null && !this.#curves.has(id) && !(now - this.#failed.get(id) < rest));
    this.#ask();
  }

  /** A run has changed: its curve goes on, or has to be asked for anew. */
  follow(item) {
    const curve = this.#curves.get(item.id);
    if (!curve) return;
    const last = curve.points.at(-1);
    const isBehind = last && item.epoch < last.epoch;
    if (item.attempt !== curve.attempt || isBehind) {
      this.#curves.delete(item.id);
      return;
    }
    const loss = lossOf(item);
    if (loss === null || item.state === 'waiting') return;
    if (last?.epoch === item.epoch && last.loss === loss) return;
    const { timestamp: time, epoch, details } = item;
    curve.points.push({ time, epoch, loss, steps: details?.steps_done ?? null });
    if (curve.points.length > 2 * this.#points) curve.points = thin(curve.points, this.#points);
  }

  /** Nothing is known any more. */
  clear() {
    this.#generation += 1;
    this.#curves.clear();
    this.#failed.clear();
    this.#wanted = [];
  }

  #ask() {
    while (this.#requests < mostRequests && this.#wanted.length) this.#load(this.#wanted.shift());
  }

  async #load({ id, attempt, details }) {
    const generation = this.#generation;
    this.#requests += 1;
    // Until it is there it is not wanted twice.
    this.#failed.set(id, Infinity);
    try {
      const path = details?.steps_done == null ? 'history' : 'v2/history';
      const { document } = await this.#get(`runs/${id}/${path}?points=${this.#points}`);
      if (generation !== this.#generation) return;
      this.#failed.delete(id);
      this.#curves.set(id, { attempt, points: thin(pointsOf(document), this.#points) });
      const [oldest] = this.#curves.keys();
      if (this.#curves.size > this.#kept) this.#curves.delete(oldest);
      this.#onLoad();
    } catch {
      if (generation === this.#generation) this.#failed.set(id, Date.now());
    } finally {
      this.#requests -= 1;
      this.#ask();
    }
  }
}

/** The points of a history, which is told column by column. */
function pointsOf({ timestamp, epoch, loss, steps_done: steps }) {
  return timestamp
    .map((time, index) => ({ time, epoch: epoch[index], loss: loss[index], steps: steps?.[index] ?? null }))
    .filter(({ loss, epoch }) => loss !== null && epoch !== null);
}
