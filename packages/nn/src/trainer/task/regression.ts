/** @file Regression: mean squared error. */
import { abs, mean, meanSquaredError, sub } from "../../primitives/index.ts";
import type { Task } from "./task.ts";

/** Targets of the outputs' shape; loss = mean squared error over all elements, metric = mean absolute error. */
export const regression: Task = {
  name: "regression",
  isClassification: false,
  targetShape: (output) => output,
  loss: (outputs, targets) => meanSquaredError(outputs, targets),
  metrics: (outputs, targets) => ({ mae: mean(abs(sub(outputs, targets))) }),
};
