import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extremes, lastPoint, nearestIndex, type PlotOptions, plotModel } from "./plot-model.ts";
import { appendPoints, compactLine, emptyLine, type SeriesLine } from "./series-line.ts";

const RAW: PlotOptions = { smoothing: { kind: "time", weight: 0 }, logY: false };

function lineOf(x: readonly number[], values: readonly number[]): SeriesLine {
  const line = emptyLine();
  appendPoints(line, { firstIndex: 0, x, values });
  return line;
}

const counting = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe("plotModel", () => {
  it("shows every value between the ends of its axes", () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(values, fc.boolean(), (ys, logY) => {
        const { x, y, lines } = plotModel([{ id: "a", line: lineOf(counting(ys.length), ys) }], { ...RAW, logY });
        expect(x[0]).toBeLessThan(x[1]);
        expect(y[0]).toBeLessThan(y[1]);
        for (const value of Array.from(lines[0]!.raw)) {
          if (logY && value <= 0) continue;
          expect(y[0]).toBeLessThanOrEqual(value);
          expect(y[1]).toBeGreaterThanOrEqual(value);
        }
      }),
    );
  });

  it("counts the points in view, and how many drawn points stand for them", () => {
    const line = compactLine(lineOf(counting(1000), counting(1000)), 50);
    const all = plotModel([{ id: "a", line }], RAW);
    expect(all.totalPoints).toBe(1000);
    expect(all.shownPoints).toBe(line.x.length);
    expect(all.lines[0]?.banded).toBe(true);
    const zoomed = plotModel([{ id: "a", line }], { ...RAW, zoom: { from: 0, to: 99 } });
    expect(zoomed.totalPoints).toBeLessThan(150);
    expect(zoomed.y[1]).toBeLessThan(200);
  });

  it("says how many values a chart cannot place", () => {
    const line = lineOf([0, 1, 2], [1, Number.NaN, Number.POSITIVE_INFINITY]);
    expect(plotModel([{ id: "a", line }], RAW).nonFinitePoints).toBe(2);
  });

  it("keeps an axis of positive values at zero, and makes room around a constant", () => {
    expect(plotModel([{ id: "a", line: lineOf([0, 1], [0.01, 10]) }], RAW).y[0]).toBe(0);
    expect(plotModel([{ id: "a", line: lineOf([5], [3]) }], RAW)).toMatchObject({ x: [4.5, 5.5], y: [2.7, 3.3] });
    expect(plotModel([], RAW)).toMatchObject({ x: [0, 1], y: [0, 1] });
  });
});

describe("what a chart can do beside its lines", () => {
  it("leaves the tails out of the axis when outliers are ignored, and no line", () => {
    const values = counting(100).map((i) => (i === 50 ? 1e6 : i % 10));
    const line = lineOf(counting(100), values);
    expect(plotModel([{ id: "a", line }], RAW).y[1]).toBeGreaterThan(1e6);
    const calm = plotModel([{ id: "a", line }], { ...RAW, ignoreOutliers: true });
    expect(calm.y[1]).toBeLessThan(11);
    expect(calm.lines[0]?.raw[50]).toBe(1e6);
  });

  it("begins a log axis of x above zero", () => {
    const line = lineOf([0, 1, 10, 100], [1, 2, 3, 4]);
    expect(plotModel([{ id: "a", line }], { ...RAW, logX: true })).toMatchObject({ x: [1, 100], logX: true });
    const zoomed = plotModel([{ id: "a", line }], { ...RAW, logX: true, zoom: { from: 0, to: 50 } });
    expect(zoomed.x).toEqual([1, 50]);
    expect(plotModel([], { ...RAW, logX: true }).x).toEqual([1, 10]);
  });

  it("marks the best value by the goal, and where values are no numbers", () => {
    const line = lineOf([0, 1, 2, 3, 4], [3, 1, Number.NaN, 1, 5]);
    expect(plotModel([{ id: "a", line }], { ...RAW, goal: "min" }).lines[0]?.best).toEqual({ x: 1, value: 1 });
    const model = plotModel([{ id: "a", line }], { ...RAW, goal: "max" });
    expect(model.lines[0]).toMatchObject({ best: { x: 4, value: 5 }, nonFiniteX: [2] });
    expect(plotModel([{ id: "a", line }], RAW).lines[0]?.best).toBeUndefined();
  });

  it("counts the points of a group's members, not of its mean", () => {
    const members = [lineOf([0, 1], [1, 2]), lineOf([0, 1, 2], [3, 4, 5])];
    const model = plotModel([{ id: "g", line: lineOf([0, 1, 2], [2, 3, 5]), members }], RAW);
    expect(model).toMatchObject({ totalPoints: 5, lines: [{ isGroup: true, banded: true }] });
  });
});

describe("nearestIndex", () => {
  it("finds what a walk over all points finds", () => {
    const xs = fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 30 });
    fc.assert(
      fc.property(xs, fc.double({ min: -60, max: 60, noNaN: true }), (unsorted, at) => {
        const x = unsorted.sort((a, b) => a - b);
        const found = nearestIndex(x, at);
        if (x.length === 0) expect(found).toBe(-1);
        else expect(Math.abs(x[found]! - at)).toBe(Math.min(...x.map((value) => Math.abs(value - at))));
      }),
    );
  });
});

it("names the last point and the extremes", () => {
  const line = lineOf([1, 2, 3], [5, -1, Number.NaN]);
  expect(lastPoint(line)).toEqual({ x: 3, value: Number.NaN });
  expect(extremes(line)).toEqual([-1, 5]);
  expect([lastPoint(emptyLine()), extremes(emptyLine())]).toEqual([undefined, undefined]);
});
