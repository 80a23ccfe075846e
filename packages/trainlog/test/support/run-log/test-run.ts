/** @file For tests: run folders written frame by frame, and the naive answers that the reader's must equal. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { Column, Rows, RunEvent } from "../../../src/run/event.ts";
import type { JsonValue } from "../../../src/run/json.ts";
import { appendKeys, encodeBatch, type Origin } from "../../../src/run-log/codec/batch.ts";
import { ByteWriter } from "../../../src/run-log/codec/byte-writer.ts";
import { encodeSegmentHeader } from "../../../src/run-log/codec/frame.ts";
import { KeyDictionary } from "../../../src/run-log/codec/key-dictionary.ts";
import { numberedName } from "../../../src/run-log/read/run-files.ts";
import type { SeriesQuery } from "../../../src/run-log/read/series-query.ts";

/** A run folder in a temporary place. */
export class TestRun implements Disposable {
  readonly dir: string = mkdtempSync(join(tmpdir(), "trainlog-read-"));
  #sequence = 0;
  #dictionary = new KeyDictionary();

  /** Path of a file of the run. */
  path(name: string): string {
    return join(this.dir, name);
  }

  /** Path of the newest segment. */
  get segment(): string {
    return this.path(numberedName(this.#sequence, "log"));
  }

  /** Begins segment `sequence`; the next one when absent. */
  begin(sequence: number = this.#sequence + 1): this {
    this.#sequence = sequence;
    this.#dictionary = new KeyDictionary();
    writeFileSync(this.segment, encodeSegmentHeader("open", sequence));
    return this;
  }

  /** The frame that the events would be appended as. */
  frame(events: readonly RunEvent[], origin?: Origin): Uint8Array {
    return encodeBatch(events, this.#dictionary, origin === undefined ? {} : { origin });
  }

  /** Appends one batch. */
  append(events: readonly RunEvent[], origin?: Origin): this {
    if (this.#sequence === 0) this.begin();
    appendFileSync(this.segment, this.frame(events, origin));
    return this;
  }

  /** States all keys again, as a writer does now and then. */
  restateKeys(): this {
    const writer = new ByteWriter();
    appendKeys(writer, this.#dictionary);
    appendFileSync(this.segment, writer.bytes.subarray(0, writer.length));
    return this;
  }

  /** Makes the run look like one that is being written. */
  lock(): this {
    writeFileSync(this.path("writer.lock"), "{}");
    return this;
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true });
  }
}

/** A logged row. */
export interface Row {
  readonly step: number;
  readonly wallMs: number;
  readonly values: Readonly<Record<string, JsonValue>>;
}

/** A `rows` event of one table with these rows. */
export function rowsEvent(rows: readonly Row[]): RunEvent {
  const columns = new Map<string, { kind: Column["kind"]; key: string; values: JsonValue[]; rowIndex: number[] }>();
  rows.forEach(({ values }, i) => {
    for (const [key, value] of Object.entries(values)) {
      const kind = typeof value === "number" ? "number" : "json";
      const column = columns.get(kind + key) ?? { kind, key, values: [], rowIndex: [] };
      columns.set(kind + key, column);
      column.values.push(value);
      column.rowIndex.push(i);
    }
  });
  const table: Rows = {
    steps: Float64Array.from(rows, ({ step }) => step),
    wallMs: Float64Array.from(rows, ({ wallMs }) => wallMs),
    columns: Array.from(columns.values(), ({ kind, key, values, rowIndex }): Column => {
      const partial = rowIndex.length === rows.length ? {} : { rowIndex: Uint32Array.from(rowIndex) };
      return kind === "number"
        ? { kind, key, values: Float64Array.from(values as number[]), ...partial }
        : { kind, key, values, ...partial };
    }),
  };
  return { type: "rows", rows: table };
}

/** The rows of an event's table, one by one, with the values sorted by key: the same for tables that were cut differently. */
export function rowsOf(table: Rows): Row[] {
  const values = Array.from(table.steps, (): [string, JsonValue][] => []);
  for (const column of table.columns) {
    column.values.forEach((value: JsonValue, i: number) => {
      values[column.rowIndex?.[i] ?? i]!.push([column.key, value]);
    });
  }
  return values.map((entries, i) => ({
    step: table.steps[i]!,
    wallMs: table.wallMs[i]!,
    values: Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1))),
  }));
}

/** Events with every table cut into single rows. */
export function flatten(events: Iterable<RunEvent>): (Row | RunEvent)[] {
  return Array.from(events).flatMap((event): (Row | RunEvent)[] =>
    event.type === "rows" ? rowsOf(event.rows) : [event],
  );
}

/** Values as training makes them: plain numbers, and now and then something odd. */
export const anyValue: fc.Arbitrary<number> = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -1e3, max: 1e3, noNaN: true }) },
  { weight: 2, arbitrary: fc.integer({ min: -5, max: 5 }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 1e300, -1e300, 5e-324) },
);

const anyJson: fc.Arbitrary<JsonValue> = fc.constantFrom<JsonValue>("text", true, null, { a: [1] }, "");

/** Rows whose steps and times mostly go on, but may repeat and go back. */
export const anyRow: fc.Arbitrary<Row> = fc.record({
  step: fc.oneof(fc.integer({ min: -20, max: 200 }), fc.integer({ min: -(2 ** 40), max: 2 ** 40 })),
  wallMs: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.double({ min: 1e12, max: 2e12, noNaN: true })),
  values: fc
    .record(
      { loss: anyValue, acc: fc.float({ noNaN: true }), note: fc.oneof(anyJson, anyValue), __proto__x: anyValue },
      { requiredKeys: [] },
    )
    .map((values) => ({ ...values })),
});

/** A batch of a run. */
export interface TestBatch {
  readonly events: RunEvent[];
  /** Whether a new segment begins with it. */
  readonly newSegment: boolean;
}

const anyEvents: fc.Arbitrary<RunEvent[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.array(anyRow, { minLength: 1, maxLength: 60 }).map(rowsEvent) },
    {
      weight: 1,
      arbitrary: fc
        .string({ maxLength: 5 })
        .map((title): RunEvent => ({ type: "alert", wallMs: 1, title, text: "", level: "info" })),
    },
  ),
  { maxLength: 4 },
);

/** Batches, and before which of them a new segment begins. */
export const anyRun: fc.Arbitrary<TestBatch[]> = fc.array(fc.record({ events: anyEvents, newSegment: fc.boolean() }), {
  minLength: 1,
  maxLength: 12,
});

/** A run folder with these batches. */
export function writeRun(batches: readonly TestBatch[]): TestRun {
  const run = new TestRun().begin();
  for (const { events, newSegment } of batches) (newSegment ? run.begin() : run).append(events);
  return run;
}

/** A bucket as the naive model has it. */
export interface NaiveBucket {
  x: number;
  xEnd: number;
  values: number[];
}

/** Buckets over points `(x, value)` in arrival order, one point after the other. */
export function naiveBuckets(
  points: readonly (readonly [x: number, value: number])[],
  query: SeriesQuery,
): NaiveBucket[] {
  const finite = points.map(([x]) => x);
  const from = query.from ?? Math.min(...finite);
  const to = query.to ?? Math.max(...finite);
  const inside = points.filter(([x]) => x >= from && x <= to);
  if (inside.length <= query.buckets) {
    return inside.toSorted(([a], [b]) => a - b).map(([x, value]) => ({ x, xEnd: x, values: [value] }));
  }
  const buckets = new Map<number, NaiveBucket>();
  for (const [x, value] of inside) {
    // The definition of a bucket's borders, rounding and all; which points fall where is otherwise judged one by one.
    const perX = query.buckets / 2 / (to / 2 - from / 2);
    const number = to === from ? query.buckets - 1 : Math.min(query.buckets - 1, Math.floor((x - from) * perX));
    const bucket = buckets.get(number) ?? { x: Infinity, xEnd: -Infinity, values: [] };
    bucket.x = Math.min(bucket.x, x);
    bucket.xEnd = Math.max(bucket.xEnd, x);
    bucket.values.push(value);
    buckets.set(number, bucket);
  }
  return Array.from(buckets.entries())
    .toSorted(([a], [b]) => a - b)
    .map(([, bucket]) => bucket);
}
