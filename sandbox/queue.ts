/** First in, first out, at most `limit` long: what comes on top is dropped and counted. */
export class BoundedQueue<T> {
  dropped = 0;
  #items: (T | undefined)[] = [];
  #head = 0;
  #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    if (this.length >= this.#limit) this.dropped += 1;
    else this.#items.push(item);
  }

  /** Up to `count` items from the front, as long as `ready` holds. */
  take(count: number, ready: (item: T) => boolean): T[] {
    const taken: T[] = [];
    while (taken.length < count && this.length > 0 && ready(this.#items[this.#head] as T)) {
      taken.push(this.#items[this.#head] as T);
      this.#items[this.#head++] = undefined;
    }
    if (this.#head > 10_000 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
    this.dropped = 0;
  }
}
