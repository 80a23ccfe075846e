import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extentOf, formatNumber, linearScale, linearTicks, logScale, padExtent } from "./scale.ts";

const anyFinite = fc.double({ noNaN: true, noDefaultInfinity: true });
const anyExtent = fc.tuple(anyFinite, anyFinite).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) }));
const labels = (min: number, max: number, count = 5): string[] =>
  linearTicks({ min, max }, count).map((tick) => tick.label);

describe("extentOf", () => {
  it("ignores what is not finite, and what is not positive when asked", () => {
    expect(extentOf([[1, Number.NaN, 3], Float64Array.of(-2, Infinity, -Infinity)])).toEqual({ min: -2, max: 3 });
    expect(extentOf([[1, 0, -3, 5]], { positiveOnly: true })).toEqual({ min: 1, max: 5 });
    expect(extentOf([[Number.NaN], []])).toBeUndefined();
    expect(extentOf([[-1]], { positiveOnly: true })).toBeUndefined();
  });
});

describe("linearScale", () => {
  it("puts every value of a padded extent between 0 and 1, in order, for any float64", () => {
    fc.assert(
      fc.property(anyExtent, fc.double({ min: 0, max: 1, noNaN: true }), (extent, t) => {
        const { position } = linearScale(padExtent(extent), 5);
        const between = extent.min * (1 - t) + extent.max * t;
        const places = [extent.min, between, extent.max].map(position);
        for (const place of places) expect(place >= -1e-9 && place <= 1 + 1e-9).toBe(true);
        expect(position(extent.max)).toBeGreaterThanOrEqual(position(extent.min));
      }),
    );
  });

  it("marks few distinct ticks inside the extent, for any float64", () => {
    fc.assert(
      fc.property(anyExtent, fc.integer({ min: 2, max: 12 }), (extent, count) => {
        const ticks = linearTicks(extent, count);
        expect(ticks.length).toBeLessThanOrEqual(3 * count);
        expect(new Set(ticks.map((tick) => tick.value)).size).toBe(ticks.length);
        const slack = (extent.max / 2 - extent.min / 2) * 1e-6 + Number.MIN_VALUE;
        for (const { value } of ticks) expect(value >= extent.min - slack && value <= extent.max + slack).toBe(true);
      }),
    );
  });

  it.each([
    [0, 1, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]],
    [-1, 1, ["-1.0", "-0.5", "0.0", "0.5", "1.0"]],
    [0, 1234, ["0", "500", "1000"]],
    [0.00001, 0.00004, ["1e-5", "2e-5", "3e-5", "4e-5"]],
    [0, 4e9, ["0", "1e9", "2e9", "3e9", "4e9"]],
  ])("labels %d to %d as people expect", (min, max, expected) => {
    expect(labels(min, max)).toEqual(expected);
  });
});

describe("logScale", () => {
  it("marks powers of ten, thinned out over many decades", () => {
    expect(logScale({ min: 1e-3, max: 1e2 }, 6).ticks.map((tick) => tick.label)).toEqual([
      "0.001",
      "0.01",
      "0.1",
      "1",
      "10",
      "100",
    ]);
    expect(logScale({ min: 1e-300, max: 1e300 }, 5).ticks.length).toBeLessThanOrEqual(8);
  });

  it("marks round values when there is less than a decade", () => {
    expect(logScale({ min: 2, max: 5 }, 4).ticks.map((tick) => tick.label)).toEqual(["2", "3", "4", "5"]);
  });

  it("has no place for 0 and below, and equal ratios are equally far", () => {
    const { position } = logScale({ min: 1, max: 100 }, 5);
    expect(position(0)).toBeNaN();
    expect(position(-1)).toBeNaN();
    expect(position(10) - position(1)).toBeCloseTo(position(100) - position(10), 12);
  });

  it("shows a single value in the middle", () => {
    expect(logScale({ min: 7, max: 7 }, 5).position(7)).toBeCloseTo(0.5, 12);
  });
});

describe("formatNumber", () => {
  it.each([
    [0, "0"],
    [-0, "0"],
    [0.1 + 0.2, "0.3"],
    [1234, "1234"],
    [123456.789, "123500"],
    [0.00012345, "1.234e-4"],
    [2_000_000, "2e6"],
    [Number.NaN, "NaN"],
    [Infinity, "∞"],
    [-Infinity, "−∞"],
  ])("shows %d as %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});
