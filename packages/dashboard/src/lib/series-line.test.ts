import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  appendPoints,
  compactLine,
  emptyLine,
  isExact,
  lineFromSeries,
  type SeriesLine,
  spliceDetail,
} from "./series-line.ts";

const value = fc.oneof(
  { weight: 5, arbitrary: fc.double({ min: -1e3, max: 1e3, noNaN: true }) },
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
);
const values = fc.array(value, { minLength: 1, maxLength: 300 });

function lineOf(ys: readonly number[], firstX = 0): SeriesLine {
  const line = emptyLine();
  appendPoints(line, { firstIndex: 0, x: ys.map((_, i) => firstX + i), values: ys });
  return line;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const finiteOf = (numbers: readonly number[]): number[] => numbers.filter(Number.isFinite);

describe("appendPoints", () => {
  it("changes nothing when points come twice, in any overlap", () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.nat(), (ys, cut, overlap) => {
        const at = cut % (ys.length + 1);
        const from = Math.max(0, at - (overlap % 5));
        const line = lineOf(ys.slice(0, at));
        const x = ys.map((_, i) => i);
        appendPoints(line, { firstIndex: from, x: x.slice(from), values: ys.slice(from) });
        expect(line).toEqual(lineOf(ys));
      }),
    );
  });

  it("asks to fetch again when points between are missing", () => {
    const line = lineOf([1, 2]);
    expect(appendPoints(line, { firstIndex: 3, x: [3], values: [4] })).toBe("refetch");
    expect(line).toEqual(lineOf([1, 2]));
  });

  it("puts a step that goes back where it belongs", () => {
    const line = lineOf([10, 11, 12]);
    expect(appendPoints(line, { firstIndex: 3, x: [1, 0.5], values: [7, 8] })).toBe("appended");
    expect(line.x).toEqual([0, 0.5, 1, 1, 2]);
    expect(line.last).toEqual([10, 8, 11, 7, 12]);
  });

  it("asks to fetch again when a step goes back into a merged bucket", () => {
    const line = compactLine(lineOf(Array.from({ length: 100 }, (_, i) => i)), 5);
    expect(appendPoints(line, { firstIndex: 100, x: [3.5], values: [1] })).toBe("refetch");
  });

  it("keeps only what lies in the range of a zoomed line, and counts it", () => {
    const line = lineOf([1, 2]);
    expect(appendPoints(line, { firstIndex: 2, x: [2, 30], values: [3, 4] }, { from: 0, to: 10 })).toBe("appended");
    expect([line.x, line.totalPoints, line.nextIndex]).toEqual([[0, 1, 2], 3, 4]);
  });
});

describe("compactLine", () => {
  it("keeps counts, extremes, sum, first and last, and stays in the budget", () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 40 }), (ys, budget) => {
        const line = lineOf(ys);
        const compact = compactLine(line, budget);
        expect(compact.x.length).toBeLessThanOrEqual(2 * budget + 1);
        expect(sum(compact.count)).toBe(finiteOf(ys).length);
        expect(sum(compact.nonFinite)).toBe(ys.length - finiteOf(ys).length);
        expect(Math.min(...finiteOf(compact.min))).toBe(Math.min(...finiteOf(ys)));
        expect(Math.max(...finiteOf(compact.max))).toBe(Math.max(...finiteOf(ys)));
        expect(sum(compact.mean.map((mean, i) => (compact.count[i]! > 0 ? mean * compact.count[i]! : 0)))).toBeCloseTo(
          sum(finiteOf(ys)),
          4,
        );
        expect(finiteOf(compact.first)[0]).toBe(finiteOf(ys)[0]);
        expect(finiteOf(compact.last).at(-1)).toBe(finiteOf(ys).at(-1));
        expect([compact.x[0], compact.xEnd.at(-1)]).toEqual([0, ys.length - 1]);
        expect([compact.totalPoints, compact.nextIndex]).toEqual([ys.length, ys.length]);
      }),
    );
  });

  it("merges a short line not at all", () => {
    const line = lineOf([1, 2, 3]);
    expect(compactLine(line, 2)).toBe(line);
    expect(isExact(line)).toBe(true);
    expect(isExact(compactLine(lineOf([1, 2, 3, 4, 5, 6, 7, 8]), 2))).toBe(false);
  });

  it("takes points that are all at one step", () => {
    const line = emptyLine();
    appendPoints(line, { firstIndex: 0, x: new Array(50).fill(7), values: new Array(50).fill(1) });
    expect(compactLine(line, 10).count).toEqual([50]);
  });
});

describe("lineFromSeries", () => {
  it("reads exact points as buckets of one", () => {
    const head = { form: "exact", runId: "r", key: "k", totalPoints: 3, nextIndex: 9 } as const;
    const line = lineFromSeries({ ...head, x: [0, 1, 1], values: [1, 0, 5] });
    expect([line.x, line.mean, line.count]).toEqual([
      [0, 1, 1],
      [1, 0, 5],
      [1, 1, 1],
    ]);
    expect([line.nextIndex, isExact(line)]).toEqual([9, true]);
  });

  it("reads buckets with null where there is no finite value", () => {
    const gappy = [1, null];
    const head = { form: "buckets", runId: "r", key: "k", totalPoints: 5, nextIndex: 5 } as const;
    const columns = { x: [0, 3], xEnd: [2, 4], count: [3, 0], nonFinite: [0, 2] };
    const line = lineFromSeries({
      ...head,
      ...columns,
      min: gappy,
      max: gappy,
      mean: gappy,
      first: gappy,
      last: gappy,
    });
    expect(line.mean).toEqual([1, Number.NaN]);
    expect(line.totalPoints).toBe(5);
  });
});

describe("spliceDetail", () => {
  it("replaces exactly the zoomed range of the overview", () => {
    const overview = compactLine(lineOf(Array.from({ length: 100 }, (_, i) => i)), 10);
    const detail = lineOf([40, 41, 42, 43], 40);
    const spliced = spliceDetail(overview, detail, { from: 40, to: 43 });
    expect(spliced.x).toEqual([...spliced.x].sort((a, b) => a - b));
    expect(spliced.x.filter((x) => x >= 40 && x <= 43)).toEqual([40, 41, 42, 43]);
    expect([spliced.x[0], spliced.xEnd.at(-1)]).toEqual([0, 99]);
    expect(spliced.totalPoints).toBe(4);
  });

  it("keeps the overview's ends when the range lies outside", () => {
    const overview = lineOf([1, 2, 3]);
    expect(spliceDetail(overview, emptyLine(), { from: 10, to: 20 }).x).toEqual([0, 1, 2]);
    expect(spliceDetail(overview, emptyLine(), { from: -20, to: -10 }).x).toEqual([0, 1, 2]);
  });
});
