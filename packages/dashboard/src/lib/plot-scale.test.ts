import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { placeOn } from "./plot-scale.ts";

describe("placeOn", () => {
  it("keeps what lies between the ends between the places, over the whole number line", () => {
    const three = fc.tuple(...[0, 1, 2].map(() => fc.double({ noNaN: true, noDefaultInfinity: true })));
    fc.assert(
      fc.property(three, (numbers) => {
        const [low = 0, value = 0, high = 0] = numbers.sort((a, b) => a - b);
        fc.pre(high > low);
        const place = placeOn([low, high], [10, 20], false)(value);
        expect(place).toBeGreaterThanOrEqual(10 - 1e-6);
        expect(place).toBeLessThanOrEqual(20 + 1e-6);
      }),
    );
  });

  it("counts in powers of ten on a log axis, where zero has no place", () => {
    const place = placeOn([1, 100], [0, 10], true);
    expect([1, 10, 100].map(place)).toEqual([0, 5, 10]);
    expect(place(0)).toBeNaN();
    expect(place(-1)).toBeNaN();
  });
});
