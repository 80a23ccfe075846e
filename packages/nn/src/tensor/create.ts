/**
 * @file Making tensors: from literals, from typed arrays, from rules.
 *
 * `NoInfer` in the results: only the option chooses the element type. Without it the compiler would take it from an annotation, and believe
 * `const x: Tensor<[2], "f64"> = zeros([2])`.
 */
import { describeValue, TrainlogError } from "../error.ts";
import { checkOptionNames } from "../options/check-options.ts";
import * as primitives from "../primitives/index.ts";
import type { Product } from "../shape/arithmetic.ts";
import { flattenNested, type LiteralShape } from "../shape/literal.ts";
import { checkShape, type Plain, type Shape, showShape, sizeOf } from "../shape/shape.ts";
import { type Check, type Checked, type ShapeError, type ShowShape, shapeError } from "../shape/shape-error.ts";
import { BYTES_PER_ELEMENT, type DType } from "./dtype.ts";
import type { NestedNumbers } from "./format.ts";
import { tensorFromData } from "./from-data.ts";
import type { AnyTensor, Tensor } from "./tensor.ts";

/** Typed arrays whose elements tensors can hold. */
export type NumberArray = Float32Array | Float64Array | Int32Array;

/** Options of whatever makes a tensor. */
export interface CreateOptions<D extends DType> {
  /** Element type. Default `"float"`; of a typed array, its own. */
  readonly dtype?: D;
}

/** The element type of data when none is asked for. */
export type DTypeOfData<T> = T extends Float64Array ? "f64" : T extends Int32Array ? "int32" : "float";

/** The shape of data: of nested arrays as they are nested, of a typed array one axis. */
export type DataShape<T> = T extends NumberArray ? [number] : LiteralShape<T>;

/**
 * A tensor of the given numbers.
 *
 * @param values - A number, nested arrays of numbers, or a typed array (one axis). The shape of a literal is known to the compiler; arrays of unknown
 *   length have sizes `number`.
 * @throws TrainlogError (as all that make tensors) `tensor/unknown-option`, `tensor/bad-option`; `tensor/ragged` naming the place where lengths differ (a compile error where literals allow), `tensor/bad-value` for what is not
 *   a number, and for fractions and numbers beyond ±2^31 in an int32 tensor.
 *
 * @example
 * tensor([0.25, -0.75]);                      // Tensor<[2]>
 * tensor([[1, 2], [3, 4]], { dtype: "f64" }); // Tensor<[2, 2], "f64">
 * tensor(3);                                  // Tensor<[]>
 */
export function tensor<const T extends NestedNumbers | NumberArray, D extends DType = DTypeOfData<T>>(
  values: T & Check<DataShape<T>>,
  options: CreateOptions<D> = {},
): Tensor<Checked<DataShape<T>>, NoInfer<D>> {
  const data: NestedNumbers | NumberArray = values;
  checkOptions("tensor", options);
  const dtype = options.dtype ?? dtypeOf(data);
  const made = isNumberArray(data) ? fromNumbers([data.length], data, dtype) : fromNested(data, dtype);
  // `DataShape` and `DTypeOfData` are the types of what was just read.
  return made as AnyTensor as Tensor<Checked<DataShape<T>>, D>;
}

function fromNested(nested: NestedNumbers, dtype: DType): AnyTensor {
  const { shape, values } = flattenNested(nested);
  return fromNumbers(shape, values, dtype);
}

function isNumberArray(data: unknown): data is NumberArray {
  return data instanceof Float32Array || data instanceof Float64Array || data instanceof Int32Array;
}

function dtypeOf(data: unknown): DType {
  return data instanceof Float64Array ? "f64" : data instanceof Int32Array ? "int32" : "float";
}

/**
 * A tensor of the given shape, of numbers in row-major order.
 *
 * @param shape - Sizes of the axes.
 * @param values - As many numbers as the shape has elements; copied.
 * @throws TrainlogError `shape/mismatch` when there are more or fewer (a compile error for literals), `tensor/bad-value` as {@link tensor},
 *   `shape/bad-size`.
 *
 * @example
 * tensorND([2], [0.25, -0.75]);                       // Tensor<[2]>
 * tensorND([2, 3], new Int32Array(6));                // Tensor<[2, 3], "int32">
 */
export function tensorND<
  const S extends Shape,
  const V extends readonly number[] | NumberArray,
  D extends DType = DTypeOfData<V>,
>(shape: S, values: V & Check<CountCheck<S, V>>, options: CreateOptions<D> = {}): Tensor<Plain<S>, NoInfer<D>> {
  const data: readonly number[] | NumberArray = values;
  checkOptions("tensorND", options);
  const count = sizeOf(checkShape(shape));
  if (data.length !== count) {
    throw shapeError(
      "tensorND: the number of values must fit the shape",
      `${count} for ${showShape(shape)}`,
      String(data.length),
    );
  }
  return fromNumbers(shape, data, options.dtype ?? dtypeOf(data)) as AnyTensor as Tensor<Plain<S>, D>;
}

type CountCheck<S extends Shape, V> = V extends readonly number[]
  ? number extends V["length"]
    ? S
    : number extends Product<S>
      ? S
      : V["length"] extends Product<S>
        ? S
        : ShapeError<
            "tensorND: the number of values must fit the shape",
            `${Product<S>} for ${ShowShape<S>}`,
            `${V["length"]}`
          >
  : S;

/** @internal A tensor with a checked copy of the values, which are as many as the shape has elements. */
export function fromNumbers(shape: Shape, values: ArrayLike<number>, dtype: DType): AnyTensor {
  const whole = dtype === "int32" && !(values instanceof Int32Array);
  for (let i = 0; i < values.length; i += 1) {
    const value: unknown = values[i];
    if (typeof value !== "number" || (whole && !isInt32(value))) throw badValue(value, i, dtype);
  }
  return tensorFromData(values, shape, dtype);
}

function isInt32(value: number): boolean {
  return (value | 0) === value;
}

function badValue(value: unknown, index: number, dtype: DType): TrainlogError {
  const wanted = dtype === "int32" ? "a whole number from -2^31 to 2^31 - 1, which int32 holds" : "a number";
  return new TrainlogError("tensor/bad-value", `value ${index} is ${describeValue(value)}, not ${wanted}`);
}

/** Refuses options that there are not, and element types that there are not. */
function checkOptions(call: string, options: CreateOptions<DType>, ...more: readonly string[]): void {
  checkOptionNames(call, options, ["dtype", ...more], { area: "tensor" });
  if (options.dtype === undefined || Object.hasOwn(BYTES_PER_ELEMENT, options.dtype)) return;
  const expected = Object.keys(BYTES_PER_ELEMENT).map((name) => `"${name}"`);
  throw new TrainlogError(
    "tensor/bad-option",
    `${call}: dtype must be ${expected.join(" or ")}, got ${describeValue(options.dtype)}`,
  );
}

/** The dtype asked for; its type says the same. */
function chosen<D extends DType>({ dtype }: CreateOptions<D>): D {
  // `D` is "float" where the option is left out.
  return dtype ?? ("float" as D);
}

/**
 * Zeros.
 *
 * @throws TrainlogError `shape/bad-size` (as `ones`, `full`).
 *
 * @example
 * zeros([2, 3]);                                   // Tensor<[2, 3]>
 * zeros(Shape.image(3, 32, 32), { dtype: "f64" });
 */
export function zeros<const S extends Shape, D extends DType = "float">(
  shape: S,
  options: CreateOptions<D> = {},
): Tensor<Plain<S>, NoInfer<D>> {
  return full(shape, 0, options);
}

/** Ones. */
export function ones<const S extends Shape, D extends DType = "float">(
  shape: S,
  options: CreateOptions<D> = {},
): Tensor<Plain<S>, NoInfer<D>> {
  return full(shape, 1, options);
}

/** The same number everywhere. */
export function full<const S extends Shape, D extends DType = "float">(
  shape: S,
  value: number,
  options: CreateOptions<D> = {},
): Tensor<Plain<S>, NoInfer<D>> {
  checkOptions("full", options);
  const dtype = chosen(options);
  if (dtype === "int32" && !isInt32(value)) throw badValue(value, 0, dtype);
  return primitives.fill(shape, value, dtype) as AnyTensor as Tensor<Plain<S>, D>;
}

/** Zeros in the shape and element type of another tensor. */
export function zerosLike<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return primitives.fill(x.shape, 0, x.dtype) as AnyTensor as Tensor<S, D>;
}

/** Ones in the shape and element type of another tensor. */
export function onesLike<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return primitives.fill(x.shape, 1, x.dtype) as AnyTensor as Tensor<S, D>;
}

/** The identity matrix, shape `[n, n]`; with `columns`, `[n, columns]`. */
export function eye<Rows extends number, Columns extends number = Rows, D extends DType = "float">(
  rows: Rows,
  options: CreateOptions<D> & { readonly columns?: Columns } = {},
): Tensor<[Rows, NoInfer<Columns>], NoInfer<D>> {
  checkOptions("eye", options, "columns");
  const shape = [rows, options.columns ?? rows];
  const row = primitives.iota(shape, 0, "int32");
  const column = primitives.iota(shape, 1, "int32");
  return primitives.cast(primitives.equal(row, column), chosen(options)) as AnyTensor as Tensor<[Rows, Columns], D>;
}

/**
 * `start, start + step, …` without `end`, as NumPy's `arange`; int32 unless asked otherwise when all three are whole.
 *
 * @param end - Given alone, the count goes from 0.
 * @returns Shape `[⌈(end − start) / step⌉]`; the size is known to the compiler for `arange(n)`.
 * @throws TrainlogError `tensor/bad-value` for a step of 0 and numbers that are not finite.
 *
 * @example
 * arange(4);                              // Tensor<[4], "int32">: 0, 1, 2, 3
 * arange(0, 1, { step: 0.25, dtype: "float" });
 */
export function arange<N extends number, D extends DType = "int32">(
  end: N,
  options?: ArangeOptions<D>,
): Tensor<[N], NoInfer<D>>;
export function arange<D extends DType = "int32">(
  start: number,
  end: number,
  options?: ArangeOptions<D>,
): Tensor<[number], NoInfer<D>>;
export function arange<D extends DType>(
  first: number,
  second?: number | ArangeOptions<D>,
  third?: ArangeOptions<D>,
): Tensor<[number], NoInfer<D>> {
  const [start, end, options] = typeof second === "number" ? [first, second, third] : [0, first, second];
  if (options !== undefined) checkOptions("arange", options, "step");
  const { step = 1, dtype = "int32" } = options ?? {};
  const length = Math.max(0, Math.ceil((end - start) / step));
  if (!Number.isSafeInteger(length)) {
    throw new TrainlogError(
      "tensor/bad-value",
      `arange: from ${start} to ${end} in steps of ${step} is not a finite list; numbers must be finite and the step not 0`,
    );
  }
  const values = Array.from({ length }, (_, i) => start + i * step);
  // `D` is "int32" where the option is left out.
  return fromNumbers([length], values, dtype) as AnyTensor as Tensor<[number], D>;
}

/** Options of {@link arange}. */
export interface ArangeOptions<D extends DType> extends CreateOptions<D> {
  /** Distance of neighbours; may be negative. Default 1. */
  readonly step?: number;
}

/**
 * `count` numbers from `start` to `end`, both included, equally far apart; computed in double precision.
 *
 * @throws TrainlogError `shape/bad-size`.
 *
 * @example
 * linspace(-1, 1, 5);   // Tensor<[5]>: -1, -0.5, 0, 0.5, 1
 */
export function linspace<N extends number, D extends DType = "float">(
  start: number,
  end: number,
  count: N,
  options: CreateOptions<D> = {},
): Tensor<[N], NoInfer<D>> {
  checkOptions("linspace", options);
  const [length] = checkShape([count]);
  const last = count - 1;
  // The far end is exact, whatever rounding does on the way.
  const values = Array.from({ length }, (_, i) =>
    i === last && i > 0 ? end : start + ((end - start) * i) / Math.max(last, 1),
  );
  return fromNumbers([length], values, chosen(options)) as AnyTensor as Tensor<[N], D>;
}
