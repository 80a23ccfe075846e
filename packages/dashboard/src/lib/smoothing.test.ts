import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Smoothing, smooth } from "./smoothing.ts";

const anySmoothing: fc.Arbitrary<Smoothing> = fc.record({
  kind: fc.constantFrom("time", "ema"),
  weight: fc.double({ min: 0, max: 0.999, noNaN: true }),
});
const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe("smooth", () => {
  it("stays between the extremes of what it averages", () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 60 }), anySmoothing, (values, smoothing) => {
        const x = values.map((_, i) => i * 3);
        const smoothed = smooth(x, values, smoothing, 100);
        const slack = 1e-6;
        for (let i = 0; i < values.length; i++) {
          const seen = values.slice(0, i + 1);
          expect(smoothed[i]).toBeGreaterThanOrEqual(Math.min(...seen) - slack);
          expect(smoothed[i]).toBeLessThanOrEqual(Math.max(...seen) + slack);
        }
      }),
    );
  });

  it("leaves a constant line as it is, from the first point on (no bias towards zero)", () => {
    fc.assert(
      fc.property(finite, anySmoothing, (value, smoothing) => {
        const smoothed = smooth([0, 1, 5, 9], [value, value, value, value], smoothing, 9);
        for (let i = 0; i < 4; i++) expect(smoothed[i]).toBeCloseTo(value, 6);
      }),
    );
  });

  it("does nothing at weight 0", () => {
    const values = [1, Number.NaN, 3];
    expect(smooth([0, 1, 2], values, { kind: "time", weight: 0 }, 2)).toBe(values);
  });

  it("time: depends on distance and not on density", () => {
    const smoothing: Smoothing = { kind: "time", weight: 0.9 };
    const step = (x: number): number => (x < 500 ? 0 : 1);
    const dense = Array.from({ length: 1001 }, (_, i) => i);
    const sparse = dense.filter((x) => x % 10 === 0);
    const at = (xs: number[], x: number): number => smooth(xs, xs.map(step), smoothing, 1000)[xs.indexOf(x)]!;
    expect(at(dense, 550)).toBeCloseTo(at(sparse, 550), 1);
    const plain = (xs: number[]): number =>
      smooth(xs, xs.map(step), { kind: "ema", weight: 0.9 }, 1000)[xs.indexOf(550)]!;
    expect(Math.abs(plain(dense) - plain(sparse))).toBeGreaterThan(0.3);
  });

  it("time: is the W&B formula", () => {
    // w = sqrt(0.25) = 0.5; distance 1 of range 1000 × 1000 = exponent 1: (0·0.5 + 1) / (0.5 + 1)
    expect(smooth([0, 1], [0, 1], { kind: "time", weight: 0.25 }, 1000)[1]).toBeCloseTo(2 / 3, 12);
  });

  it("ema: is TensorBoard's formula with debiasing", () => {
    // last = 0.6·0 + 0.4·v; debiased by 1 − 0.6^n
    const smoothed = smooth([0, 1, 2], [1, 2, 4], { kind: "ema", weight: 0.6 }, 2);
    const tensorboard = [0.4 / 0.4, (0.4 * 0.6 + 0.8) / (1 - 0.36), ((0.4 * 0.6 + 0.8) * 0.6 + 1.6) / (1 - 0.216)];
    for (const [i, value] of tensorboard.entries()) expect(smoothed[i]).toBeCloseTo(value, 12);
  });

  it("keeps gaps as gaps and goes on behind them", () => {
    const smoothed = smooth([0, 1, 2], [1, Number.NaN, 1], { kind: "time", weight: 0.5 }, 2);
    expect(Array.from(smoothed)).toEqual([1, Number.NaN, 1]);
  });

  it("takes steps that repeat", () => {
    expect(smooth([3, 3, 3], [0, 1, 2], { kind: "time", weight: 0.5 }, 0)[2]).toBe(1);
  });

  it("time: is what W&B documents, computed with its own running state on random curves", () => {
    // Weights & Biases, "Time weighted exponential moving average": last and debiasWeight are carried on.
    const documented = (xs: readonly number[], ys: readonly number[], weight: number, rangeX: number): number[] => {
      let last = ys.length > 0 ? 0 : Number.NaN;
      let debias = 0;
      return ys.map((y, i) => {
        const before = i > 0 ? i - 1 : 0;
        const change = ((xs[i]! - xs[before]!) / rangeX) * 1000;
        const adjusted = Math.min(Math.sqrt(weight || 0), 0.999) ** change;
        last = last * adjusted + y;
        debias = debias * adjusted + 1;
        return last / debias;
      });
    };
    const curve = fc.array(fc.tuple(fc.double({ min: 0.01, max: 50, noNaN: true }), finite), {
      minLength: 2,
      maxLength: 60,
    });
    fc.assert(
      fc.property(curve, fc.double({ min: 0.01, max: 0.999, noNaN: true }), (points, weight) => {
        let at = 0;
        const xs = points.map(([gap]) => (at += gap));
        const ys = points.map(([, y]) => y);
        const rangeX = xs.at(-1)! - xs[0]!;
        const smoothed = smooth(xs, ys, { kind: "time", weight }, rangeX);
        for (const [i, value] of documented(xs, ys, weight, rangeX).entries())
          expect(Math.abs(smoothed[i]! - value)).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
      }),
    );
  });
});
