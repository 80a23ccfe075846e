import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyRows } from "../../../test/support/run-log/sample-events.ts";
import { rowsEvent } from "../../../test/support/run-log/test-run.ts";
import { isTrainlogError } from "../../run/error.ts";
import type { Rows, RunEvent } from "../../run/event.ts";
import { encodeBatch, viewBatch } from "../codec/batch.ts";
import { FRAME_HEADER_BYTES } from "../codec/frame.ts";
import { KeyDictionary } from "../codec/key-dictionary.ts";
import { SmallBatch } from "./small-batch.ts";

/** One point, with everything said about it. */
type Point = readonly [keyId: number, step: number, wallMs: number, value: number];

/** The payload of a batch whose keys were stated by an earlier one, as in all but the first frames of a run. */
function payloadOf(tables: readonly Rows[]): { payload: Uint8Array; dictionary: KeyDictionary } {
  const events = tables.map((rows): RunEvent => ({ type: "rows", rows }));
  const dictionary = new KeyDictionary();
  encodeBatch(events, dictionary);
  return { payload: encodeBatch(events, dictionary).subarray(FRAME_HEADER_BYTES), dictionary };
}

/** The points of the batch as the views have them, column by column. `undefined` when they cannot all be read as numbers. */
function viewedPoints(payload: Uint8Array, dictionary: KeyDictionary): Point[] | undefined {
  try {
    return viewBatch(payload, dictionary).records.flatMap((record) => {
      if (record.kind !== "rows" || record.lostKeyIds.length > 0) throw new RangeError("not plain rows");
      const [steps, wallMs] = [record.steps(), record.wallMs()];
      return record.columns.flatMap((column) => {
        if (column.kind !== "number") throw new RangeError("not plain rows");
        const rowIndex = column.rowIndex();
        return Array.from(column.values(), (value, i): Point => {
          const row = rowIndex?.[i] ?? i;
          return [column.keyId, steps[row]!, wallMs[row]!, value];
        });
      });
    });
  } catch (error) {
    if (error instanceof RangeError || isTrainlogError(error, "run-log/bad-batch")) return undefined;
    throw error;
  }
}

/** The points as the small decoder has them; `undefined` when it leaves the batch to the views. */
function smallPoints(payload: Uint8Array, small: SmallBatch): Point[] | undefined {
  if (!small.decode(payload, 1)) return undefined;
  const points: Point[] = [];
  for (let column = 0, point = 0; column < small.columnCount; column++) {
    for (; point < small.ends[column]!; point++) {
      const row = small.rows[point]!;
      points.push([small.keyIds[column]!, small.steps[row]!, small.wallMs[row]!, small.values[point]!]);
    }
  }
  return points;
}

/** A batch that the small decoder is for. */
function isSmall(tables: readonly Rows[]): boolean {
  const columns = tables.flatMap((rows) => rows.columns);
  const rowCount = tables.reduce((sum, { steps }) => sum + steps.length, 0);
  const valueCount = columns.reduce((sum, { values }) => sum + values.length, 0);
  return rowCount <= 64 && valueCount <= 512 && columns.length <= 512 && columns.every(({ kind }) => kind === "number");
}

describe("SmallBatch", () => {
  it("has the same points as the views of the codec, and takes every small batch of numbers", () => {
    const small = new SmallBatch();
    let [tried, taken] = [0, 0];
    fc.assert(
      fc.property(fc.array(anyRows, { minLength: 1, maxLength: 4 }), (tables) => {
        tried++;
        const { payload, dictionary } = payloadOf(tables);
        const points = smallPoints(payload, small);
        if (points === undefined) expect(isSmall(tables)).toBe(false);
        else {
          taken++;
          expect(points).toEqual(viewedPoints(payload, dictionary));
          expect(small.rowCount).toBe(tables.reduce((sum, { steps }) => sum + steps.length, 0));
        }
      }),
      { numRuns: 600, interruptAfterTimeLimit: 4000 },
    );
    expect(taken).toBeGreaterThan(tried / 20);
  });

  it("leaves what the views refuse to the views, whatever the bytes are", () => {
    const small = new SmallBatch();
    const row = (step: number): RunEvent =>
      rowsEvent([{ step, wallMs: step * 1.5, values: { a: step / 3, b: 7, ...(step % 2 === 0 ? { c: 0.5 } : {}) } }]);
    const tables = [row(1), rowsEvent([1, 2, 3].map((i) => ({ step: i, wallMs: i, values: i === 2 ? {} : { a: i } })))];
    const { payload, dictionary } = payloadOf(tables.flatMap((event) => (event.type === "rows" ? [event.rows] : [])));
    const anyChange = fc.tuple(fc.nat(payload.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(anyChange, { minLength: 1, maxLength: 3 }), fc.nat(payload.length), (changes, cut) => {
        // The first byte, which says that there is no origin, is looked at by who asks for the decoding.
        const bytes = payload.slice(0, cut % 3 === 0 ? Math.max(1, cut) : payload.length);
        for (const [at, byte] of changes) if (at > 0 && at < bytes.length) bytes[at] = byte;
        const points = smallPoints(bytes, small);
        // Key ids that are not stated are looked at by who asked for the decoding.
        const hasLostKeys = points?.some(([keyId]) => dictionary.keyOf(keyId) === undefined) ?? false;
        if (points !== undefined && !hasLostKeys) expect(viewedPoints(bytes, dictionary)).toEqual(points);
      }),
      { numRuns: 5000, interruptAfterTimeLimit: 4000 },
    );
  });
});
