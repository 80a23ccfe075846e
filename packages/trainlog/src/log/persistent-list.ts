/**
 * @file An immutable list with O(1) push.
 *
 * Training loops push one row per step onto an immutable history; copying the array each time would make n pushes cost n². Versions of a list
 * therefore share one growing array and each sees only its own prefix. Pushing on the newest version appends in place, which no older version can
 * see; pushing on an older one copies its prefix first. The last item is held apart, so that replacing it is O(1) as well.
 */

/** An immutable list of `T`. */
export class PersistentList<T> {
  readonly #shared: T[];
  readonly #sharedLength: number;
  readonly #last: { readonly item: T } | undefined;

  private constructor(shared: T[], sharedLength: number, last: { readonly item: T } | undefined) {
    this.#shared = shared;
    this.#sharedLength = sharedLength;
    this.#last = last;
  }

  /** A list of `items`, which are copied. */
  static of<T>(items: Iterable<T> = []): PersistentList<T> {
    const shared = [...items];
    return new PersistentList(shared, shared.length, undefined);
  }

  /** Number of items. */
  get length(): number {
    return this.#sharedLength + (this.#last === undefined ? 0 : 1);
  }

  /** The last item, or `undefined` when the list is empty. */
  get last(): T | undefined {
    return this.#last === undefined ? this.#shared[this.#sharedLength - 1] : this.#last.item;
  }

  /** This list with `item` at its end. Amortised O(1) on the newest version, O(n) on an older one. */
  push(item: T): PersistentList<T> {
    if (this.#last === undefined) return new PersistentList(this.#shared, this.#sharedLength, { item });
    const isNewest = this.#shared.length === this.#sharedLength;
    const shared = isNewest ? this.#shared : this.#shared.slice(0, this.#sharedLength);
    shared.push(this.#last.item);
    return new PersistentList(shared, shared.length, { item });
  }

  /** This list with `item` in place of the last one. An empty list gets `item` as its only one. */
  replaceLast(item: T): PersistentList<T> {
    const length = this.#last === undefined ? Math.max(0, this.#sharedLength - 1) : this.#sharedLength;
    return new PersistentList(this.#shared, length, { item });
  }

  /** The items as a fresh array. */
  toArray(): T[] {
    const items = this.#shared.slice(0, this.#sharedLength);
    if (this.#last !== undefined) items.push(this.#last.item);
    return items;
  }
}
