/** @file A data set from tensors or nested arrays that are there already. */
import { describeValue, TrainlogError } from "../error.ts";
import { type Shape, showShape } from "../shape/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import type { NestedNumbers } from "../tensor/format.ts";
import { type AnyTensor, Tensor } from "../tensor/tensor.ts";
import { arrayDataset } from "./array-dataset.ts";
import type { BatchArray, Dataset } from "./dataset.ts";
import { newArray } from "./new-array.ts";
import { checkOptionNames } from "./options.ts";

/** Examples in one piece: a tensor with the batch axis first, or nested arrays. */
export type Examples = AnyTensor | readonly NestedNumbers[];

/** Shape of nested arrays: literal where the compiler knows the lengths. */
type NestedShape<X> = X extends number
  ? []
  : X extends readonly [infer First, ...unknown[]]
    ? [X["length"], ...NestedShape<First>]
    : X extends readonly (infer Item)[]
      ? [number, ...NestedShape<Item>]
      : Shape;

/** The shape without the batch axis. */
type WithoutBatch<S> = S extends readonly [number, ...infer Rest extends Shape] ? Rest : Shape;

/** Shape of one of several examples. */
export type ExampleShape<X> = X extends Tensor<infer S, DType> ? WithoutBatch<S> : WithoutBatch<NestedShape<X>>;

/** Element types for examples that come as nested arrays; tensors bring theirs. */
export interface TensorDatasetOptions {
  /** Default `"float"`; `"int32"` for tokens. */
  readonly inputDType?: DType;
  /** Default `"int32"` for targets of shape `[]`, which are class numbers, else `"float"`. */
  readonly targetDType?: DType;
  /** Names of the classes, when targets are class numbers. */
  readonly classNames?: readonly string[];
}

/** Numbers in one array, and how they are arranged. */
interface Arranged {
  readonly data: BatchArray;
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * A data set of examples that lie in memory.
 *
 * @param xs - Inputs, shape `[n, ...In]`.
 * @param ys - Targets, shape `[n, ...Out]`. Classes are whole numbers of shape `[n]`.
 * @returns A copy: the tensors may be disposed of afterwards.
 * @throws TrainlogError `data/no-batch-axis` for a scalar, `data/length-mismatch` when there are not as many inputs as targets, `data/ragged` naming the first
 *   place where nested arrays have different lengths, `data/bad-number` for what is no number (or no whole number where the dtype is int32),
 *   `data/unknown-option`.
 *
 * @example
 * const data = Data.tensorDataset([[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]);   // Dataset<[2], [1]>
 */
export function tensorDataset<const X extends Examples, const Y extends Examples>(
  xs: X,
  ys: Y,
  options: TensorDatasetOptions = {},
): Dataset<ExampleShape<X>, ExampleShape<Y>> {
  checkOptionNames("tensorDataset", options, ["inputDType", "targetDType", "classNames"]);
  const { classNames } = options;
  const inputs = arrange(xs, "xs", () => options.inputDType ?? "float");
  const targets = arrange(ys, "ys", (shape) => options.targetDType ?? (shape.length === 1 ? "int32" : "float"));
  checkSameCount(inputs.shape, targets.shape);
  const dataset: Dataset = arrayDataset(
    {
      inputs: inputs.data,
      inputShape: inputs.shape.slice(1),
      inputDType: inputs.dtype,
      targets: targets.data,
      targetShape: targets.shape.slice(1),
      targetDType: targets.dtype,
      ...(classNames === undefined ? {} : { classNames }),
    },
    "tensorDataset",
  );
  // The shapes were read off the values that the types are computed from.
  return dataset as Dataset<ExampleShape<X>, ExampleShape<Y>>;
}

function arrange(examples: Examples, name: string, dtypeOf: (shape: Shape) => DType): Arranged {
  if (examples instanceof Tensor) {
    if (examples.shape.length === 0) throw noBatchAxis(name, "a tensor of shape []");
    return { data: examples.data(), shape: examples.shape, dtype: examples.dtype };
  }
  if (!Array.isArray(examples)) throw noBatchAxis(name, describeValue(examples));
  const shape = shapeOfNested(examples);
  const dtype = dtypeOf(shape);
  const data = newArray(
    dtype,
    shape.reduce((product, length) => product * length, 1),
  );
  fillFrom(examples, shape, data, name);
  return { data, shape, dtype };
}

/** Lengths of the first array, its first array, and so on; `fillFrom` finds those that differ. */
function shapeOfNested(nested: NestedNumbers): number[] {
  if (typeof nested === "number" || !Array.isArray(nested)) return [];
  const [first] = nested;
  return first === undefined ? [0] : [nested.length, ...shapeOfNested(first)];
}

function fillFrom(nested: NestedNumbers, shape: Shape, data: BatchArray, name: string): void {
  let at = 0;
  const visit = (part: NestedNumbers, axis: number, place: string): void => {
    const length = shape[axis];
    if (length === undefined) {
      data[at] = checkNumber(part, data, place);
      at += 1;
    } else if (Array.isArray(part) && part.length === length) {
      part.forEach((inner: NestedNumbers, i) => {
        visit(inner, axis + 1, `${place}[${i}]`);
      });
    } else throw ragged(part, length, shape, place);
  };
  visit(nested, 0, name);
}

function checkNumber(value: NestedNumbers, data: BatchArray, place: string): number {
  const mayBeFraction = !(data instanceof Int32Array);
  if (typeof value === "number" && (mayBeFraction || value === (value | 0))) return value;
  throw new TrainlogError(
    "data/bad-number",
    `${place} is ${describeValue(value)}; it should be ${mayBeFraction ? "a number" : "a whole number (dtype int32: a class or token; write [[0.5], …] for targets of shape [1])"}`,
  );
}

function ragged(part: NestedNumbers, length: number, shape: Shape, place: string): TrainlogError {
  const found = Array.isArray(part) ? `has ${part.length} entries` : `is ${describeValue(part)}`;
  return new TrainlogError(
    "data/ragged",
    `${place} ${found}; from the entries before it, it should have ${length} (the whole has shape ${showShape(shape)})`,
  );
}

function noBatchAxis(name: string, found: string): TrainlogError {
  return new TrainlogError(
    "data/no-batch-axis",
    `${name} is ${found}; it holds the examples along its first axis: a tensor of shape [n, …] or an array of n examples`,
  );
}

function checkSameCount(inputs: Shape, targets: Shape): void {
  if (inputs[0] === targets[0]) return;
  throw new TrainlogError(
    "data/length-mismatch",
    `tensorDataset: xs has shape ${showShape(inputs)} and ys ${showShape(targets)}, so ${inputs[0]} inputs but ${targets[0]} targets`,
  );
}
