/** @file A digest of everything that a run says, the same however its rows are cut into tables: what sealing must not change. */
import type { Rows } from "../../run/event.ts";
import type { JsonValue } from "../../run/json.ts";
import { crc32c } from "../codec/crc32c.ts";
import { toEventJson } from "../codec/event-json.ts";

const TEXT = new TextEncoder();

/** Pairs that are collected before their checksum is taken: a checksum per row would cost more than the row. */
const PAIRS = 128;

/** Checksum of a sequence of pairs of numbers. */
class PairDigest {
  readonly #pairs = new Float64Array(2 * PAIRS);
  #length = 0;
  #crc = 0;

  add(a: number, b: number): void {
    this.#pairs[this.#length++] = a;
    this.#pairs[this.#length++] = b;
    if (this.#length === this.#pairs.length) this.#flush();
  }

  /** Takes bytes that belong to the pair before. */
  addBytes(bytes: Uint8Array): void {
    this.#flush();
    this.#crc = crc32c(bytes, this.#crc);
  }

  get crc(): number {
    this.#flush();
    return this.#crc;
  }

  #flush(): void {
    this.#crc = crc32c(new Uint8Array(this.#pairs.buffer, 0, this.#length * 8), this.#crc);
    this.#length = 0;
  }
}

/** Checksums of the axis, of every metric and of the events, taken in arrival order. */
export class RunDigest {
  #rows = 0;
  readonly #axis = new PairDigest();
  readonly #events = new PairDigest();
  readonly #columns = new Map<string, PairDigest>();

  /** Takes the next rows. */
  addRows({ steps, wallMs, columns }: Rows): void {
    for (let i = 0; i < steps.length; i++) this.#axis.add(steps[i]!, wallMs[i]!);
    for (const { kind, key, values, rowIndex } of columns) {
      const digest = this.#columnOf(`${kind} ${key}`);
      for (let i = 0; i < values.length; i++) {
        const row = this.#rows + (rowIndex === undefined ? i : rowIndex[i]!);
        if (values instanceof Float64Array) digest.add(row, values[i]!);
        else addJson(digest, row, values[i]!);
      }
    }
    this.#rows += steps.length;
  }

  /** Takes the next event that is not rows. */
  addEvent(json: Uint8Array): void {
    this.#events.add(this.#rows, json.length);
    this.#events.addBytes(json);
  }

  /** What differs from `other`, in words; `undefined` when nothing does. */
  difference(other: RunDigest): string | undefined {
    if (this.#rows !== other.#rows) return `${this.#rows} rows became ${other.#rows}`;
    if (this.#axis.crc !== other.#axis.crc) return "steps or wall times differ";
    if (this.#events.crc !== other.#events.crc) return "events differ";
    const names = [...this.#columns.keys(), ...other.#columns.keys()];
    const name = names.find((key) => this.#columns.get(key)?.crc !== other.#columns.get(key)?.crc);
    return name === undefined ? undefined : `column ${JSON.stringify(name)} differs`;
  }

  #columnOf(name: string): PairDigest {
    const known = this.#columns.get(name);
    if (known !== undefined) return known;
    const digest = new PairDigest();
    this.#columns.set(name, digest);
    return digest;
  }
}

function addJson(digest: PairDigest, row: number, value: JsonValue): void {
  const json = TEXT.encode(toEventJson(value));
  digest.add(row, json.length);
  digest.addBytes(json);
}
