import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupLine } from "./group-line.ts";
import { appendPoints, compactLine, emptyLine, type SeriesLine } from "./series-line.ts";

function lineOf(x: readonly number[], values: readonly number[]): SeriesLine {
  const line = emptyLine();
  appendPoints(line, { firstIndex: 0, x, values });
  return line;
}

const steps = fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 40 });
const anyLine = steps.chain((unsorted) => {
  const x = unsorted.sort((a, b) => a - b);
  const value = fc.double({ min: -1000, max: 1000, noNaN: true });
  return fc.array(value, { minLength: x.length, maxLength: x.length }).map((values) => lineOf(x, values));
});

describe("groupLine", () => {
  it("counts every run wherever it has points", () => {
    fc.assert(
      fc.property(fc.array(anyLine, { minLength: 1, maxLength: 6 }), (lines) => {
        const group = groupLine(lines, "range");
        for (const [i, x] of group.x.entries()) {
          const there = lines.filter((line) => line.x[0]! <= x && x <= line.x.at(-1)!);
          expect(group.count[i]).toBe(there.length);
        }
        expect(group.totalPoints).toBe(lines.reduce((sum, line) => sum + line.totalPoints, 0));
      }),
    );
  });

  it("keeps the mean inside the band, whatever the band means", () => {
    fc.assert(
      fc.property(
        fc.array(anyLine, { minLength: 1, maxLength: 6 }),
        fc.constantFrom("range", "std", "ci"),
        (lines, band) => {
          const group = groupLine(lines, band);
          for (let i = 0; i < group.x.length; i++) {
            expect(group.min[i]).toBeLessThanOrEqual(group.mean[i]! + 1e-9);
            expect(group.max[i]).toBeGreaterThanOrEqual(group.mean[i]! - 1e-9);
          }
        },
      ),
    );
  });

  it("is the run itself when the group has one", () => {
    const group = groupLine([lineOf([0, 5, 9], [1, 2, 4])], "ci");
    expect(group).toMatchObject({ x: [0, 5, 9], mean: [1, 2, 4], min: [1, 2, 4], max: [1, 2, 4] });
  });

  it("gives mean, standard deviation and confidence interval as statistics books do", () => {
    const lines = [2, 4, 4, 4, 5, 5, 7, 9].map((value) => lineOf([0], [value]));
    expect(groupLine(lines, "range")).toMatchObject({ mean: [5], min: [2], max: [9] });
    // Squares around the mean: 32; 32 / 7 = 4.571…
    expect(groupLine(lines, "std").max[0]).toBeCloseTo(5 + 2.13809, 5);
    // t(0.975, 7) = 2.364624 of 2.13809 / √8
    expect(groupLine(lines, "ci").max[0]).toBeCloseTo(5 + 1.78749, 4);
    const many = Array.from({ length: 41 }, (_, i) => lineOf([0], [i - 20]));
    // t(0.975, 40) = 2.021075; deviation √(41 · 42 / 12) = 11.979149
    expect(groupLine(many, "ci").max[0]).toBeCloseTo((2.021075 * 11.979149) / Math.sqrt(41), 3);
  });

  it("interpolates between the points of runs that log at other steps, and goes no further than they do", () => {
    const group = groupLine([lineOf([0, 10], [0, 10]), lineOf([5, 20], [7, 7])], "range");
    expect(group.x).toEqual([0, 5, 10, 20]);
    expect(group.mean).toEqual([0, 6, 8.5, 7]);
    expect(group.count).toEqual([1, 2, 2, 1]);
  });

  it("bounds the places of many long runs without leaving one out", () => {
    const lines = Array.from({ length: 5 }, (_, run) => {
      const x = Array.from({ length: 2000 }, (_, i) => i * 5 + run);
      return lineOf(
        x,
        x.map(() => run),
      );
    });
    const group = groupLine(
      lines.map((line) => compactLine(line, 900)),
      "range",
    );
    expect(group.x.length).toBeLessThanOrEqual(600);
    expect(group.count[300]).toBe(5);
    expect(group.mean[300]).toBeCloseTo(2, 9);
  });

  it("leaves values that are no numbers out", () => {
    expect(groupLine([lineOf([0, 1, 2], [1, Number.NaN, 3]), lineOf([], [])], "std").mean).toEqual([1, 3]);
    expect(groupLine([], "range").x).toEqual([]);
  });
});
