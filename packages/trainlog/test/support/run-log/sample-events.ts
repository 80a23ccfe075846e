/** @file Arbitrary run events for property tests of the codec and of what stands on it. */
import fc from "fast-check";
import type { Column, Rows, RunEvent } from "../../../src/run/event.ts";
import type { JsonObject, JsonValue } from "../../../src/run/json.ts";
import { isPlainObject } from "../../../src/run/json.ts";
import type { Batch } from "../../../src/run-log/codec/batch.ts";

const key = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12, unit: "binary" }),
  fc.constantFrom(
    "loss",
    "train/acc",
    "__proto__",
    "constructor",
    "\uFEFFbom",
    "😀",
    "..",
    "a/b/../c",
    "k".repeat(10_000),
  ),
);

/** Any number that a column may hold: noise, float32, counters, and the ones that are easily lost. */
export const anyNumber: fc.Arbitrary<number> = fc.oneof(
  fc.double(),
  fc.float(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, Number.NaN, Infinity, -Infinity, 2 ** 52, -(2 ** 52), 2 ** 53, 1e300, 5e-324, 0.1),
);

const step = fc.oneof(fc.integer({ min: -5, max: 100 }), fc.maxSafeInteger());
const wallMs = fc.oneof(
  fc.integer({ min: 1.7e12, max: 1.8e12 }),
  fc.double({ min: 1.7e12, max: 1.8e12, noNaN: true }),
  fc.integer({ min: 0, max: 1e9 }).map((us) => (1.7e15 + us) / 1000),
  anyNumber,
);

const numberRun = fc.oneof(
  fc.array(anyNumber, { maxLength: 40 }),
  fc.array(fc.float(), { maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 40 }),
  fc.tuple(anyNumber, fc.nat(40)).map(([value, count]) => Array<number>(count).fill(value)),
);

/** Any JSON value, including the numbers that JSON cannot say and objects with awkward keys. */
export const anyJson: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    anyNumber,
    fc.string({ unit: "binary" }),
    fc.array(tie("value"), { maxLength: 3 }),
    jsonObject(tie("value")),
  ),
})).value;

function jsonObject(value: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonObject> {
  const name = fc.oneof(fc.string(), fc.constantFrom("$float", "__proto__", "a"));
  return fc.array(fc.tuple(name, value), { maxLength: 3 }).map((entries) => Object.fromEntries(entries));
}

function fit<T>(values: readonly T[], count: number, filler: T): T[] {
  return Array.from({ length: count }, (_, i) => values[i % Math.max(values.length, 1)] ?? filler);
}

function column(rowCount: number): fc.Arbitrary<Column> {
  const presence = fc.option(fc.array(fc.boolean(), { minLength: rowCount, maxLength: rowCount }), { nil: undefined });
  const json = fc.array(anyJson, { maxLength: 5 }).map((values) => ({ json: values }));
  return fc.tuple(key, presence, fc.oneof(numberRun, json)).map(([name, present, values]) => {
    const rows = present?.flatMap((there, row) => (there ? [row] : []));
    const count = rows?.length ?? rowCount;
    const where = rows === undefined ? {} : { rowIndex: Uint32Array.from(rows) };
    return Array.isArray(values)
      ? { kind: "number", key: name, values: Float64Array.from(fit(values, count, 1.5)), ...where }
      : { kind: "json", key: name, values: fit<JsonValue>(values.json, count, "x"), ...where };
  });
}

/** Any table of rows. */
export const anyRows: fc.Arbitrary<Rows> = fc.nat(40).chain((rowCount) =>
  fc
    .record({
      steps: fc.oneof(
        fc.array(step, { minLength: rowCount, maxLength: rowCount }),
        fc
          .tuple(step, fc.integer({ min: -3, max: 3 }))
          .map(([first, delta]) => Array.from({ length: rowCount }, (_, i) => first + i * delta)),
        fc.array(anyNumber, { minLength: rowCount, maxLength: rowCount }),
      ),
      wallMs: fc.array(wallMs, { minLength: rowCount, maxLength: rowCount }),
      columns: fc.array(column(rowCount), { maxLength: 6 }),
    })
    .map(({ steps, wallMs: times, columns }) => ({
      steps: Float64Array.from(steps),
      wallMs: Float64Array.from(times),
      columns,
    })),
);

/** Any run event: tables of rows, and the events that are written as JSON. */
export const anyEvent: fc.Arbitrary<RunEvent> = fc.oneof(
  anyRows.map((rows): RunEvent => ({ type: "rows", rows })),
  anyJson.filter(isPlainObject).map((set): RunEvent => ({ type: "config", set: set as JsonObject })),
  fc
    .tuple(fc.string({ unit: "binary" }), wallMs)
    .map(([text, time]): RunEvent => ({ type: "alert", wallMs: time, title: text, text, level: "info" })),
);

/** Any batch. */
export const anyBatch: fc.Arbitrary<Batch> = fc
  .record({
    events: fc.array(anyEvent, { maxLength: 4 }),
    origin: fc.option(
      fc.record({ writerId: fc.string({ unit: "binary" }), seq: fc.maxSafeNat() }, { noNullPrototype: true }),
      {
        nil: undefined,
      },
    ),
  })
  .map(({ events, origin }) => (origin === undefined ? { events } : { events, origin }));
