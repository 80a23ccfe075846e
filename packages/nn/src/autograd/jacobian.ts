/** @file Whole Jacobians and Hessians: one row or column per element, all at once by `vmap`. */
import { checkFunction } from "../options/check-function.ts";
import { cast, equal, fill, iota, reshape, transpose } from "../primitives/index.ts";
import type { Shape } from "../shape/shape.ts";
import type { FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { grad, type Scalar } from "./grad.ts";
import { outermostScope } from "./level.ts";
import { jvp, vjp } from "./vjp.ts";
import { vmapTensors } from "./vmap.ts";

/** From a tensor to all derivatives of the result's elements by its elements. */
type JacobianOf<S extends Shape, Out extends Shape, D extends FloatDType> = (
  x: Tensor<S, D>,
) => Tensor<[...Out, ...S], D>;

/**
 * The Jacobian in reverse mode: one backward pass per element of the result, best when the result is smaller than the argument.
 *
 * @param fn - From a tensor of shape S to one of shape Out.
 * @returns A function that gives ∂out/∂x, shape `[...Out, ...S]`.
 * @throws TrainlogError `tensor/not-a-function`; when called as `vjp` and `vmap`.
 *
 * @example
 * jacobian((x: Tensor<[3]>) => matmul(a, x))(x);   // a
 */
export function jacobian<S extends Shape, Out extends Shape, D extends FloatDType>(
  fn: (x: Tensor<S, D>) => Tensor<Out, D>,
): JacobianOf<S, Out, D> {
  checkFunction("jacobian", fn);
  return (x) =>
    outermostScope(() => {
      const { value, pullback } = vjp(fn, x);
      // One cotangent per element has the value's shape and dtype.
      const rows = alongBasis(value, (cotangent) => pullback(cotangent as Tensor<Out, D>));
      return reshape(rows, [...value.shape, ...x.shape]) as AnyTensor as Tensor<[...Out, ...S], D>;
    });
}

/** The Jacobian in forward mode: one pass per element of the argument, best when the argument is smaller. Otherwise as {@link jacobian}. */
export function jacobianForward<S extends Shape, Out extends Shape, D extends FloatDType>(
  fn: (x: Tensor<S, D>) => Tensor<Out, D>,
): JacobianOf<S, Out, D> {
  checkFunction("jacobianForward", fn);
  return (x) =>
    outermostScope(() => {
      // One tangent per element has the argument's shape and dtype.
      const columns = alongBasis(x, (tangent) => jvp(fn, x, tangent as Tensor<S, D>).tangent);
      const [, ...out] = columns.shape;
      const rows = transpose(columns, [...out.map((_, axis) => axis + 1), 0]);
      return reshape(rows, [...out, ...x.shape]) as AnyTensor as Tensor<[...Out, ...S], D>;
    });
}

/** Results of `fn` for each unit tensor of the shape of `x`, along a first axis. */
function alongBasis({ shape, dtype, size }: AnyTensor, fn: (unit: AnyTensor) => AnyTensor): AnyTensor {
  const square = [size, size];
  const identity = cast(equal(iota(square, 0, "int32"), iota(square, 1, "int32")), dtype);
  const units = reshape(identity, [size, ...shape]);
  const [found] = vmapTensors([{ tensor: units, axis: 0 }], ([unit]) => (unit === undefined ? [] : [fn(unit)]));
  return found ?? fill([size, ...shape], 0, dtype);
}

/**
 * The second derivatives of a scalar function.
 *
 * @returns A function that gives ∂²f/∂x∂x, shape `[...S, ...S]`.
 * @throws TrainlogError `tensor/not-a-function`; when called as `grad` and `vmap`.
 *
 * @example
 * hessian((x: Tensor<[2]>) => sum(mul(square(x), x)))(tensor([1, 2]));   // [[6, 0], [0, 12]]
 */
export function hessian<S extends Shape, D extends FloatDType>(
  fn: (x: Tensor<S, D>) => Scalar,
): (x: Tensor<S, D>) => Tensor<[...S, ...S], D> {
  checkFunction("hessian", fn);
  return jacobian<S, S, D>(grad(fn));
}
