/** @file Fisher's irises, which the package carries. */
import { arrayDataset } from "../array-dataset.ts";
import type { Dataset } from "../dataset.ts";
import { subset } from "../dataset-views.ts";
import { checkOptionNames } from "../options.ts";
import { stratifiedSplitIndices } from "../split-indices.ts";

/** How to get the irises. */
export interface IrisOptions {
  /** Share of the flowers that are for testing. Default 0.2. */
  readonly testFraction?: number;
  /** Which ones they are. Default 0. */
  readonly seed?: number;
}

/** The irises in two parts. */
export interface Iris {
  readonly train: Dataset<readonly [4], readonly []>;
  readonly test: Dataset<readonly [4], readonly []>;
  readonly classNames: readonly string[];
  /** What the four numbers are. */
  readonly featureNames: readonly string[];
}

const CLASS_NAMES: readonly string[] = ["setosa", "versicolor", "virginica"];
const FEATURE_NAMES: readonly string[] = ["sepal length", "sepal width", "petal length", "petal width"];
const FLOWERS_PER_CLASS = 50;

/**
 * The 150 irises of R. A. Fisher (1936), 50 of each of three species: four lengths in centimetres, targets 0 to 2. The values are those of scikit-learn's
 * `load_iris`; from the UCI Machine Learning Repository, CC BY 4.0.
 *
 * Divided at random so that each species has the same share of both parts; by default 120 for training and 30 for testing.
 *
 * @throws TrainlogError `data/bad-option`, `data/unknown-option`.
 */
export async function iris(options: IrisOptions = {}): Promise<Iris> {
  checkOptionNames("iris", options, ["testFraction", "seed"]);
  const { testFraction = 0.2, seed = 0 } = options;
  const { inputs, labels } = await loadIris();
  const all = arrayDataset(
    {
      inputs,
      inputShape: [4] as const,
      inputDType: "float",
      targets: labels,
      targetShape: [] as const,
      targetDType: "int32",
      classNames: CLASS_NAMES,
    },
    "iris",
  );
  const parts = stratifiedSplitIndices(labels, testFraction, seed);
  return {
    train: subset(all, parts.train),
    test: subset(all, parts.test),
    classNames: CLASS_NAMES,
    featureNames: FEATURE_NAMES,
  };
}

/** Lengths in centimetres (shape `[150, 4]`) and species, in scikit-learn's order. */
export async function loadIris(): Promise<{ readonly inputs: Float64Array; readonly labels: Int32Array }> {
  const { IRIS_MILLIMETRES } = await import("../assets/iris.ts");
  const digitPairs = IRIS_MILLIMETRES.match(/\d\d/g) ?? [];
  const inputs = Float64Array.from(digitPairs, (millimetres) => Number(millimetres) / 10);
  const labels = Int32Array.from({ length: inputs.length / 4 }, (_, flower) => Math.floor(flower / FLOWERS_PER_CLASS));
  return { inputs, labels };
}
