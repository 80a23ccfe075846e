import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeFrame, scanFrames } from "../../run-log/codec/frame.ts";
import { decodeWalRecord, encodeWalRecord } from "./wal-record.ts";

/** Frames on both sides of the length from which a checksum is derived. */
const frame = fc
  .tuple(fc.integer({ min: 1, max: 255 }), fc.uint8Array({ minLength: 1 }), fc.integer({ min: 0, max: 12_000 }))
  .map(([type, pattern, bytes]) =>
    encodeFrame(
      type,
      Uint8Array.from({ length: bytes }, (_, i) => (pattern[i % pattern.length]! * i) & 255),
    ),
  );

describe("encodeWalRecord", () => {
  it("makes a frame whose checksum is right, and that gives the record back", () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 4 }), fc.nat(), fc.nat(), (frames, segment, offset) => {
        const record = {
          type: "append" as const,
          runId: "run-1",
          segment,
          offset,
          bytes: new Uint8Array(Buffer.concat(frames)),
        };
        const found = [...scanFrames(Buffer.concat(encodeWalRecord(record)))];
        expect(found).toMatchObject([{ kind: "frame" }]);
        for (const item of found)
          if (item.kind === "frame")
            expect({ ...decodeWalRecord(item) }).toEqual({ ...record, bytes: Buffer.from(record.bytes) });
      }),
      { numRuns: 50 },
    );
  });
});
