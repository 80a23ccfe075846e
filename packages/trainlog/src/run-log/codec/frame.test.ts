import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeSegmentHeader,
  encodeFrame,
  encodeSegmentHeader,
  FRAME_BATCH,
  type Frame,
  type FrameDamage,
  isTornTail,
  SEGMENT_HEADER_BYTES,
  scanFrames,
} from "./frame.ts";

const anyFrames = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 5 });

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function scan(bytes: Uint8Array, start = 0): { frames: Frame[]; damage: FrameDamage[] } {
  const items = [...scanFrames(bytes, { start })];
  return {
    frames: items.filter((item) => item.kind === "frame"),
    damage: items.filter((item) => item.kind === "damage"),
  };
}

describe("scanFrames", () => {
  it("finds every frame of an undamaged file", () => {
    fc.assert(
      fc.property(anyFrames, (payloads) => {
        const { frames, damage } = scan(concat(payloads.map((payload) => encodeFrame(FRAME_BATCH, payload))));
        expect(frames.map((frame) => frame.payload)).toEqual(payloads);
        expect(damage).toEqual([]);
      }),
    );
  });

  it("gives a prefix and one torn tail at every truncation length", () => {
    const payloads = [Uint8Array.of(1, 2, 3), new Uint8Array(0), Uint8Array.of(84, 76, 84)];
    const bytes = concat(payloads.map((payload) => encodeFrame(FRAME_BATCH, payload)));
    const borders = [0, 15, 27, 42];
    for (let length = 0; length <= bytes.length; length++) {
      const { frames, damage } = scan(bytes.subarray(0, length));
      const whole = borders.filter((border) => border > 0 && border <= length).length;
      expect(frames.map((frame) => frame.payload)).toEqual(payloads.slice(0, whole));
      expect(damage.map((item) => [item.offset, item.end, isTornTail(item)])).toEqual(
        borders.includes(length) ? [] : [[borders[whole], length, true]],
      );
    }
  });

  it("names one damage for every flipped bit and keeps the other frames", () => {
    const payloads = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5), Uint8Array.of(6)];
    const bytes = concat(payloads.map((payload) => encodeFrame(FRAME_BATCH, payload)));
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const { frames, damage } = scan(flipped);
      const broken = [15, 29, 42].findIndex((end) => bit >> 3 < end);
      expect(frames.map((frame) => frame.payload)).toEqual(payloads.filter((_, i) => i !== broken));
      expect(damage).toHaveLength(1);
      expect(damage[0]).toMatchObject({ offset: [0, 15, 29][broken], end: [15, 29, 42][broken], tail: broken === 2 });
    }
  });

  it("tells a zero-filled tail from damage", () => {
    const frame = encodeFrame(FRAME_BATCH, new Uint8Array(2000).fill(7));
    const zeroTail = concat([frame, new Uint8Array(33)]);
    expect(scan(zeroTail).damage).toMatchObject([
      { reason: "zeros", offset: frame.length, end: zeroTail.length, tail: true },
    ]);
    const half = frame.slice();
    half.fill(0, 1024);
    expect(scan(half).damage).toMatchObject([{ reason: "zeros", offset: 0, tail: true }]);
    const flipped = frame.slice();
    flipped[1500]! ^= 1;
    expect(scan(flipped).damage).toMatchObject([{ reason: "bad-crc", offset: 0, tail: true }]);
  });
});

describe("segment header", () => {
  it("comes back as written, in 32 bytes", () => {
    const header = encodeSegmentHeader("open", 7);
    expect(header.length).toBe(SEGMENT_HEADER_BYTES);
    expect(decodeSegmentHeader(header)).toEqual({ kind: "open", version: 1, sequence: 7 });
  });

  it("refuses every flipped bit and every truncation", () => {
    const header = encodeSegmentHeader("open", 7);
    for (let bit = 0; bit < header.length * 8; bit++) {
      const flipped = header.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => decodeSegmentHeader(flipped)).toThrow(expect.objectContaining({ code: "run-log/bad-header" }));
      expect(() => decodeSegmentHeader(header.subarray(0, bit >> 3))).toThrow(
        expect.objectContaining({ code: "run-log/bad-header" }),
      );
    }
  });
});
