import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  accuracy,
  type ConfusionMatrix,
  confusionStatistics,
  countConfusions,
  decodeConfusionMatrix,
  encodeConfusionMatrix,
} from "./confusion-matrix.ts";

const anySquare: fc.Arbitrary<ConfusionMatrix> = fc
  .nat(5)
  .chain((n) => fc.array(fc.array(fc.nat(100), { minLength: n, maxLength: n }), { minLength: n, maxLength: n }))
  .map((counts) => ({ counts }));

describe("the ConfusionMatrix codec", () => {
  it("is a bare array of rows and comes back", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.maxSafeNat())), (counts) => {
        const json: unknown = JSON.parse(JSON.stringify(encodeConfusionMatrix({ counts })));
        expect(json).toEqual(counts);
        expect(decodeConfusionMatrix(json)).toEqual({ counts });
      }),
    );
  });

  it("reads an object that holds the rows as counts", () => {
    expect(decodeConfusionMatrix({ counts: [[1]], labels: ["a"] })).toEqual({ counts: [[1]] });
  });

  it.each([
    [7, "counts: expected an array, got 7"],
    [{}, "counts: expected an array, got nothing"],
    [[1], "counts[0]: expected an array, got 1"],
    [[[1], [2, -3]], "counts[1][1]: expected a whole number of 0 or more, got -3"],
    [[[0.5]], "counts[0][0]: expected a whole number of 0 or more, got 0.5"],
    [[["1"]], 'counts[0][0]: expected a whole number of 0 or more, got "1"'],
    [[[2 ** 53]], "counts[0][0]: expected a whole number below 2^53, got 9007199254740992"],
  ])("refuses %j by name", (json, message) => {
    expect(() => decodeConfusionMatrix(json)).toThrow(expect.objectContaining({ code: "log/bad-field", message }));
  });
});

describe("confusionStatistics", () => {
  it("matches a worked example", () => {
    // 10 cats: 8 found; 5 dogs: 4 found.
    const { total, correct, accuracy, classes } = confusionStatistics({
      counts: [
        [8, 2],
        [1, 4],
      ],
    });
    expect({ total, correct, accuracy }).toEqual({ total: 15, correct: 12, accuracy: 0.8 });
    expect(classes[0]).toEqual({ support: 10, predicted: 9, precision: 8 / 9, recall: 0.8, f1: 16 / 19 });
    expect(classes[1]).toEqual({ support: 5, predicted: 6, precision: 4 / 6, recall: 0.8, f1: 8 / 11 });
  });

  it("keeps its laws on any square matrix", () => {
    fc.assert(
      fc.property(anySquare, (matrix) => {
        const { total, correct, classes } = confusionStatistics(matrix);
        expect(total).toBe(matrix.counts.flat().reduce((a, b) => a + b, 0));
        expect(classes.reduce((sum, { predicted }) => sum + predicted, 0)).toBe(total);
        expect(correct).toBeLessThanOrEqual(total);
        for (const { precision, recall, f1 } of classes) {
          const harmonic = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
          expect(f1).toBeCloseTo(harmonic, 12);
          expect(f1).toBeLessThanOrEqual(Math.max(precision, recall));
        }
      }),
    );
  });

  it("is 0 and not NaN where there is nothing to divide by", () => {
    expect(accuracy({ counts: [] })).toBe(0);
    expect(confusionStatistics({ counts: [[0]] }).classes[0]).toEqual({
      support: 0,
      predicted: 0,
      precision: 0,
      recall: 0,
      f1: 0,
    });
  });

  it("asks for a square", () => {
    expect(() => confusionStatistics({ counts: [[1, 2], [3]] })).toThrow(
      expect.objectContaining({
        code: "log/not-square",
        message: "confusion matrix: expected 2 counts in every row (it has 2 rows), counts[1] has 1",
      }),
    );
  });
});

describe("countConfusions", () => {
  it("counts every example once, in its cell", () => {
    expect(countConfusions([0, 0, 1], Int32Array.of(0, 1, 1), 2)).toEqual({
      counts: [
        [1, 1],
        [0, 1],
      ],
    });
  });

  it("refuses classes out of range and unequal lengths", () => {
    expect(() => countConfusions([0, 2], [0, 0], 2)).toThrow("truth[1]: expected a class from 0 to 1, got 2");
    expect(() => countConfusions([0], [-1], 2)).toThrow("predicted[0]: expected a class from 0 to 1, got -1");
    expect(() => countConfusions([0], [], 2)).toThrow(
      "expected one prediction per example, got 1 examples and 0 predictions",
    );
  });
});
