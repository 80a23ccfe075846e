/** @file Elementwise operators. Booleans are int32 tensors of 0 and 1. */
import {
  abs,
  add,
  cast,
  cos,
  div,
  equal,
  erf,
  exp,
  expm1,
  floor,
  less,
  lessEqual,
  log,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  reciprocal,
  relu,
  scalar,
  sigmoid,
  sign,
  sin,
  sqrt,
  sub,
  tanh,
  where,
} from "../../../../primitives/index.ts";
import { type DType, isFloat } from "../../../../tensor/dtype.ts";
import type { AnyTensor } from "../../../../tensor/tensor.ts";
import { ONNX_TYPES } from "../../proto/messages.ts";
import { onnxTypeName } from "../../proto/tensor.ts";
import type { NodeContext, Operator } from "../context.ts";

type Unary = (x: AnyTensor) => AnyTensor;
type Binary = (a: AnyTensor, b: AnyTensor) => AnyTensor;

const unary =
  (fn: Unary): Operator =>
  (node) =>
    fn(node.tensor(0));
const binary =
  (fn: Binary): Operator =>
  (node) =>
    fn(node.tensor(0), node.tensor(1));
/** Max, Min and Sum take any number of inputs. */
const variadic =
  (fn: Binary): Operator =>
  (node) =>
    node.tensors().reduce(fn);
/** Comparisons give 0 and 1 in the operands' element type; a boolean is int32. */
const comparison =
  (fn: Binary): Operator =>
  (node) =>
    cast(fn(node.tensor(0), node.tensor(1)), "int32");

/** A number of a tensor's element type. */
export function like(x: AnyTensor, value: number): AnyTensor {
  return scalar(value, x.dtype);
}

const ceil: Unary = (x) => neg(floor(neg(x)));
const not: Unary = (x) => sub(like(x, 1), x);
/** log(1 + eˣ) as max(x, 0) + log(1 + e^−|x|), which does not overflow. */
const softplus: Unary = (x) => add(relu(x), log(add(exp(neg(abs(x))), like(x, 1))));

/** x where it is positive, else `below(x)`. */
function positiveOr(x: AnyTensor, below: AnyTensor): AnyTensor {
  return where(less(like(x, 0), x), x, below);
}

function gelu(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  const half = mul(x, like(x, 0.5));
  if (node.text("approximate", "none") === "tanh") {
    const cube = mul(x, mul(x, x));
    const inner = mul(add(x, mul(cube, like(x, 0.044715))), like(x, Math.sqrt(2 / Math.PI)));
    return mul(half, add(tanh(inner), like(x, 1)));
  }
  return mul(half, add(erf(mul(x, like(x, Math.SQRT1_2))), like(x, 1)));
}

function elu(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  // expm1 of the negative part alone: of the positive part it may overflow, and 0 · ∞ would be the gradient.
  return positiveOr(x, mul(expm1(minimum(x, like(x, 0))), like(x, node.float("alpha", 1))));
}

function selu(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  const below = mul(expm1(minimum(x, like(x, 0))), like(x, node.float("alpha", 1.6732631921768188)));
  return mul(positiveOr(x, below), like(x, node.float("gamma", 1.0507010221481323)));
}

function leakyRelu(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  return positiveOr(x, mul(x, like(x, node.float("alpha", 0.01))));
}

function clip(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  // Before operator set 11 the limits were attributes.
  const low = node.has(1) ? node.tensor(1) : node.attribute("min") && like(x, node.float("min", 0));
  const high = node.has(2) ? node.tensor(2) : node.attribute("max") && like(x, node.float("max", 0));
  const above = low === undefined ? x : maximum(x, low);
  return high === undefined ? above : minimum(above, high);
}

function hardSigmoid(x: AnyTensor, slope: number, offset: number): AnyTensor {
  return minimum(maximum(add(mul(x, like(x, slope)), like(x, offset)), like(x, 0)), like(x, 1));
}

/** Whole numbers divide towards zero; ours are exact in f64 far beyond int32. */
function divide(a: AnyTensor, b: AnyTensor): AnyTensor {
  if (isFloat(a.dtype)) return div(a, b);
  const quotient = div(cast(a, "f64"), cast(b, "f64"));
  return cast(mul(sign(quotient), floor(abs(quotient))), "int32");
}

function mod(node: NodeContext): AnyTensor {
  const [a, b] = [node.tensor(0), node.tensor(1)];
  const wide = isFloat(a.dtype) ? a.dtype : "f64";
  const quotient = div(cast(a, wide), cast(b, wide));
  // fmod takes the dividend's sign, the other kind the divisor's.
  const whole = node.int("fmod", 0) === 1 ? mul(sign(quotient), floor(abs(quotient))) : floor(quotient);
  return cast(sub(cast(a, wide), mul(whole, cast(b, wide))), a.dtype);
}

function castTo(node: NodeContext, code: number): AnyTensor {
  const x = node.tensor(0);
  if (code === ONNX_TYPES.bool) return sub(scalar(1, "int32"), cast(equal(x, like(x, 0)), "int32"));
  const type = onnxTypeName(code);
  const dtype: DType | undefined =
    type === "double" || type === "float" || type === "float16" || type === "bfloat16"
      ? // All floats compute in the model's own element type.
        node.dtype
      : type === undefined || type === "string"
        ? undefined
        : "int32";
  if (dtype === undefined)
    throw node.error("onnx/unsupported", `casts to element type ${type ?? code}, which is not supported`);
  return cast(x, dtype);
}

/** Both operands of a choice in one element type. */
function choose(node: NodeContext): AnyTensor {
  const [condition, a, b] = [node.tensor(0), node.tensor(1), node.tensor(2)];
  return where(condition, a, b);
}

/** Elementwise operators by type. */
export const ELEMENTWISE: Readonly<Record<string, Operator>> = {
  Neg: unary(neg),
  Exp: unary(exp),
  Log: unary(log),
  Sqrt: unary(sqrt),
  Reciprocal: unary(reciprocal),
  Tanh: unary(tanh),
  Sigmoid: unary(sigmoid),
  Relu: unary(relu),
  Sin: unary(sin),
  Cos: unary(cos),
  Abs: unary(abs),
  Sign: unary(sign),
  Erf: unary(erf),
  Floor: unary(floor),
  Ceil: unary(ceil),
  Not: unary(not),
  Softplus: unary(softplus),
  Softsign: unary((x) => div(x, add(abs(x), like(x, 1)))),
  Mish: unary((x) => mul(x, tanh(softplus(x)))),
  Identity: (node) => node.input(0),
  // Dropout and its mask: exported models are for inference, where it does nothing.
  Dropout: (node) => node.input(0),
  Gelu: gelu,
  Elu: elu,
  Selu: selu,
  Celu: (node) => {
    const x = node.tensor(0);
    const alpha = like(x, node.float("alpha", 1));
    return positiveOr(x, mul(expm1(div(minimum(x, like(x, 0)), alpha)), alpha));
  },
  LeakyRelu: leakyRelu,
  PRelu: (node) => positiveOr(node.tensor(0), mul(node.tensor(0), node.tensor(1))),
  HardSigmoid: (node) => hardSigmoid(node.tensor(0), node.float("alpha", 0.2), node.float("beta", 0.5)),
  HardSwish: (node) => mul(node.tensor(0), hardSigmoid(node.tensor(0), 1 / 6, 0.5)),
  Swish: (node) => mul(node.tensor(0), sigmoid(mul(node.tensor(0), like(node.tensor(0), node.float("alpha", 1))))),
  Clip: clip,
  Add: binary(add),
  Sub: binary(sub),
  Mul: binary(mul),
  Div: binary(divide),
  Pow: (node) => pow(node.tensor(0), cast(node.tensor(1), node.tensor(0).dtype)),
  Mod: mod,
  Max: variadic(maximum),
  Min: variadic(minimum),
  Sum: variadic(add),
  Mean: (node) => div(node.tensors().reduce(add), like(node.tensor(0), node.inputs.length)),
  Equal: comparison(equal),
  Less: comparison(less),
  LessOrEqual: comparison(lessEqual),
  Greater: comparison((a, b) => less(b, a)),
  GreaterOrEqual: comparison((a, b) => lessEqual(b, a)),
  IsNaN: (node) => cast(sub(like(node.tensor(0), 1), equal(node.tensor(0), node.tensor(0))), "int32"),
  And: binary(mul),
  Or: binary(maximum),
  Xor: (node) => comparison((a, b) => sub(like(a, 1), equal(a, b)))(node),
  Where: choose,
  Cast: (node) => castTo(node, node.int("to", 0)),
  CastLike: (node) => cast(node.tensor(0), node.tensor(1).dtype),
};
