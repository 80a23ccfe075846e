/** @file `vjp` and `jvp`: products with the Jacobian, from the left and from the right. */
import { TrainlogError } from "../error.ts";
import { checkFunction } from "../options/check-function.ts";
import { fill } from "../primitives/index.ts";
import { sameShape, showShape } from "../shape/shape.ts";
import { shapeError } from "../shape/shape-error.ts";
import { flattenPack, mapPack, packLike, packTensors, type TensorPack } from "../tensor/pack.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { backward, type Seed } from "./backward.ts";
import { cotangentPack } from "./grad.ts";
import { closeLevel, openLevel, outermostScope, recordingOf } from "./level.ts";

/** What {@link vjp} gives. */
export interface Vjp<P, Out> {
  readonly value: Out;
  /** From a cotangent of `value` to the cotangent of the argument. Can be called again. */
  readonly pullback: (cotangent: Out) => P;
}

/**
 * Evaluates `fn` at `params` and returns, beside the value, its vector-Jacobian product (reverse mode).
 *
 * The intermediate values live as long as `pullback` does.
 *
 * @throws TrainlogError `tensor/not-a-function`; `grad/not-differentiable` for int32; from `pullback` `shape/mismatch`, `dtype/mismatch` for a cotangent unlike the value.
 *
 * @example
 * const { value, pullback } = vjp((x: Tensor<[3]>) => exp(x), x);
 * pullback(ones([3]));   // eˣ · 1
 */
export function vjp<P extends TensorPack, Out extends TensorPack>(fn: (params: P) => Out, params: P): Vjp<P, Out> {
  checkFunction("vjp", fn);
  const level = openLevel(packTensors(params));
  try {
    const value = fn(packLike(params, level.leaves));
    const recording = recordingOf(level);
    const pullback = (cotangent: Out): P =>
      cotangentPack(params, backward(seedsOf(value, cotangent, "cotangent"), recording));
    return { value, pullback };
  } finally {
    closeLevel(level);
  }
}

/** Pairs the tensors of a value with what is given for them. */
function seedsOf(value: TensorPack, given: TensorPack, what: string): Seed[] {
  const cotangents = flattenPack(given);
  return flattenPack(value).map(({ tensor, name }, i) => {
    const cotangent = cotangents[i]?.tensor;
    checkLike(cotangent, tensor, `the ${what}${name === "" ? "" : ` "${name}"`}`);
    return { tensor, cotangent };
  });
}

function checkLike(given: AnyTensor | undefined, like: AnyTensor, what: string): asserts given is AnyTensor {
  if (given === undefined || !sameShape(given.shape, like.shape)) {
    const got = given === undefined ? "none" : showShape(given.shape);
    throw shapeError(`${what} must have the shape of the value`, showShape(like.shape), got);
  }
  if (given.dtype === like.dtype) return;
  throw new TrainlogError(
    "dtype/mismatch",
    `${what} must have the dtype of the value: expected ${like.dtype}, got ${given.dtype}; use cast(x, "${like.dtype}")`,
  );
}

/** What {@link jvp} gives. */
export interface Jvp<Out> {
  readonly value: Out;
  /** How `value` changes along the tangent of the argument. */
  readonly tangent: Out;
}

/**
 * Evaluates `fn` at `params` and its Jacobian times `tangents` (forward mode).
 *
 * The vector-Jacobian product is linear in the cotangent u, and the Jacobian is the transpose of that linear map: jvp(t) = vjp of u ↦ vjp(u), at t. So no
 * operation needs a second rule.
 *
 * @param tangents - A pack like `params`.
 * @throws TrainlogError `tensor/not-a-function`, `grad/not-differentiable` for int32, `shape/mismatch`, `dtype/mismatch` for tangents unlike `params`.
 *
 * @example
 * jvp((x: Tensor<[]>) => sin(x), tensor(0), tensor(1)).tangent.item();   // cos 0 = 1
 */
export function jvp<P extends TensorPack, Out extends TensorPack>(
  fn: (params: P) => Out,
  params: P,
  tangents: P,
): Jvp<Out> {
  checkFunction("jvp", fn);
  seedsOf(params, tangents, "tangent");
  return outermostScope(() => {
    const { value, pullback } = vjp(fn, params);
    const zeros = mapPack(value, ({ shape, dtype }) => fill(shape, 0, dtype));
    return { value, tangent: vjp(pullback, zeros).pullback(tangents) };
  });
}
