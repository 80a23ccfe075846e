import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatBytes, formatCount, formatNumber, formatTicks } from "./number-format.ts";

const readBack = (text: string): number =>
  Number(text.replaceAll("−", "-").replaceAll(",", "").replace("∞", "Infinity"));

describe("formatNumber", () => {
  it.each([
    [0, "0"],
    [-0, "−0"],
    [0.1, "0.1"],
    [12.34567, "12.35"],
    [-0.25, "−0.25"],
    [100, "100"],
    [1234567, "1,234,567"],
    [50375.94, "50,376"],
    [-1234.5, "−1,235"],
    [99.999_96, "100"],
    [0.000012345, "1.234e−5"],
    [1e300, "1e300"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "∞"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ])("writes %d as %s", (value, text) => expect(formatNumber(value)).toBe(text));

  it("keeps four significant digits of any finite number", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e300, max: 1e300, noNaN: true }), (value) => {
        expect(Math.abs(readBack(formatNumber(value)) - value)).toBeLessThanOrEqual(Math.abs(value) * 5.001e-4);
      }),
    );
  });
});

describe("formatTicks", () => {
  it("never writes two ticks alike", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: -9, max: 9 }), (start, power) => {
        const ticks = Array.from({ length: 6 }, (_, i) => (start + i) * 10 ** power);
        expect(new Set(formatTicks(ticks)).size).toBe(6);
      }),
    );
  });

  it("gives every tick the same decimals", () => expect(formatTicks([0, 0.25, 0.5])).toEqual(["0.00", "0.25", "0.50"]));
  it("writes whole steps without decimals", () =>
    expect(formatTicks([0, 5000, 10_000])).toEqual(["0", "5,000", "10,000"]));
  it("writes tiny scales with exponents", () => expect(formatTicks([0, 1e-6, 2e-6])).toEqual(["0", "1e−6", "2e−6"]));
});

it("formats counts and bytes", () => {
  expect(formatCount(1_234_567)).toBe("1,234,567");
  expect([0, 1023, 1536, 5 * 2 ** 30].map(formatBytes)).toEqual(["0 B", "1023 B", "1.5 KiB", "5 GiB"]);
});
