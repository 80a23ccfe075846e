import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seriesOverMetric } from "./metric-axis.ts";

interface Row {
  readonly step: number;
  readonly wallMs: number;
  readonly x?: number;
  readonly y?: number;
}

/** Columns of those rows that have `name`. */
function pointsOf(rows: readonly Row[], name: "x" | "y") {
  const having = rows.filter((row) => row[name] !== undefined);
  return {
    steps: Float64Array.from(having, ({ step }) => step),
    wallMs: Float64Array.from(having, ({ wallMs }) => wallMs),
    values: Float64Array.from(having, (row) => row[name]!),
  };
}

const query = { buckets: 1000 };

describe("seriesOverMetric", () => {
  it("pairs the values of each row, whichever rows have both", () => {
    const value = fc.option(fc.integer({ min: -100, max: 100 }), { nil: undefined });
    const rows = fc.array(fc.record({ x: value, y: value }), { maxLength: 60 });
    fc.assert(
      fc.property(rows, fc.boolean(), (given, isBackwards) => {
        const made = given.map((row, i) => ({ ...row, step: isBackwards ? -i : i, wallMs: 1e12 + (i % 7) }) as Row);
        const series = seriesOverMetric(pointsOf(made, "x"), pointsOf(made, "y"), query);
        const expected = made.filter((row) => row.x !== undefined && row.y !== undefined);
        const pairs = expected.map(({ x, y }, i) => ({ x: x!, y: y!, i })).sort((a, b) => a.x - b.x || a.i - b.i);
        expect(Array.from(series.x)).toEqual(pairs.map(({ x }) => x));
        expect(Array.from(series.values)).toEqual(pairs.map(({ y }) => y));
      }),
    );
  });

  it("keeps rows of one step and time in pairs, and leaves out an x that is no number", () => {
    const rows = [
      { step: 1, wallMs: 1, x: 3, y: 30 },
      { step: 1, wallMs: 1, x: 1, y: 10 },
      { step: 2, wallMs: 2, x: Number.NaN, y: 20 },
      { step: 3, wallMs: 3, y: 40 },
    ];
    const series = seriesOverMetric(pointsOf(rows, "x"), pointsOf(rows, "y"), query);
    expect([Array.from(series.x), Array.from(series.values)]).toEqual([
      [1, 3],
      [10, 30],
    ]);
  });

  it("gives exact buckets of a range", () => {
    const rows = Array.from({ length: 1000 }, (_, i) => ({ step: i, wallMs: i, x: 999 - i, y: i % 10 }));
    const series = seriesOverMetric(pointsOf(rows, "x"), pointsOf(rows, "y"), { from: 100, to: 199, buckets: 10 });
    expect(series.totalPoints).toBe(100);
    expect(Array.from(series.count)).toEqual(Array.from({ length: 10 }, () => 10));
    expect(Array.from(series.mean)).toEqual(Array.from({ length: 10 }, () => 4.5));
    expect([series.x[0], series.xEnd.at(-1)]).toEqual([100, 199]);
  });
});
