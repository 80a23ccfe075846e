import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSparse, layPolyline } from "./polyline.ts";

const identity = { x: (row: number): number => row, y: (value: number): number => value };
const ys = (values: readonly number[], bridgeNaN = false): number[][] =>
  layPolyline(values, values.length, identity, { bridgeNaN }).segments.map((segment) =>
    segment.map((point) => point.y),
  );

describe("layPolyline", () => {
  it("ends a stretch at NaN and at infinities, which become marks", () => {
    const values = [1, 2, Number.NaN, 3, Infinity, 4, 5, -Infinity];
    expect(ys(values)).toEqual([[1, 2], [3], [4, 5]]);
    const { upMarks, downMarks } = layPolyline(values, values.length, identity);
    expect([upMarks, downMarks]).toEqual([[4], [7]]);
  });

  it("draws on across NaN when asked, but not across an infinity", () => {
    expect(ys([1, Number.NaN, 2, Infinity, 3], true)).toEqual([[1, 2], [3]]);
  });

  it("draws no more than the given rows", () => {
    expect(layPolyline([1, 2, 3], 2, identity).segments[0]).toHaveLength(2);
  });

  it("keeps first, lowest, highest and last of each pixel column, in order", () => {
    const values = [5, 1, 9, 4, 6];
    const squeezed = layPolyline(values, 5, { x: () => 0, y: (value) => value });
    expect(squeezed.segments.map((segment) => segment.map((point) => point.y))).toEqual([[5, 1, 9, 6]]);
  });

  it("keeps every column's extremes, at no more than four points a column", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 300 }),
        (values) => {
          const columns = 10;
          const column = (row: number): number => Math.floor((row * columns) / values.length);
          const points = layPolyline(values, values.length, {
            x: (row) => (row * columns) / values.length,
            y: (value) => value,
          }).segments.flat();
          expect(points.length).toBeLessThanOrEqual(4 * columns);
          for (let at = 0; at < columns; at++) {
            const inColumn = values.filter((_, row) => column(row) === at);
            if (inColumn.length === 0) continue;
            const drawn = points.filter((point) => Math.floor(point.x) === at).map((point) => point.y);
            expect([Math.min(...drawn), Math.max(...drawn), drawn[0], drawn.at(-1)]).toEqual([
              Math.min(...inColumn),
              Math.max(...inColumn),
              inColumn[0],
              inColumn.at(-1),
            ]);
          }
        },
      ),
    );
  });
});

describe("isSparse", () => {
  it.each([
    ["every tenth step", Array.from({ length: 50 }, (_, i) => (i % 10 === 0 ? i : Number.NaN)), true],
    ["every step with one gap", [1, 2, Number.NaN, 3, 4], false],
    ["one value", [Number.NaN, 1, Number.NaN], false],
    ["nothing", [Number.NaN], false],
  ])("%s: %s", (_, values, expected) => {
    expect(isSparse(values)).toBe(expected);
  });
});
