import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ALIGN_BYTES, alignedBytes, layOutArena, type Stretch } from "./arena.ts";

const stretch = fc
  .record({ sizeBytes: fc.nat(5000), from: fc.nat(30), length: fc.nat(10) })
  .map(({ sizeBytes, from, length }): Stretch => ({ sizeBytes, from, to: from + length }));

describe("layOutArena", () => {
  it("never gives memory to two stretches of one step, and aligns all", () => {
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 60 }), (stretches) => {
        const { offsets, totalBytes } = layOutArena(stretches);
        stretches.forEach((a, i) => {
          const startA = offsets[i] ?? 0;
          expect(startA % ALIGN_BYTES).toBe(0);
          expect(startA + alignedBytes(a.sizeBytes)).toBeLessThanOrEqual(totalBytes);
          stretches.slice(i + 1).forEach((b, j) => {
            const startB = offsets[i + 1 + j] ?? 0;
            const apart = startA + a.sizeBytes <= startB || startB + b.sizeBytes <= startA;
            expect(apart || a.to < b.from || b.to < a.from).toBe(true);
          });
        });
      }),
    );
  });

  it("uses memory again", () => {
    const chain = Array.from({ length: 100 }, (_, i): Stretch => ({ sizeBytes: 64, from: i, to: i + 1 }));
    expect(layOutArena(chain).totalBytes).toBe(2 * 64);
  });

  it("takes the smallest gap that fits, and joins neighbouring gaps", () => {
    const { offsets, totalBytes } = layOutArena([
      { sizeBytes: 128, from: 0, to: 0 },
      { sizeBytes: 64, from: 0, to: 9 },
      { sizeBytes: 64, from: 0, to: 0 },
      { sizeBytes: 64, from: 1, to: 2 },
      { sizeBytes: 128, from: 1, to: 2 },
      { sizeBytes: 192, from: 3, to: 3 },
    ]);
    // The largest stretch is placed first: [0, 128) and, behind it, the one that stays and the small one.
    expect(offsets).toEqual([0, 128, 192, 192, 0, 192]);
    expect(totalBytes).toBe(384);
  });
});
