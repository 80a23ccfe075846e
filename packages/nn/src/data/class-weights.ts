/** @file Weights for losses over classes of unequal size. */
import { TrainlogError } from "../error.ts";
import { tensorFromData } from "../tensor/from-data.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Dataset } from "./dataset.ts";
import { labelsOf } from "./dataset-views.ts";
import { checkLabels } from "./image-dataset.ts";
import { checkWhole } from "./options.ts";

/**
 * A weight per class that makes all classes count alike: examples / (classes · examples of the class), as scikit-learn's `"balanced"`. Classes without
 * examples get 0.
 *
 * @param labels - Class numbers, or a data set of classes.
 * @param classes - Number of classes. Default: of the data set's names, else the largest label plus 1.
 * @returns Shape `[classes]`, for a cross-entropy's class weights.
 * @throws TrainlogError `data/empty`, `data/bad-label`, `data/bad-target`, `data/bad-option`.
 */
export async function classWeights<const K extends number = number>(
  labels: Dataset | ArrayLike<number>,
  classes?: K,
): Promise<Tensor<readonly [K]>> {
  const isDataset = "readInto" in labels;
  const found = isDataset ? await labelsOf(labels) : labels;
  if (found.length === 0) throw new TrainlogError("data/empty", "classWeights: there are no labels");
  // Absent, it is any number, which is what `K` is then.
  const count = (classes ?? (isDataset ? labels.classNames?.length : undefined) ?? largest(found) + 1) as K;
  checkWhole("classWeights: classes", count, 1);
  checkLabels(found, count, "classWeights");
  const sizes = new Float64Array(count);
  for (let i = 0; i < found.length; i += 1) sizes[found[i] ?? 0] = (sizes[found[i] ?? 0] ?? 0) + 1;
  const weights = Float32Array.from(sizes, (size) => (size === 0 ? 0 : found.length / (count * size)));
  return tensorFromData(weights, [count], "float");
}

function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i += 1) most = Math.max(most, values[i] ?? 0);
  return most;
}
