/** @file `Data`: data sets, batches, and the files that they come from. */

export { type BatchLoaderOptions, batchLoader } from "./batch-loader.ts";
export { type Digits, type DigitsOptions, digits } from "./bundled/digits.ts";
export { type Iris, type IrisOptions, iris } from "./bundled/iris.ts";
export type { Batch, BatchArray, BatchLoader, Dataset, LoaderPosition } from "./dataset.ts";
export {
  concat,
  type Example,
  labelsOf,
  type MapOptions,
  map,
  type Split,
  type SplitOptions,
  split,
  subset,
  take,
} from "./dataset-views.ts";
export { decodeNpy, encodeNpy, type NpyOptions, readNpy, writeNpy } from "./npy/npy.ts";
export { decodeNpz, encodeNpz, type NpzOptions, readNpz, writeNpz } from "./npy/npz.ts";
export { regression2to1Grid, regression2to1Target } from "./synthetic/regression-grid.ts";
export { type ExampleShape, type Examples, type TensorDatasetOptions, tensorDataset } from "./tensor-dataset.ts";
