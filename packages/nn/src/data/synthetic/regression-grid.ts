/** @file The grid of the first example: two inputs, one output, an exact function that a small network with ReLU can represent. */
import { describeValue, TrainlogError } from "../../error.ts";
import { arrayDataset } from "../array-dataset.ts";
import type { Dataset } from "../dataset.ts";
import { checkOptionNames } from "../options.ts";

const relu = (x: number): number => Math.max(x, 0);

/** The function of the grid: 0.8·relu(x₁ + x₂) − 0.4·relu(x₂ − x₁) + 0.2. */
export function regression2to1Target(x1: number, x2: number): number {
  return 0.8 * relu(x1 + x2) - 0.4 * relu(x2 - x1) + 0.2;
}

/**
 * Points of a square grid over [−1, 1]² with the values of {@link regression2to1Target}, in rows from (−1, −1) on, x₂ fastest.
 *
 * @param options.n - Number of points, a square of at least 4. Default 25: 5 × 5.
 * @throws TrainlogError `data/bad-option` when `n` is no square, `data/unknown-option`.
 */
export function regression2to1Grid(options: { readonly n?: number } = {}): Dataset<readonly [2], readonly [1]> {
  checkOptionNames("regression2to1Grid", options, ["n"]);
  const { n = 25 } = options;
  const side = Math.sqrt(n);
  if (!Number.isInteger(side) || side < 2) {
    throw new TrainlogError(
      "data/bad-option",
      `regression2to1Grid: n points make a square grid, so n is 4, 9, 16, 25, …; got ${describeValue(n)}`,
    );
  }
  const coordinate = (step: number): number => -1 + (2 * step) / (side - 1);
  const points = Array.from({ length: n }, (_, i) => [coordinate(Math.floor(i / side)), coordinate(i % side)] as const);
  return arrayDataset(
    {
      inputs: Float64Array.from(points.flat()),
      inputShape: [2] as const,
      inputDType: "float",
      targets: Float64Array.from(points, ([x1, x2]) => regression2to1Target(x1, x2)),
      targetShape: [1] as const,
      targetDType: "float",
    },
    "regression2to1Grid",
  );
}
