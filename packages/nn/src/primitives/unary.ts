/** @file Elementwise functions of one tensor. */
import { apply } from "../engine/apply.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { scalar } from "./create.ts";
import { erfOf } from "./erf.ts";
import { operand } from "./operands.ts";
import { definePrimitive, type Primitive } from "./primitive.ts";
import { where } from "./select.ts";
import { checkFloat } from "./shape-rules.ts";

/** What sets one function apart from the others. */
interface UnaryRule {
  /** The function, in double precision. */
  readonly compute: (x: number) => number;
  /** The function on int32; without it int32 is refused. */
  readonly integer?: (x: number) => number;
  /** Cotangent of x from the cotangent g of y; without it no gradient flows. */
  readonly gradient?: (g: AnyTensor, x: AnyTensor, y: AnyTensor) => AnyTensor;
}

function define(name: string, { compute, integer, gradient }: UnaryRule): Primitive<undefined> {
  const primitive: Primitive<undefined> = definePrimitive({
    name,
    elementwise: true,
    infer: (inputs) => {
      const x = operand(inputs, 0);
      if (integer === undefined) checkFloat(name, x);
      return x;
    },
    ...(gradient && { vjp: (g, inputs, output) => [gradient(g, operand(inputs, 0), output)] }),
    reference: ({ data, dtype }, inputs) => {
      const x = operand(inputs, 0).data;
      const f = dtype === "int32" ? (integer ?? compute) : compute;
      for (let i = 0; i < data.length; i += 1) data[i] = f(x[i]!);
    },
    batch: (inputs) => {
      const { tensor, axis = 0 } = operand(inputs, 0);
      return { output: apply(primitive, [tensor], undefined), axis };
    },
  });
  return primitive;
}

const one = (like: AnyTensor): AnyTensor => scalar(1, like.dtype);
const zero = (like: AnyTensor): AnyTensor => scalar(0, like.dtype);

const negPrimitive = define("neg", { compute: (x) => -x, integer: (x) => -x, gradient: (g) => neg(g) });
const expPrimitive = define("exp", { compute: Math.exp, gradient: (g, _, y) => mul(g, y) });
const logPrimitive = define("log", { compute: Math.log, gradient: (g, x) => div(g, x) });
const log1pPrimitive = define("log1p", { compute: Math.log1p, gradient: (g, x) => div(g, add(x, one(x))) });
const expm1Primitive = define("expm1", { compute: Math.expm1, gradient: (g, _, y) => mul(g, add(y, one(y))) });
const sqrtPrimitive = define("sqrt", { compute: Math.sqrt, gradient: (g, _, y) => div(g, add(y, y)) });
const rsqrtPrimitive = define("rsqrt", {
  compute: (x) => 1 / Math.sqrt(x),
  gradient: (g, _, y) => mul(mul(g, scalar(-0.5, y.dtype)), mul(y, square(y))),
});
const reciprocalPrimitive = define("reciprocal", {
  compute: (x) => 1 / x,
  gradient: (g, _, y) => neg(mul(g, square(y))),
});
const squarePrimitive = define("square", {
  compute: (x) => x * x,
  integer: (x) => Math.imul(x, x),
  gradient: (g, x) => mul(g, add(x, x)),
});
const tanhPrimitive = define("tanh", { compute: Math.tanh, gradient: (g, _, y) => mul(g, sub(one(y), square(y))) });
const sigmoidPrimitive = define("sigmoid", {
  // Right for large |x| of both signs: exp overflows to Infinity, whose reciprocal is 0.
  compute: (x) => 1 / (1 + Math.exp(-x)),
  gradient: (g, _, y) => mul(g, mul(y, sub(one(y), y))),
});
const reluPrimitive = define("relu", {
  // NaN is not <= 0 and stays.
  compute: (x) => (x <= 0 ? 0 : x),
  integer: (x) => Math.max(x, 0),
  gradient: (g, _, y) => apply(reluGradPrimitive, [g, y], undefined),
});
/** The cotangent g where the result y is not 0. One step of eager execution; graphs get the choice that it is. */
export const reluGradPrimitive: Primitive<undefined> = definePrimitive({
  name: "reluGrad",
  infer: (inputs) => operand(inputs, 0),
  expand: (inputs) => where(operand(inputs, 1), operand(inputs, 0), zero(operand(inputs, 0))),
  vjp: (c, inputs, _, __, needs) => [
    needs[0] === true ? apply(reluGradPrimitive, [c, operand(inputs, 1)], undefined) : undefined,
    undefined,
  ],
  reference: ({ data }, inputs) => {
    const [g, y] = [operand(inputs, 0).data, operand(inputs, 1).data];
    for (let i = 0; i < data.length; i += 1) data[i] = y[i] === 0 ? 0 : g[i]!;
  },
});
const sinPrimitive = define("sin", { compute: Math.sin, gradient: (g, x) => mul(g, cos(x)) });
const cosPrimitive = define("cos", { compute: Math.cos, gradient: (g, x) => neg(mul(g, sin(x))) });
const absPrimitive = define("abs", { compute: Math.abs, integer: Math.abs, gradient: (g, x) => mul(g, sign(x)) });
const signPrimitive = define("sign", { compute: Math.sign, integer: Math.sign });
const erfPrimitive = define("erf", {
  compute: erfOf,
  gradient: (g, x) => mul(g, mul(scalar(2 / Math.sqrt(Math.PI), x.dtype), exp(neg(square(x))))),
});
const floorPrimitive = define("floor", { compute: Math.floor, integer: (x) => x });

/** All primitives of this file. */
export const unaryPrimitives: readonly Primitive<undefined>[] = [
  negPrimitive,
  expPrimitive,
  logPrimitive,
  log1pPrimitive,
  expm1Primitive,
  sqrtPrimitive,
  rsqrtPrimitive,
  reciprocalPrimitive,
  squarePrimitive,
  tanhPrimitive,
  sigmoidPrimitive,
  reluPrimitive,
  sinPrimitive,
  cosPrimitive,
  absPrimitive,
  signPrimitive,
  erfPrimitive,
  floorPrimitive,
];

/** −x. */
export function neg(x: AnyTensor): AnyTensor {
  return apply(negPrimitive, [x], undefined);
}

/** e to the power of x. */
export function exp(x: AnyTensor): AnyTensor {
  return apply(expPrimitive, [x], undefined);
}

/** Natural logarithm: −Infinity at 0, NaN below. */
export function log(x: AnyTensor): AnyTensor {
  return apply(logPrimitive, [x], undefined);
}

/** log(1 + x), precise for small x. */
export function log1p(x: AnyTensor): AnyTensor {
  return apply(log1pPrimitive, [x], undefined);
}

/** exp(x) − 1, precise for small x. */
export function expm1(x: AnyTensor): AnyTensor {
  return apply(expm1Primitive, [x], undefined);
}

/** Square root; NaN below 0. Its gradient at 0 is Infinity, as in PyTorch. */
export function sqrt(x: AnyTensor): AnyTensor {
  return apply(sqrtPrimitive, [x], undefined);
}

/** 1 / √x. */
export function rsqrt(x: AnyTensor): AnyTensor {
  return apply(rsqrtPrimitive, [x], undefined);
}

/** 1 / x. */
export function reciprocal(x: AnyTensor): AnyTensor {
  return apply(reciprocalPrimitive, [x], undefined);
}

/** x². */
export function square(x: AnyTensor): AnyTensor {
  return apply(squarePrimitive, [x], undefined);
}

/** Hyperbolic tangent. */
export function tanh(x: AnyTensor): AnyTensor {
  return apply(tanhPrimitive, [x], undefined);
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(x: AnyTensor): AnyTensor {
  return apply(sigmoidPrimitive, [x], undefined);
}

/** max(x, 0); NaN stays NaN. Its gradient at 0 is 0, as in PyTorch. */
export function relu(x: AnyTensor): AnyTensor {
  return apply(reluPrimitive, [x], undefined);
}

/** Sine of x in radians. */
export function sin(x: AnyTensor): AnyTensor {
  return apply(sinPrimitive, [x], undefined);
}

/** Cosine of x in radians. */
export function cos(x: AnyTensor): AnyTensor {
  return apply(cosPrimitive, [x], undefined);
}

/** |x|. Its gradient at 0 is 0, as in PyTorch. */
export function abs(x: AnyTensor): AnyTensor {
  return apply(absPrimitive, [x], undefined);
}

/** −1, 0 or 1; NaN stays NaN. No gradient flows. */
export function sign(x: AnyTensor): AnyTensor {
  return apply(signPrimitive, [x], undefined);
}

/** Gauss error function. */
export function erf(x: AnyTensor): AnyTensor {
  return apply(erfPrimitive, [x], undefined);
}

/** The largest whole number that is not above x. No gradient flows. */
export function floor(x: AnyTensor): AnyTensor {
  return apply(floorPrimitive, [x], undefined);
}
