/** @file `grad` and `valueAndGrad`: gradients of scalar functions. */
import { describeValue, TrainlogError } from "../error.ts";
import { checkFunction } from "../options/check-function.ts";
import { fill } from "../primitives/index.ts";
import { showShape } from "../shape/shape.ts";
import { type FloatDType, isFloat } from "../tensor/dtype.ts";
import { packLike, packTensors, type TensorPack } from "../tensor/pack.ts";
import { type AnyTensor, Tensor } from "../tensor/tensor.ts";
import { closeLevel, openLevel, outermostScope, pullBack } from "./level.ts";

/** A scalar result, which is what `grad` differentiates. */
export type Scalar = Tensor<readonly [], FloatDType>;

/** What {@link valueAndGrad} gives. */
export interface ValueAndGrad<P, Aux = undefined> {
  /** The function's result, shape `[]`. */
  readonly value: Scalar;
  /** Gradient of `value` by the first argument: a pack of the same structure and shapes. */
  readonly grad: P;
  /** What the function returned beside the value: of {@link valueGradAux} only. */
  readonly aux: Aux;
}

/**
 * The function that computes a scalar function's value and its gradient by the first argument.
 *
 * To differentiate by several arguments make them one pack: `(p: { w: Tensor<[2]>; b: Tensor<[]> }) => …`, or an array.
 *
 * @param fn - From a pack of float tensors (and further arguments) to a scalar.
 * @throws TrainlogError `tensor/not-a-function`; when called `grad/not-scalar`, `grad/not-differentiable`.
 *
 * @example
 * const { value, grad } = valueAndGrad((w: Tensor<[2]>) => sum(mul(w, w)))(tensor([1, 2]));   // 5, [2, 4]
 */
export function valueAndGrad<P extends TensorPack, Rest extends readonly unknown[]>(
  fn: (params: P, ...rest: Rest) => Scalar,
): (params: P, ...rest: Rest) => ValueAndGrad<P> {
  checkFunction("valueAndGrad", fn);
  return valueGradAux((params: P, ...rest: Rest) => ({ value: fn(params, ...rest), aux: undefined }));
}

/**
 * As {@link valueAndGrad}, for a function that returns something beside the scalar: tensors of `aux` outlive the call.
 *
 * @example
 * const { grad, aux } = valueGradAux((w: Tensor<[2]>) => ({ value: sum(w), aux: { norm: sqrt(sum(mul(w, w))) } }))(w);
 */
export function valueGradAux<P extends TensorPack, Rest extends readonly unknown[], Aux>(
  fn: (params: P, ...rest: Rest) => { readonly value: Scalar; readonly aux: Aux },
): (params: P, ...rest: Rest) => ValueAndGrad<P, Aux> {
  checkFunction("valueGradAux", fn);
  return (params, ...rest) => outermostScope(() => differentiate((tracked) => fn(tracked, ...rest), params));
}

/** @internal {@link valueGradAux} at once, and without a scope of its own: for steps that have one. */
export function differentiate<P extends TensorPack, Aux>(
  fn: (params: P) => { readonly value: Scalar; readonly aux: Aux },
  params: P,
): ValueAndGrad<P, Aux> {
  const level = openLevel(packTensors(params));
  try {
    const { value, aux } = fn(packLike(params, level.leaves));
    checkScalar(value);
    const cotangents = pullBack(level, [{ tensor: value, cotangent: fill([], 1, value.dtype) }]);
    return { value, grad: cotangentPack(params, cotangents), aux };
  } finally {
    closeLevel(level);
  }
}

/**
 * The gradient of a scalar function by its first argument.
 *
 * @throws TrainlogError as {@link valueAndGrad}.
 *
 * @example
 * grad((x: Tensor<[]>) => mul(x, mul(x, x)))(tensor(2)).item();   // 12
 */
export function grad<P extends TensorPack, Rest extends readonly unknown[]>(
  fn: (params: P, ...rest: Rest) => Scalar,
): (params: P, ...rest: Rest) => P {
  checkFunction("grad", fn);
  const both = valueAndGrad(fn);
  return (params, ...rest) => outermostScope(() => both(params, ...rest).grad);
}

function checkScalar(value: unknown): void {
  if (value instanceof Tensor && value.shape.length === 0 && isFloat(value.dtype)) return;
  throw new TrainlogError(
    "grad/not-scalar",
    `grad differentiates a function that returns a scalar (shape [], a float dtype); this one returned ` +
      `${value instanceof Tensor ? `shape ${showShape(value.shape)}, dtype ${value.dtype}` : describeValue(value)}. Reduce it with sum or mean, or use vjp`,
  );
}

/** @internal Cotangents as a pack like `params`; zeros where there are none. */
export function cotangentPack<P extends TensorPack>(params: P, cotangents: readonly (AnyTensor | undefined)[]): P {
  const tensors = packTensors(params).map(({ shape, dtype }, i) => cotangents[i] ?? fill(shape, 0, dtype));
  return packLike(params, tensors);
}
