/** @file A digest of everything that a run says, the same however its rows are cut into tables: what sealing must not change. */
import type { Rows } from "../../run/event.ts";
import type { JsonValue } from "../../run/json.ts";
import { crc32c } from "../codec/crc32c.ts";
import { toEventJson } from "../codec/event-json.ts";

const TEXT = new TextEncoder();

/** Checksums of the axis, of every metric and of the events, taken in arrival order. */
export class RunDigest {
  #rows = 0;
  #axis = 0;
  #events = 0;
  readonly #columns = new Map<string, number>();

  /** Takes the next rows. */
  addRows({ steps, wallMs, columns }: Rows): void {
    for (let i = 0; i < steps.length; i++)
      this.#axis = crc32c(bytesOf(Float64Array.of(steps[i]!, wallMs[i]!)), this.#axis);
    for (const { kind, key, values, rowIndex } of columns) {
      const name = `${kind} ${key}`;
      const rows = Float64Array.from(values, (_: JsonValue, i: number) => this.#rows + (rowIndex?.[i] ?? i));
      // Values and rows apart from each other, so that it does not matter where a table ends.
      const bytes =
        values instanceof Float64Array
          ? bytesOf(values)
          : TEXT.encode(values.map((value) => `${toEventJson(value)}\n`).join(""));
      this.#columns.set(name, crc32c(bytes, this.#columns.get(name)));
      this.#columns.set(`rows ${name}`, crc32c(bytesOf(rows), this.#columns.get(`rows ${name}`)));
    }
    this.#rows += steps.length;
  }

  /** Takes the next event that is not rows. */
  addEvent(json: Uint8Array): void {
    this.#events = crc32c(json, crc32c(bytesOf(Float64Array.of(this.#rows)), this.#events));
  }

  /** What differs from `other`, in words; `undefined` when nothing does. */
  difference(other: RunDigest): string | undefined {
    if (this.#rows !== other.#rows) return `${this.#rows} rows became ${other.#rows}`;
    if (this.#axis !== other.#axis) return "steps or wall times differ";
    if (this.#events !== other.#events) return "events differ";
    const name = [...this.#columns.keys(), ...other.#columns.keys()].find(
      (key) => this.#columns.get(key) !== other.#columns.get(key),
    );
    return name === undefined ? undefined : `column ${JSON.stringify(name)} differs`;
  }
}

function bytesOf(values: Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
