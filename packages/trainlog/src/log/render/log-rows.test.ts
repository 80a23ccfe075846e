import { describe, expect, it } from "vitest";
import { type TrainLog, trainLog } from "../train-log.ts";
import { logRows } from "./log-rows.ts";

function logOf(steps: number[], ...columns: number[][]): TrainLog {
  return trainLog({ steps, series: columns.map((values, i) => ({ name: `s${i}`, values, color: "red" })) });
}

describe("logRows", () => {
  it("uses the steps when there is one per row", () => {
    expect(logRows(logOf([10, 20], [1, 2], [3, 4]))).toEqual({
      rowCount: 2,
      xs: [10, 20],
      hasSteps: true,
      warnings: [],
    });
  });

  it("uses the index without a word when there are no steps", () => {
    expect(logRows(logOf([], [1, 2]))).toEqual({ rowCount: 2, xs: [0, 1], hasSteps: false, warnings: [] });
  });

  it("warns as upstream when the number of steps is another one", () => {
    expect(logRows(logOf([10], [1, 2]))).toEqual({
      rowCount: 2,
      xs: [0, 1],
      hasSteps: false,
      warnings: ["steps length mismatch"],
    });
  });

  it("counts the shortest series, and says what is not drawn", () => {
    expect(logRows(logOf([10, 20], [1, 2], [1, 2, 3]))).toMatchObject({
      rowCount: 2,
      hasSteps: true,
      warnings: ["series lengths differ: the first 2 values of each are drawn"],
    });
    expect(logRows(logOf([], [1, 2], [1, 2, 3]))).toMatchObject({
      rowCount: 2,
      xs: [0, 1, 2],
      warnings: ["series lengths differ"],
    });
  });

  it("has no rows and no warning without series", () => {
    expect(logRows(logOf([1, 2]))).toEqual({ rowCount: 0, xs: [], hasSteps: false, warnings: [] });
  });
});
