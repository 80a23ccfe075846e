/**
 * @file x·Φ(x) and its gradient, each as one step of eager execution: their parts would read and write memory a dozen times. Graphs get the parts, which
 * their compilers fuse.
 */
import { apply } from "../engine/apply.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { add, mul, sub } from "./binary.ts";
import { scalar } from "./create.ts";
import { erfOf } from "./erf.ts";
import { operand } from "./operands.ts";
import { definePrimitive, type Primitive } from "./primitive.ts";
import { checkFloat } from "./shape-rules.ts";
import { erf, exp, square } from "./unary.ts";

const like = (x: AnyTensor, value: number): AnyTensor => scalar(value, x.dtype);

/** erf(x·√½) + 1 = 2·Φ(x). */
function twicePhi(x: AnyTensor): AnyTensor {
  return add(erf(mul(x, like(x, Math.SQRT1_2))), like(x, 1));
}

/** e^(−x²/2) / √(2π). */
function density(x: AnyTensor): AnyTensor {
  return mul(exp(mul(square(x), like(x, -0.5))), like(x, 1 / Math.sqrt(2 * Math.PI)));
}

/** x·Φ(x). */
export const geluPrimitive: Primitive<undefined> = definePrimitive({
  name: "gelu",
  infer: (inputs) => {
    const x = operand(inputs, 0);
    checkFloat("gelu", x);
    return x;
  },
  expand: (inputs) => {
    const x = operand(inputs, 0);
    return mul(mul(x, like(x, 0.5)), twicePhi(x));
  },
  vjp: (g, inputs) => [apply(geluGradPrimitive, [g, operand(inputs, 0)], undefined)],
  reference: ({ data }, inputs) => {
    const x = operand(inputs, 0).data;
    for (let i = 0; i < data.length; i += 1) data[i] = 0.5 * x[i]! * (1 + erfOf(x[i]! * Math.SQRT1_2));
  },
});

/** g·(Φ(x) + x·φ(x)) of tensors of one shape. */
export const geluGradPrimitive: Primitive<undefined> = definePrimitive({
  name: "geluGrad",
  infer: (inputs) => operand(inputs, 1),
  expand: (inputs) => {
    const [g, x] = [operand(inputs, 0), operand(inputs, 1)];
    return mul(g, add(mul(twicePhi(x), like(x, 0.5)), mul(x, density(x))));
  },
  vjp: (c, inputs, _, __, needs) => {
    const [g, x] = [operand(inputs, 0), operand(inputs, 1)];
    // The second derivative is φ(x)·(2 − x²).
    return [
      needs[0] === true ? apply(geluGradPrimitive, [c, x], undefined) : undefined,
      needs[1] === true ? mul(mul(c, g), mul(density(x), sub(like(x, 2), square(x)))) : undefined,
    ];
  },
  reference: ({ data }, inputs) => {
    const [g, x] = [operand(inputs, 0).data, operand(inputs, 1).data];
    for (let i = 0; i < data.length; i += 1) {
      const phi = Math.exp(-0.5 * x[i]! ** 2) / Math.sqrt(2 * Math.PI);
      data[i] = g[i]! * (0.5 * (1 + erfOf(x[i]! * Math.SQRT1_2)) + x[i]! * phi);
    }
  },
});

/**
 * x·Φ(x), where Φ is the normal distribution function (Hendrycks and Gimpel, 2016).
 *
 * @throws TrainlogError `dtype/mismatch` for int32.
 */
export function gelu(x: AnyTensor): AnyTensor {
  return apply(geluPrimitive, [x], undefined);
}
