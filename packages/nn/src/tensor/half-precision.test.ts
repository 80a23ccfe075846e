import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bfloat16ToNumber, float16ToNumber, numberToBfloat16, numberToFloat16 } from "./half-precision.ts";

const EVERY_HALF = Array.from({ length: 65_536 }, (_, bits) => bits);

describe("half precision", () => {
  it("gives back the bits of every binary16 and bfloat16 that is a number", () => {
    expect(
      EVERY_HALF.filter((b) => !Number.isNaN(float16ToNumber(b)) && numberToFloat16(float16ToNumber(b)) !== b),
    ).toEqual([]);
    expect(
      EVERY_HALF.filter((b) => !Number.isNaN(bfloat16ToNumber(b)) && numberToBfloat16(bfloat16ToNumber(b)) !== b),
    ).toEqual([]);
  });

  it("rounds to the nearest, ties to even", () => {
    const nearest = (value: number, to: (n: number) => number, from: (b: number) => number) => {
      const bits = to(value);
      const mine = Math.abs(from(bits) - value);
      for (const other of [bits - 1, bits + 1]) {
        const theirs = Math.abs(from(other & 0xffff) - value);
        expect(mine < theirs || (mine === theirs && bits % 2 === 0) || Number.isNaN(theirs)).toBe(true);
      }
    };
    fc.assert(
      fc.property(fc.float({ noNaN: true, min: Math.fround(1e-7), max: 65_000 }), (value) => {
        nearest(value, numberToFloat16, float16ToNumber);
        nearest(value, numberToBfloat16, bfloat16ToNumber);
      }),
    );
  });

  it("overflows to infinity and keeps NaN", () => {
    expect(float16ToNumber(numberToFloat16(65_519))).toBe(65_504);
    expect(float16ToNumber(numberToFloat16(-65_520))).toBe(-Infinity);
    expect(float16ToNumber(numberToFloat16(Number.NaN))).toBeNaN();
    expect(bfloat16ToNumber(numberToBfloat16(Number.NaN))).toBeNaN();
  });
});
