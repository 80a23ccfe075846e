/**
 * @file A cache of decoded points, bounded in bytes and shared by all readers of a process, so that memory does not grow with history.
 */

/** Something of known size. */
export interface Sized {
  readonly sizeBytes: number;
}

/** Keys of two owners never meet: each has a range of its own. */
const KEYS_PER_OWNER = 2 ** 32;

/** Bytes of a cache when nothing else is said: eight million decoded numbers. */
const DEFAULT_CAPACITY_BYTES = 64 * 1024 * 1024;

/** Least-recently-used cache, by bytes. */
export class ChunkCache {
  readonly #capacityBytes: number;
  // A Map iterates in order of insertion; an entry that is used is inserted again, so the first one is the least recently used.
  readonly #entries = new Map<number, Sized>();
  #sizeBytes = 0;
  #owners = 0;

  /** @param capacityBytes - Most bytes kept; 64 MiB when absent. */
  constructor(capacityBytes: number = DEFAULT_CAPACITY_BYTES) {
    this.#capacityBytes = capacityBytes;
  }

  /** Bytes held now. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** A view of this cache in which keys, natural numbers below 2^32, are the owner's own. */
  forOwner<T extends Sized>(): OwnedCache<T> {
    const base = this.#owners++ * KEYS_PER_OWNER;
    const keys = new Set<number>();
    return {
      get: (key) => {
        // Only this owner puts values under keys of its range, and it puts nothing but T.
        const value = this.#get(base + key) as T | undefined;
        if (value === undefined) keys.delete(key);
        return value;
      },
      put: (key, value) => {
        keys.add(key);
        this.#put(base + key, value);
      },
      clear: () => {
        for (const key of keys) this.#delete(base + key);
        keys.clear();
      },
    };
  }

  #get(key: number): Sized | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  #put(key: number, value: Sized): void {
    this.#delete(key);
    this.#entries.set(key, value);
    this.#sizeBytes += value.sizeBytes;
    for (const [oldest] of this.#entries) {
      // The newest entry stays even when it is larger than the whole cache: it is about to be used.
      if (this.#sizeBytes <= this.#capacityBytes || oldest === key) break;
      this.#delete(oldest);
    }
  }

  #delete(key: number): void {
    this.#sizeBytes -= this.#entries.get(key)?.sizeBytes ?? 0;
    this.#entries.delete(key);
  }
}

/** One owner's part of a {@link ChunkCache}. */
export interface OwnedCache<T extends Sized> {
  /** The value under `key`, unless it was never put or has had to go. */
  get(key: number): T | undefined;
  /** Keeps `value` under `key` for as long as there is room. */
  put(key: number, value: T): void;
  /** Lets go of everything of this owner. */
  clear(): void;
}
