/**
 * @file GELU in fewer passes. onnxruntime runs each operation over the whole tensor, and activations do not fit into the processor's caches, so that the
 * number of passes is what counts.
 */
import type { GraphValue } from "../../../ir/graph.ts";
import type { GraphRewriter } from "../../../ir/rewrite.ts";
import { fillPrimitive } from "../../../primitives/create.ts";
import { operand } from "../../../primitives/operands.ts";
import type { Primitive } from "../../../primitives/primitive.ts";
import { fillOf, operandsOf, primitiveNamed, type Rule } from "./rule.ts";
import { runtimePrimitive } from "./runtime-primitive.ts";

/** Name of the primitive (1 + erf(u)) / 2: the normal distribution function of u·√2. */
export const HALF_ERF = "halfErf";

const halfErf = runtimePrimitive(HALF_ERF, (inputs) => operand(inputs, 0));

/**
 * (x/2)·(1 + erf(u)) with one pass less. Where u is a number times x, it is a number times u·(1 + erf(u))/2: then nothing needs x, and products before and
 * after can take the numbers along.
 */
export const geluOfHalfErf: Rule = ({ rewriter }, { primitive, inputs }) => {
  if (primitive.name !== "mul") return undefined;
  for (const [half, twice] of bothOrders(inputs)) {
    const u = onePlusErf(rewriter, twice);
    const { value: x, scale } = scaled(rewriter, half);
    if (u === undefined || x === half || scale !== 0.5) continue;
    const phi = rewriter.emit(halfErf, [u], undefined);
    const unit = inUnitsOf(rewriter, x, u);
    const product = rewriter.emit(primitive, [unit.value, phi], undefined);
    if (unit.scale === 1) return product;
    return rewriter.emit(primitive, [product, numberLike(rewriter, product, unit.scale)], undefined);
  }
  return undefined;
};

/** x as a number times u, if u is a number times x; as it is otherwise. */
function inUnitsOf(rewriter: GraphRewriter, x: GraphValue, u: GraphValue): Scaled {
  const { value, scale } = scaled(rewriter, u);
  return value === x && u !== x && scale !== 0 ? { value: u, scale: 1 / scale } : { value: x, scale: 1 };
}

function numberLike(rewriter: GraphRewriter, { dtype }: GraphValue, value: number): GraphValue {
  return rewriter.emit(fillPrimitive as Primitive, [], { shape: [], value, dtype });
}

/** g·(1 + erf(u))/2 + s·g·x·e^(−u²) as g·((1 + erf(u))/2 + x·e^(ln s − u²)): five passes less. */
export const geluGradient: Rule = ({ rewriter }, { primitive, inputs }) => {
  if (primitive.name !== "add") return undefined;
  for (const [ofPhi, ofDensity] of bothOrders(inputs)) {
    const phi = phiTerm(rewriter, ofPhi);
    const density = phi === undefined ? undefined : densityTerm(rewriter, ofDensity, phi.g);
    if (phi === undefined || density === undefined || density.square !== phi.u) continue;
    const of = (name: string, ...values: GraphValue[]): GraphValue =>
      rewriter.emit(primitiveNamed(name), values, undefined);
    const { value: x, scale } = inUnitsOf(rewriter, density.x, phi.u);
    const logarithm = numberLike(rewriter, phi.g, Math.log(density.scale * scale));
    const bell = of("exp", of("sub", logarithm, of("mul", phi.u, phi.u)));
    return of("mul", phi.g, of("add", of("mul", x, bell), rewriter.emit(halfErf, [phi.u], undefined)));
  }
  return undefined;
};

type Pair = readonly [GraphValue, GraphValue];

function bothOrders([a, b]: readonly GraphValue[]): readonly Pair[] {
  if (a === undefined || b === undefined) return [];
  return [
    [a, b],
    [b, a],
  ];
}

/** A number times a value. */
interface Scaled {
  readonly value: GraphValue;
  readonly scale: number;
}

/** A value as a number times another value; times 1 when it is no such product. */
function scaled(rewriter: GraphRewriter, value: GraphValue): Scaled {
  for (const [x, number] of bothOrders(operandsOf(rewriter, value, "mul"))) {
    const scale = number.shape.length === 0 ? fillOf(rewriter, number) : undefined;
    if (scale === undefined) continue;
    const inner = scaled(rewriter, x);
    return { value: inner.value, scale: scale * inner.scale };
  }
  return { value, scale: 1 };
}

/** u of 1 + erf(u). */
function onePlusErf(rewriter: GraphRewriter, value: GraphValue): GraphValue | undefined {
  for (const [erf, one] of bothOrders(operandsOf(rewriter, value, "add"))) {
    if (fillOf(rewriter, one) === 1) return operandsOf(rewriter, erf, "erf")[0];
  }
  return undefined;
}

/** g and u of ½·g·(1 + erf(u)). */
function phiTerm(
  rewriter: GraphRewriter,
  term: GraphValue,
): { readonly g: GraphValue; readonly u: GraphValue } | undefined {
  const { value, scale } = scaled(rewriter, term);
  if (scale !== 0.5) return undefined;
  for (const [g, twice] of bothOrders(operandsOf(rewriter, value, "mul"))) {
    const u = onePlusErf(rewriter, twice);
    if (u !== undefined) return { g, u };
  }
  return undefined;
}

/** s, x and u of s·g·x·e^(−u²), for a known g. */
function densityTerm(
  rewriter: GraphRewriter,
  term: GraphValue,
  g: GraphValue,
): { readonly scale: number; readonly x: GraphValue; readonly square: GraphValue } | undefined {
  const outer = scaled(rewriter, term);
  for (const [product, bell] of bothOrders(operandsOf(rewriter, outer.value, "mul"))) {
    const right = scaled(rewriter, bell);
    const square = squareOf(rewriter, operandsOf(rewriter, operandsOf(rewriter, right.value, "exp")[0], "neg")[0]);
    if (square === undefined) continue;
    for (const [first, second] of bothOrders(operandsOf(rewriter, product, "mul"))) {
      const left = scaled(rewriter, second);
      const scale = outer.scale * right.scale * left.scale;
      if (first === g && scale > 0) return { scale, x: left.value, square };
    }
  }
  return undefined;
}

function squareOf(rewriter: GraphRewriter, value: GraphValue | undefined): GraphValue | undefined {
  const [base, other] = operandsOf(rewriter, value, "mul");
  return base === other && base !== undefined ? base : operandsOf(rewriter, value, "square")[0];
}
