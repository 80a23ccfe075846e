/**
 * @file Transforms of functions of tensors: `grad`, `valueAndGrad`, `vjp`, `jvp`, `stopGradient`.
 *
 * They take functions and give functions; no tensor carries a gradient. They nest, and they work inside compiled functions.
 */
import type { Buffer } from "../engine/buffer.ts";
import { withScope } from "../engine/engine.ts";
import { describeValue, TrainlogError } from "../error.ts";
import { fill } from "../primitives/create.ts";
import { type Shape, sameShape, showShape } from "../shape/shape.ts";
import { type DType, type FloatDType, isFloat } from "../tensor/dtype.ts";
import { flattenPack, mapPack, type TensorPack } from "../tensor/pack.ts";
import { type AnyTensor, Tensor } from "../tensor/tensor.ts";
import { backward } from "./backward.ts";
import { type TapeNode, tape } from "./tape.ts";

/** A scalar result, which is what `grad` differentiates. */
export type Scalar = Tensor<readonly [], FloatDType>;

/** @internal The buffers of a pack's tensors (of any nested plain data that holds tensors), for scopes. A list and not a generator: every step runs it. */
export function buffersOf(value: unknown, found: Buffer[] = []): Buffer[] {
  if (value instanceof Tensor) {
    if (!("op" in value.value)) found.push(value.value);
  } else if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) buffersOf(inner, found);
  }
  return found;
}

/**
 * Runs `fn` and frees every tensor that it makes and does not return.
 *
 * @example
 * const norm = scope(() => sqrt(sum(mul(x, x))));   // the square and the sum are freed here
 */
export function scope<T>(fn: () => T): T {
  return withScope(fn, (result) => buffersOf(result));
}

/** The same value, through which no gradient flows. */
export function stopGradient<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return new Tensor(x.value, x.shape, x.dtype);
}

/** The inputs of a function as leaves of a new level of the tape. */
interface Level<P> {
  readonly level: number;
  readonly first: number;
  readonly leaves: readonly TapeNode[];
  readonly tracked: P;
}

function openLevel<P extends TensorPack>(params: P): Level<P> {
  tape.level += 1;
  const { level } = tape;
  const first = tape.nodes.length;
  const leaves: TapeNode[] = [];
  const tracked = mapPack(params, (tensor) => {
    if (!isFloat(tensor.dtype)) throw notDifferentiable(tensor);
    const output = new Tensor(tensor.value, tensor.shape, tensor.dtype);
    const node: TapeNode = {
      index: tape.nodes.length,
      level,
      primitive: undefined,
      inputs: [tensor],
      attributes: undefined,
      output,
    };
    output.node = node;
    tape.nodes.push(node);
    leaves.push(node);
    return output;
  });
  return { level, first, leaves, tracked };
}

function notDifferentiable(tensor: AnyTensor): TrainlogError {
  return new TrainlogError(
    "grad/not-differentiable",
    `a tensor of shape ${showShape(tensor.shape)} has dtype int32, through which no gradient flows; pass it as a later argument, only the first is differentiated`,
  );
}

function closeLevel(first: number): void {
  tape.level -= 1;
  // An enclosing transform still needs what was recorded here: its own walk passes over it.
  if (tape.level === 0) tape.nodes.length = first;
}

/** Runs `fn` unrecorded when no enclosing transform wants to differentiate it. */
function backwardPass<T>(fn: () => T): T {
  if (tape.level > 1) return fn();
  const before = tape.recording;
  tape.recording = false;
  try {
    return fn();
  } finally {
    tape.recording = before;
  }
}

/** In the outermost transform: frees what `fn` makes and does not return. Inside of another one everything stays for its backward pass. */
function outermostScope<T>(fn: () => T): T {
  return tape.level === 0 ? withScope(fn, (result) => buffersOf(result)) : fn();
}

function checkScalar(value: AnyTensor): void {
  if (value instanceof Tensor && value.shape.length === 0 && isFloat(value.dtype)) return;
  throw new TrainlogError(
    "grad/not-scalar",
    `grad differentiates a function that returns a scalar (shape [], a float dtype); this one returned ` +
      `${value instanceof Tensor ? `shape ${showShape(value.shape)}, dtype ${value.dtype}` : describeValue(value)}. Reduce it with sum or mean, or use vjp`,
  );
}

/** What {@link valueAndGrad} gives. */
export interface ValueAndGrad<P, Aux = undefined> {
  /** The function's result, shape `[]`. */
  readonly value: Scalar;
  /** Gradient of `value` by the first argument: a pack of the same structure and shapes. */
  readonly grad: P;
  /** What the function returned beside the value, with `hasAux`. */
  readonly aux: Aux;
}

/**
 * The function that computes a scalar function's value and its gradient by the first argument.
 *
 * @param fn - From a pack of float tensors (and further arguments) to a scalar.
 * @throws TrainlogError (when called) `grad/not-scalar`, `grad/not-differentiable`.
 *
 * @example
 * const { value, grad } = valueAndGrad((w: Tensor<[2]>) => sum(mul(w, w)))(tensor([1, 2]));   // 5, [2, 4]
 */
export function valueAndGrad<P extends TensorPack, Rest extends readonly unknown[]>(
  fn: (params: P, ...rest: Rest) => Scalar,
): (params: P, ...rest: Rest) => ValueAndGrad<P> {
  const inner = valueGradAux((params: P, ...rest: Rest) => ({ value: fn(params, ...rest), aux: undefined }));
  return inner;
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
  return (params, ...rest) =>
    outermostScope(() => {
      const { level, first, leaves, tracked } = openLevel(params);
      try {
        const { value, aux } = fn(tracked, ...rest);
        checkScalar(value);
        const grads = backwardPass(() => {
          const seeds = [{ tensor: value, cotangent: fill([], 1, value.dtype) }];
          const found = backward(seeds, { nodes: tape.nodes.slice(first), first, level, leaves });
          return mapPack(params, (tensor, _, i) => found[i] ?? fill(tensor.shape, 0, tensor.dtype));
        });
        return { value, grad: grads, aux };
      } finally {
        closeLevel(first);
      }
    });
}

/**
 * The gradient of a scalar function by its first argument.
 *
 * @throws TrainlogError (when called) as {@link valueAndGrad}.
 *
 * @example
 * grad((x: Tensor<[]>) => mul(x, mul(x, x)))(tensor(2)).item();   // 12
 */
export function grad<P extends TensorPack, Rest extends readonly unknown[]>(
  fn: (params: P, ...rest: Rest) => Scalar,
): (params: P, ...rest: Rest) => P {
  const both = valueAndGrad(fn);
  return (params, ...rest) => outermostScope(() => both(params, ...rest).grad);
}

/** What {@link vjp} gives. */
export interface Vjp<P, Out> {
  readonly value: Out;
  /** From a cotangent of `value` to the cotangent of the argument. Can be called again. */
  readonly pullback: (cotangent: Out) => P;
}

/**
 * Evaluates `fn` at `params` and returns, beside the value, its vector-Jacobian product.
 *
 * The intermediate values live as long as `pullback` does.
 */
export function vjp<P extends TensorPack, Out extends TensorPack>(fn: (params: P) => Out, params: P): Vjp<P, Out> {
  const { level, first, leaves, tracked } = openLevel(params);
  try {
    const value = fn(tracked);
    const nodes = tape.nodes.slice(first);
    const outputs = flattenPack(value);
    const pullback = (cotangent: Out): P => {
      const given = flattenPack(cotangent);
      const seeds = outputs.map(({ tensor, name }, i) => ({
        tensor,
        cotangent: checkCotangent(given[i]?.tensor, tensor, name),
      }));
      const found = backward(seeds, { nodes, first, level, leaves });
      return mapPack(params, (tensor, _, i) => found[i] ?? fill(tensor.shape, 0, tensor.dtype));
    };
    return { value, pullback };
  } finally {
    closeLevel(first);
  }
}

function checkCotangent(cotangent: AnyTensor | undefined, tensor: AnyTensor, name: string): AnyTensor {
  if (cotangent !== undefined && sameShape(cotangent.shape, tensor.shape)) return cotangent;
  throw new TrainlogError(
    "shape/mismatch",
    `the cotangent${name === "" ? "" : ` "${name}"`} must have the shape of the value, ${showShape(tensor.shape)}; got ` +
      (cotangent === undefined ? "none" : showShape(cotangent.shape)),
  );
}
