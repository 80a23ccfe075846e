/** @file The check of metrics: what a task or a loss of the user's own gives beside the loss. */
import { describeValue, TrainlogError } from "../../error.ts";
import { showShape } from "../../shape/shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Metrics } from "../task/task.ts";

/**
 * The metrics, if each is one number in a tensor.
 *
 * @throws TrainlogError `trainer/bad-metric` naming the first that is not.
 */
export function checkMetrics(metrics: Metrics): Metrics {
  for (const [name, value] of Object.entries<unknown>(metrics)) {
    if (value instanceof Tensor && value.shape.length === 0) continue;
    const got = value instanceof Tensor ? `shape ${showShape(value.shape)}` : describeValue(value);
    throw new TrainlogError(
      "trainer/bad-metric",
      `the metric ${describeValue(name)} must be one number for the batch (a tensor of shape []), got ${got}; reduce it with mean(…)`,
    );
  }
  return metrics;
}
