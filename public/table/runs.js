// All runs that the page knows, by id, and how updates change them. No DOM, no clock, no network.

export class Runs {
  #items = new Map(); // id → ITEM
  #current = new Map(); // source → its current ITEM
  #heard = null; // ids that a stream has told of since it began; null when it has told of all
  /** Whether all current runs are known. */
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
        this.#keep((id, { current }) => !current || !this.#heard || this.#heard.has(id));
        this.#heard = null;
        this.isComplete = true;
        return true;
      case 'gone':
        this.#drop(document.id);
        return true;
      case 'list':
        this.#replace(document, true);
        this.isComplete = true;
        return true;
      case 'earlier':
        this.#replace(document, false);
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

  #put(item) {
    const isNew = !this.#items.has(item.id);
    this.#items.set(item.id, item);
    if (item.current) this.#current.set(item.source, item);
    return isNew;
  }

  #drop(id) {
    const item = this.#items.get(id);
    this.#items.delete(id);
    if (this.#current.get(item?.source)?.id === id) this.#current.delete(item.source);
  }

  #keep(isKept) {
    for (const [id, item] of this.#items) if (!isKept(id, item)) this.#drop(id);
  }

  /** The current runs, or the earlier ones, are these and no others. */
  #replace(items, areCurrent) {
    const ids = new Set(items.map(({ id }) => id));
    this.#keep((id, { current }) => current !== areCurrent || ids.has(id));
    items.forEach((item) => this.#put(item));
  }
}
