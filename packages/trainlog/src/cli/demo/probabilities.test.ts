import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guesses, softmaxRows } from "./probabilities.ts";

describe("softmaxRows", () => {
  it("gives rows that sum to 1, whatever is added to all scores of a row", () => {
    const rows = fc.array(
      fc.tuple(fc.double({ min: -700, max: 700, noNaN: true }), fc.double({ min: -5, max: 5, noNaN: true })),
    );
    fc.assert(
      fc.property(rows, fc.double({ min: -1000, max: 1000, noNaN: true }), (scores, shift) => {
        const flat = scores.flatMap(([a, b]) => [a, a + b]);
        const shares = softmaxRows(flat, 2);
        const shifted = softmaxRows(
          flat.map((score) => score + shift),
          2,
        );
        for (let row = 0; row < scores.length; row++) {
          expect(shares[2 * row]! + shares[2 * row + 1]!).toBeCloseTo(1, 12);
          expect(shifted[2 * row]).toBeCloseTo(shares[2 * row]!, 9);
        }
      }),
    );
  });

  it("is the logistic function of the difference for two classes", () => {
    expect(softmaxRows([0, Math.log(3)], 2)[1]).toBeCloseTo(0.75, 12);
  });
});

it("guesses the class with the highest score of each row", () => {
  const answers = guesses([3, 1, 2, 0, 0, Math.log(2)], 3);
  expect(answers.map(({ label }) => label)).toEqual([0, 2]);
  expect(answers[1]!.probability).toBeCloseTo(0.5, 12);
});
