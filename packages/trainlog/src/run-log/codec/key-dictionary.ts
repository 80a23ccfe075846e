/** @file Key ids: a metric's name is written once per file and then meant by a small number. */
import { checkKey } from "../../run/limits.ts";
import { badBatch } from "./byte-reader.ts";

/** Most keys in one file. An array of more is no array any more. */
const MAX_KEYS: number = 2 ** 31;

/**
 * Both directions between keys and ids. Ids are given in order from 0.
 *
 * A dictionary that was read from a damaged file can have holes: ids whose statement was lost.
 */
export class KeyDictionary {
  readonly #ids = new Map<string, number>();
  readonly #keys: (string | undefined)[] = [];
  #keyUnits = 0;

  /** One more than the highest id. */
  get size(): number {
    return this.#keys.length;
  }

  /** UTF-16 code units of all keys: what a statement of the whole dictionary costs, roughly, in bytes. */
  get keyUnits(): number {
    return this.#keyUnits;
  }

  /** The id of `key`, when it has one. */
  idOf(key: string): number | undefined {
    return this.#ids.get(key);
  }

  /** The key of `id`, or undefined when the id was never stated (or its statement was lost). */
  keyOf(id: number): string | undefined {
    return this.#keys[id];
  }

  /**
   * The id of `key`, a new one when it has none.
   *
   * @throws TrainlogError `run/bad-key` for a key that cannot be written (empty, longer than 65,536, lone surrogates).
   */
  add(key: string): number {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#keys.length;
    this.define(id, checkKey(key));
    return id;
  }

  /** Takes a statement from a file: `id` means `key`. @throws TrainlogError `run-log/bad-batch` when it meant another key before. */
  define(id: number, key: string): void {
    if (id >= MAX_KEYS) throw badBatch(`key id ${id} is above ${MAX_KEYS}`);
    const former = this.#keys[id];
    if (former === key) return;
    if (former !== undefined) throw badBatch(`key id ${id} is stated a second time with another key`);
    this.#keys[id] = key;
    this.#ids.set(key, id);
    this.#keyUnits += key.length;
  }

  /** Forgets the ids from `size` on: what a batch added that was then not written. */
  truncate(size: number): void {
    for (const key of this.#keys.splice(size)) {
      if (key === undefined) continue;
      this.#ids.delete(key);
      this.#keyUnits -= key.length;
    }
  }
}
