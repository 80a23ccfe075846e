/** @file Files of format version 1 stay readable for ever, and equal events give equal bytes. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../run/event.ts";
import type { JsonValue } from "../../run/json.ts";
import { appendBatch, appendKeys, appendOrigins, type Batch, decodeBatch } from "./batch.ts";
import { ByteWriter } from "./byte-writer.ts";
import { decodeSegmentHeader, encodeSegmentHeader, SEGMENT_HEADER_BYTES, scanFrames } from "./frame.ts";
import { KeyDictionary } from "./key-dictionary.ts";

const GOLDEN = new URL("../../../test/golden/v1/open-segment.log", import.meta.url);

/** Every coding of the format, at least once. */
const BATCHES: readonly Batch[] = [
  {
    events: [
      { type: "start", runId: "golden", project: "p/😀", wallMs: 1_790_000_000_000, tags: ["a"], host: { $float: -0 } },
      {
        type: "config",
        set: Object.fromEntries([
          ["lr", 0.1],
          ["__proto__", Number.NaN],
          ["big", Infinity],
        ]),
      },
    ],
  },
  {
    origin: { writerId: "writer-1", seq: 41 },
    events: [
      rows(
        [5, 6, 7, 8],
        [1_790_000_000_000.5, 1_790_000_000_010.25, 1_790_000_000_020, 1_790_000_000_030.125],
        [
          ["noise", [0.1, -1 / 3, Math.PI, Number.NaN]],
          ["float32", [0.5, 1.25, -0, Infinity]],
          ["counter", [10, 20, 35, 1]],
          ["constant", [0.3, 0.3, 0.3, 0.3]],
          ["__proto__", [1, 2], [0, 3]],
          ["evaluated/too", [0.7, 0.8], [0, 3]],
          ["text", ["a", null, true, { "-0": -0 }]],
        ],
      ),
    ],
  },
  {
    origin: { writerId: "writer-1", seq: 42 },
    events: [rows([3, -2, 2 ** 53 - 1], [1, 2, 3], [["noise", [1e300, 5e-324, -Infinity]]])],
  },
  {
    events: [
      rows([0.5, -0], [1.5, 1.0000000001], [["constant", [2 ** 52, -(2 ** 52)]]]),
      rows([], [], [["empty", []]]),
    ],
  },
];

function rows(
  steps: number[],
  wallMs: number[],
  columns: [key: string, values: JsonValue[], rowIndex?: number[]][],
): RunEvent {
  return {
    type: "rows",
    rows: {
      steps: Float64Array.from(steps),
      wallMs: Float64Array.from(wallMs),
      columns: columns.map(([key, values, rowIndex]) => {
        const where = rowIndex === undefined ? {} : { rowIndex: Uint32Array.from(rowIndex) };
        const numbers = values.filter((value) => typeof value === "number");
        return numbers.length === values.length
          ? { kind: "number", key, values: Float64Array.from(numbers), ...where }
          : { kind: "json", key, values, ...where };
      }),
    },
  };
}

function encodeGolden(): Uint8Array {
  const writer = new ByteWriter();
  const dictionary = new KeyDictionary();
  writer.raw(encodeSegmentHeader("open", 3));
  appendOrigins(
    writer,
    new Map([
      ["writer-0", 7],
      ["writer-1", 40],
    ]),
  );
  for (const batch of BATCHES) appendBatch(writer, batch, dictionary);
  appendKeys(writer, dictionary);
  return writer.bytes.slice(0, writer.length);
}

describe("golden segment of version 1", () => {
  it("is what the encoder writes, byte for byte", () => {
    expect(Buffer.from(encodeGolden()).toString("hex")).toBe(readFileSync(GOLDEN, "hex"));
  });

  it("reads back as the events that were written", () => {
    const bytes = readFileSync(GOLDEN);
    expect(decodeSegmentHeader(bytes)).toEqual({ kind: "open", version: 1, sequence: 3 });
    const dictionary = new KeyDictionary();
    const batches = [...scanFrames(bytes, { start: SEGMENT_HEADER_BYTES })].map((item) => {
      if (item.kind === "damage") throw new Error(`damage at ${item.offset}`);
      return decodeBatch(item.payload, dictionary);
    });
    const empty = { events: [], lostValues: 0 };
    expect(batches).toStrictEqual([empty, ...BATCHES.map((batch) => ({ ...batch, lostValues: 0 })), empty]);
  });
});
