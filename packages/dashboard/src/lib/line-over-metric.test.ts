import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lineOverMetric } from "./line-over-metric.ts";
import { appendPoints, emptyLine, type SeriesLine } from "./series-line.ts";

function lineOf(x: readonly number[], values: readonly number[]): SeriesLine {
  const line = emptyLine();
  appendPoints(line, { firstIndex: 0, x, values });
  return line;
}

describe("lineOverMetric", () => {
  it("puts each value where the other metric was at the same step", () => {
    const joined = lineOverMetric(lineOf([0, 1, 2], [9, 8, 7]), lineOf([0, 1, 2], [30, 10, 20]));
    expect(joined).toMatchObject({ x: [10, 20, 30], mean: [8, 7, 9], totalPoints: 3 });
  });

  it("interpolates between steps, and places nothing outside of them", () => {
    const joined = lineOverMetric(lineOf([0, 5, 10, 15, 25], [1, 2, 3, 4, 5]), lineOf([5, 15, 20], [100, 200, 300]));
    expect(joined).toMatchObject({ x: [100, 150, 200], mean: [2, 3, 4], totalPoints: 5 });
  });

  it("keeps x in order and every value that it places, over whatever metric", () => {
    const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(values, values, (ys, xs) => {
        const counting = (list: readonly number[]): number[] => list.map((_, i) => i);
        const joined = lineOverMetric(lineOf(counting(ys), ys), lineOf(counting(xs), xs));
        expect(joined.x).toEqual([...joined.x].sort((a, b) => a - b));
        const sorted = (list: readonly number[]): number[] => list.toSorted((a, b) => a - b);
        expect(sorted(joined.mean)).toEqual(sorted(ys.slice(0, xs.length)));
      }),
    );
  });

  it("has nothing over a metric without numbers", () => {
    expect(lineOverMetric(lineOf([0, 1], [1, 2]), lineOf([0, 1], [Number.NaN, Number.NaN])).x).toEqual([]);
    expect(lineOverMetric(lineOf([0, 1], [1, 2]), emptyLine()).x).toEqual([]);
  });
});
