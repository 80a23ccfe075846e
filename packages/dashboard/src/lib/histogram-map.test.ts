import fc from "fast-check";
import { expect, it } from "vitest";
import { histogramMap } from "./histogram-map.ts";

const histogram = fc
  .record({
    start: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    buckets: fc.array(fc.record({ width: fc.double({ min: 1e-3, max: 100, noNaN: true }), count: fc.nat(1000) }), {
      minLength: 1,
      maxLength: 30,
    }),
  })
  .map(({ start, buckets }) => {
    const edges = [start];
    for (const { width } of buckets) edges.push((edges.at(-1) ?? 0) + width);
    return { edges, counts: buckets.map(({ count }) => count), nonFinite: 0 };
  });

it("keeps all values of every step that it shows", () => {
  fc.assert(
    fc.property(fc.array(histogram, { minLength: 1, maxLength: 5 }), (histograms) => {
      const map = histogramMap(histograms.map((data, step) => ({ step, data })));
      expect(map?.columns).toHaveLength(histograms.length);
      for (const [i, { shares }] of (map?.columns ?? []).entries()) {
        const isEmpty = histograms[i]?.counts.every((count) => count === 0);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(isEmpty ? 0 : 1, 6);
      }
    }),
  );
});

it("shows the first and the last of many steps", () => {
  const data = { edges: [0, 1], counts: [1], nonFinite: 0 };
  const columns = histogramMap(Array.from({ length: 1000 }, (_, step) => ({ step, data })))?.columns ?? [];
  expect([columns.length, columns[0]?.step, columns.at(-1)?.step]).toEqual([240, 0, 999]);
});

it("has a place for values that are all the same, and none for nothing", () => {
  expect(
    histogramMap([{ step: 0, data: { edges: [2, 2], counts: [5], nonFinite: 0 } }])?.columns[0]?.shares.reduce(
      (a, b) => a + b,
    ),
  ).toBeCloseTo(1);
  expect(histogramMap([])).toBeUndefined();
});
