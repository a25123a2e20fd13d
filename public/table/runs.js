// All runs that the page knows, by id, and how updates change them. No DOM, no clock, no network.

export class Runs {
  #items = new Map(); // id → ITEM
  #current = new Map(); // source → its current ITEM
  #heard = null; // ids that a stream has told of since it began; null when it has told of all
  /** Whether all runs are known. */
  isComplete = false;

  /** Takes an update; whether runs came or went, or else only changed. */
  take({ type, document }) {
    switch (type) {
      case 'open':
      case 'reset':
        this.#heard = new Set();
        return false;
      case 'run':
        this.#heard?.add(document.id);
        return this.#put(document);
      case 'ready':
        if (this.#heard) this.#keep(this.#heard);
        this.#heard = null;
        this.isComplete = true;
        return true;
      case 'gone':
        this.#drop(document.id);
        return true;
      case 'list':
        this.#keep(new Set(document.map(({ id }) => id)));
        document.forEach((item) => this.#put(item));
        this.isComplete = true;
        return true;
      default:
        return false;
    }
  }

  /** The ITEM of an id; a source's name stands for its current run. */
  find(id) {
    return this.#items.get(id) ?? this.#current.get(id);
  }

  get all() {
    return [...this.#items.values()];
  }

  get size() {
    return this.#items.size;
  }

  /** How many runs are in each state that there is one in. */
  get states() {
    const states = {};
    for (const { state } of this.#items.values()) states[state] = (states[state] ?? 0) + 1;
    return states;
  }

  #put(item) {
    const isNew = !this.#items.has(item.id);
    this.#items.set(item.id, item);
    const isCurrent = this.#current.get(item.source)?.id === item.id;
    if (item.current) this.#current.set(item.source, item);
    else if (isCurrent) this.#current.delete(item.source);
    return isNew;
  }

  #drop(id) {
    const item = this.#items.get(id);
    this.#items.delete(id);
    if (this.#current.get(item?.source)?.id === id) this.#current.delete(item.source);
  }

  /** There are none but these. */
  #keep(ids) {
    for (const id of this.#items.keys()) if (!ids.has(id)) this.#drop(id);
  }
}
