import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyBatch } from "../../../test/support/run-log/sample-events.ts";
import type { Rows, RunEvent } from "../../run/event.ts";
import { appendKeys, appendOrigins, decodeBatch, encodeBatch, readBatchHead, readOrigin, viewBatch } from "./batch.ts";
import { ByteWriter } from "./byte-writer.ts";
import { FRAME_HEADER_BYTES, scanFrames } from "./frame.ts";
import { KeyDictionary } from "./key-dictionary.ts";

const payloadOf = (frame: Uint8Array): Uint8Array => frame.subarray(FRAME_HEADER_BYTES);

function oneRow(values: readonly number[]): Rows {
  return {
    steps: Float64Array.of(123_456),
    wallMs: Float64Array.of(1_795_225_000_123),
    columns: values.map((value, i) => ({ kind: "number", key: `m${i}`, values: Float64Array.of(value) })),
  };
}

describe("encodeBatch and decodeBatch", () => {
  it("give back every event bit for bit, over batches that share a dictionary", () => {
    fc.assert(
      fc.property(fc.array(anyBatch, { maxLength: 3 }), (batches) => {
        const written = new KeyDictionary();
        const read = new KeyDictionary();
        for (const batch of batches) {
          const payload = payloadOf(
            encodeBatch(batch.events, written, batch.origin === undefined ? {} : { origin: batch.origin }),
          );
          expect(decodeBatch(payload, read)).toStrictEqual({ ...batch, lostValues: 0 });
          expect(readOrigin(payload)).toStrictEqual(batch.origin);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("never throw anything but bad-batch on bytes that were changed", () => {
    fc.assert(
      fc.property(anyBatch, fc.nat(), fc.integer({ min: 1, max: 255 }), (batch, place, flip) => {
        const payload = payloadOf(encodeBatch(batch.events, new KeyDictionary()));
        payload[place % payload.length]! ^= flip;
        try {
          decodeBatch(payload, new KeyDictionary());
        } catch (error) {
          expect(error).toMatchObject({ code: "run-log/bad-batch" });
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("refuse a truncated payload at every length but where a record ends", () => {
    const events: RunEvent[] = [{ type: "rows", rows: oneRow([1, 0.5, Math.PI]) }];
    const payload = payloadOf(encodeBatch(events, new KeyDictionary()));
    for (let length = 0; length < payload.length; length++) {
      let decoded: readonly RunEvent[] = [];
      try {
        decoded = decodeBatch(payload.subarray(0, length), new KeyDictionary()).events;
      } catch (error) {
        expect(error).toMatchObject({ code: "run-log/bad-batch" });
      }
      expect(decoded).toEqual([]);
    }
  });

  it("take at most 12 bytes per scalar for one row of ten float64, framed", () => {
    const dictionary = new KeyDictionary();
    const row: RunEvent = { type: "rows", rows: oneRow(Array.from({ length: 10 }, (_, i) => Math.sin(i + 1))) };
    encodeBatch([row], dictionary);
    expect(encodeBatch([row], dictionary).length).toBeLessThanOrEqual(120);
  });

  it("take a statement of all keys again when asked, so that earlier frames may be lost", () => {
    const dictionary = new KeyDictionary();
    const row: RunEvent = { type: "rows", rows: oneRow([1, 2]) };
    encodeBatch([row], dictionary);
    const second = payloadOf(encodeBatch([row], dictionary));
    const restated = new ByteWriter();
    appendKeys(restated, dictionary);
    expect(decodeBatch(second, new KeyDictionary())).toMatchObject({
      lostValues: 2,
      events: [{ rows: { columns: [] } }],
    });
    const read = new KeyDictionary();
    for (const item of scanFrames(restated.bytes.subarray(0, restated.length))) {
      if (item.kind === "frame") expect(decodeBatch(item.payload, read)).toEqual({ events: [], lostValues: 0 });
    }
    expect(decodeBatch(second, read)).toStrictEqual({ events: [row], lostValues: 0 });
  });

  it("carry the last batches of earlier files' origins, which readBatchHead finds without the events", () => {
    const writer = new ByteWriter();
    appendOrigins(
      writer,
      new Map([
        ["a", 7],
        ["😀", 0],
      ]),
    );
    const head = readBatchHead(payloadOf(writer.bytes.subarray(0, writer.length)), new KeyDictionary());
    expect(head).toEqual({
      earlierOrigins: [
        { writerId: "a", seq: 7 },
        { writerId: "😀", seq: 0 },
      ],
    });
    const read = new KeyDictionary();
    expect(
      readBatchHead(payloadOf(encodeBatch([{ type: "rows", rows: oneRow([1, 2]) }], new KeyDictionary())), read),
    ).toEqual({});
    expect(read.size).toBe(2);
  });

  it("leave the dictionary as it was when a batch cannot be written", () => {
    const dictionary = new KeyDictionary();
    const bad: Rows = { ...oneRow([1, 2]), wallMs: new Float64Array(2) };
    expect(() => encodeBatch([{ type: "rows", rows: bad }], dictionary)).toThrow(
      expect.objectContaining({ code: "run/bad-rows" }),
    );
    expect(dictionary.size).toBe(0);
    expect(dictionary.idOf("m0")).toBeUndefined();
  });

  it.each<[string, Partial<Rows>]>([
    ["a column shorter than the table", { columns: [{ kind: "number", key: "a", values: new Float64Array(0) }] }],
    [
      "a row that is not there",
      { columns: [{ kind: "number", key: "a", values: new Float64Array(1), rowIndex: Uint32Array.of(1) }] },
    ],
    [
      "a row twice",
      { columns: [{ kind: "number", key: "a", values: new Float64Array(2), rowIndex: Uint32Array.of(0, 0) }] },
    ],
  ])("refuse %s by name", (_name, change) => {
    const rows = { ...oneRow([]), ...change };
    expect(() => encodeBatch([{ type: "rows", rows }], new KeyDictionary())).toThrow(
      expect.objectContaining({ code: "run/bad-rows" }),
    );
  });

  it("refuse a key with a lone surrogate, which UTF-8 would turn into another key", () => {
    const rows = { ...oneRow([]), columns: [{ kind: "number", key: "\ud800", values: Float64Array.of(1) } as const] };
    expect(() => encodeBatch([{ type: "rows", rows }], new KeyDictionary())).toThrow(
      expect.objectContaining({ code: "run/bad-key" }),
    );
  });

  it("refuse a payload of a few bytes that says it holds billions of values", () => {
    const bomb = Uint8Array.of(0, 2, 13, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0, 0, 0, 0, 0);
    expect(() => viewBatch(bomb, new KeyDictionary())).toThrow(expect.objectContaining({ code: "run-log/bad-batch" }));
  });

  it("hold a million keys in one batch", () => {
    const values = Float64Array.of(1);
    const columns = Array.from(
      { length: 1_000_000 },
      (_, i) => ({ kind: "number", key: `layer.${i}`, values }) as const,
    );
    const payload = payloadOf(encodeBatch([{ type: "rows", rows: { ...oneRow([]), columns } }], new KeyDictionary()));
    const [record] = viewBatch(payload, new KeyDictionary()).records;
    expect(record).toMatchObject({ kind: "rows" });
    if (record?.kind === "rows") {
      expect(record.columns.length).toBe(1_000_000);
      expect(record.columns.at(-1)).toMatchObject({ key: "layer.999999", keyId: 999_999, count: 1 });
    }
  });
});
