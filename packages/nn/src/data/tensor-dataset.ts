/** @file A data set from tensors or nested arrays that are there already. */
import { describeValue, TrainlogError } from "../error.ts";
import { type FlatLiteral, flattenNested, type LiteralShape } from "../shape/literal.ts";
import { type Shape, showShape } from "../shape/shape.ts";
import type { Check } from "../shape/shape-error.ts";
import type { DType } from "../tensor/dtype.ts";
import type { NestedNumbers } from "../tensor/format.ts";
import { newArray } from "../tensor/from-data.ts";
import { type AnyTensor, Tensor } from "../tensor/tensor.ts";
import { arrayDataset } from "./array-dataset.ts";
import type { BatchArray, Dataset } from "./dataset.ts";
import { checkOptionNames } from "./options.ts";

/** Examples in one piece: a tensor with the batch axis first, or nested arrays. */
export type Examples = AnyTensor | readonly NestedNumbers[];

/** The shape without the batch axis. */
type WithoutBatch<S> = S extends readonly [number, ...infer Rest extends Shape] ? Rest : Shape;

/** Shape of all examples together; an error type for a ragged literal. */
type AllShape<X> = X extends Tensor<infer S, DType> ? S : LiteralShape<X>;

/** Shape of one of several examples. */
export type ExampleShape<X> = WithoutBatch<AllShape<X>>;

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
 * @throws TrainlogError `data/no-batch-axis` for a scalar, `data/length-mismatch` when there are not as many inputs as targets, `tensor/ragged` naming
 *   the place where nested arrays have different lengths (a compile error where literals allow), `tensor/bad-value` for what is no number, or no whole
 *   number where the dtype is int32; `data/unknown-option`.
 *
 * @example
 * const data = Data.tensorDataset([[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]);   // Dataset<[2], [1]>
 */
export function tensorDataset<const X extends Examples, const Y extends Examples>(
  xs: X & Check<AllShape<X>>,
  ys: Y & Check<AllShape<Y>>,
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
  const { shape, values } = flatten(examples, name);
  const dtype = dtypeOf(shape);
  const data = newArray(dtype, values.length);
  data.set(values);
  if (dtype === "int32") checkWhole(values, shape, name);
  return { data, shape, dtype };
}

/** Nested arrays in row-major order; errors name the argument. */
function flatten(examples: readonly NestedNumbers[], name: string): FlatLiteral {
  try {
    return flattenNested(examples);
  } catch (cause) {
    if (!(cause instanceof TrainlogError)) throw cause;
    throw new TrainlogError(cause.code, cause.message.replace(/^tensor:/, `tensorDataset: ${name}:`), { cause });
  }
}

function checkWhole(values: readonly number[], shape: Shape, name: string): void {
  const at = values.findIndex((value) => value !== (value | 0));
  if (at < 0) return;
  const hint = shape.length === 1 ? "; targets of shape [] are class numbers, write [[0.5], …] for numbers" : "";
  throw new TrainlogError(
    "tensor/bad-value",
    `tensorDataset: ${name}: element ${at} is ${values[at]}; with dtype int32 it should be a whole number${hint}`,
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
