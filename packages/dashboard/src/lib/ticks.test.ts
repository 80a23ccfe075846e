import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linearTicks, logTicks, timeTicks } from "./ticks.ts";

const domain = fc
  .tuple(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.double({ min: 1e-6, max: 1e9, noNaN: true }))
  .map(([from, length]): [number, number] => [from, from + length])
  .filter(([from, to]) => to > from);

describe("ticks", () => {
  it("stand inside of their axis, in order, and are few", () => {
    fc.assert(
      fc.property(domain, ([from, to]) => {
        const slack = Math.max(Math.abs(from), Math.abs(to)) * 1e-10;
        for (const ticks of [linearTicks([from, to], 8), timeTicks([from, to], 8)]) {
          expect(ticks.length).toBeLessThanOrEqual(9);
          expect(ticks).toEqual([...ticks].sort((a, b) => a - b));
          expect(ticks.every((tick) => tick >= from - slack && tick <= to + slack)).toBe(true);
        }
      }),
    );
  });

  it("are round", () => {
    expect(linearTicks([0, 1], 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks([-3, 12], 4)).toEqual([0, 5, 10]);
    expect(timeTicks([0, 3_600_000], 6)).toEqual([0, 600_000, 1_200_000, 1_800_000, 2_400_000, 3_000_000, 3_600_000]);
    expect(logTicks([0.5, 2000])).toEqual([1, 10, 100, 1000]);
    expect(logTicks([1.5, 7])).toEqual([2, 5]);
    expect(logTicks([150, 120_000])).toEqual([1000, 10_000, 100_000]);
    expect(logTicks([0.6, 0.9])).toEqual([0.6, 0.7, 0.8, 0.9]);
    expect(logTicks([1e-30, 1e30]).length).toBeLessThanOrEqual(8);
  });
});
