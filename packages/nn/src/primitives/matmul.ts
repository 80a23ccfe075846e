/** @file Matrix products. */
import { apply } from "../engine/apply.ts";
import { broadcastShapes } from "../shape/broadcast.ts";
import { type Shape, sameShape, showShape, showShapes, sizeOf } from "../shape/shape.ts";
import { shapeError } from "../shape/shape-error.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { alignAll, inFront } from "./batching.ts";
import { broadcastStrides, indexMap } from "./index-map.ts";
import { reshape } from "./layout.ts";
import { operand } from "./operands.ts";
import { definePrimitive, type Primitive, type ReferenceView } from "./primitive.ts";
import { checkSameDType } from "./shape-rules.ts";
import { unbroadcast } from "./unbroadcast.ts";

/** Attributes of {@link matmulPrimitive}. */
export interface MatmulAttributes {
  /** The last two axes of a are `[k, m]` instead of `[m, k]`. */
  readonly transposeA: boolean;
  /** The last two axes of b are `[n, k]` instead of `[k, n]`. */
  readonly transposeB: boolean;
}

/** Sizes of a product of `[m, k]` and `[k, n]`, and the leading axes of the result. */
export interface MatmulSizes {
  readonly lead: Shape;
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

/**
 * Sizes of a matrix product.
 *
 * @throws TrainlogError `shape/mismatch`, in the words of `../shape/matmul.ts`.
 */
export function matmulSizes(a: Shape, b: Shape, { transposeA, transposeB }: MatmulAttributes): MatmulSizes {
  const rankA = a.length;
  const rankB = b.length;
  if (rankA < 2 || rankB < 2) {
    throw shapeError("matmul: both must be matrices (or stacks of them)", "at least two axes each", showShapes(a, b));
  }
  const k = a[transposeA ? rankA - 2 : rankA - 1] ?? 1;
  const inner = transposeB ? rankB - 1 : rankB - 2;
  if (k !== b[inner]) {
    throw shapeError(
      `matmul: the inner sizes must be equal${transposedWords(transposeA, transposeB)}`,
      `${showShape(a)} and ${showShape(b.with(inner, k))}`,
      showShapes(a, b),
    );
  }
  const m = a[transposeA ? rankA - 1 : rankA - 2] ?? 1;
  const n = b[transposeB ? rankB - 2 : rankB - 1] ?? 1;
  return { lead: rankA === 2 && rankB === 2 ? NO_LEAD : leadOf(a, b), m, k, n };
}

const NO_LEAD: Shape = [];

function leadOf(a: Shape, b: Shape): Shape {
  const leadA = a.slice(0, -2);
  const leadB = b.slice(0, -2);
  const lead = sameShape(leadA, leadB) ? leadA : commonLead(leadA, leadB);
  if (lead !== undefined) return lead;
  throw shapeError("matmul: the leading axes must broadcast", "sizes that are equal or 1", showShapes(a, b));
}

function commonLead(a: Shape, b: Shape): Shape | undefined {
  try {
    return broadcastShapes("matmul", a, b);
  } catch {
    return undefined;
  }
}

function transposedWords(transposeA: boolean, transposeB: boolean): string {
  if (transposeA && transposeB) return " (both transposed)";
  if (transposeA) return " (the first transposed)";
  return transposeB ? " (the second transposed)" : "";
}

/** Product of matrices in the last two axes. */
export const matmulPrimitive: Primitive<MatmulAttributes> = definePrimitive({
  name: "matmul",
  infer: (inputs, attributes) => {
    const a = operand(inputs, 0);
    const b = operand(inputs, 1);
    checkSameDType("matmul", a.dtype, b.dtype);
    const { lead, m, n } = matmulSizes(a.shape, b.shape, attributes);
    return { shape: lead.length === 0 ? [m, n] : [...lead, m, n], dtype: a.dtype };
  },
  vjp: (g, inputs, _, attributes, needs) => {
    const a = operand(inputs, 0);
    const b = operand(inputs, 1);
    return [
      needs[0] === true ? unbroadcast(byFirst(g, b, attributes), a.shape) : undefined,
      needs[1] === true ? bySecond(g, a, b, attributes) : undefined,
    ];
  },
  reference: (output, inputs, attributes) => multiply(output, operand(inputs, 0), operand(inputs, 1), attributes),
  batch: (inputs, attributes) => inFront(apply(matmulPrimitive, alignAll(inputs), attributes)),
});

/** Cotangent of a: g·bᵀ, or its transpose b·gᵀ. */
function byFirst(g: AnyTensor, b: AnyTensor, { transposeA, transposeB }: MatmulAttributes): AnyTensor {
  return transposeA
    ? matmul(b, g, { transposeA: transposeB, transposeB: true })
    : matmul(g, b, { transposeB: !transposeB });
}

/** Cotangent of b: aᵀ·g, or its transpose gᵀ·a. */
function bySecond(g: AnyTensor, a: AnyTensor, b: AnyTensor, { transposeA, transposeB }: MatmulAttributes): AnyTensor {
  // The common case of a batch of sequences times one weight matrix: one large product instead of many small ones to be summed.
  const isOneMatrix = b.shape.length === 2 && a.shape.length > 2 && !transposeA;
  const left = isOneMatrix ? asMatrix(a) : a;
  const right = isOneMatrix ? asMatrix(g) : g;
  const product = transposeB
    ? matmul(right, left, { transposeA: true, transposeB: transposeA })
    : matmul(left, right, { transposeA: !transposeA });
  return unbroadcast(product, b.shape);
}

/** All axes but the last as one. */
function asMatrix(x: AnyTensor): AnyTensor {
  return reshape(x, [sizeOf(x.shape.slice(0, -1)), x.shape.at(-1) ?? 1]);
}

function multiply(output: ReferenceView, a: ReferenceView, b: ReferenceView, attributes: MatmulAttributes): void {
  const { lead, m, k, n } = matmulSizes(a.shape, b.shape, attributes);
  const startsA = matrixStarts(a.shape, lead);
  const startsB = matrixStarts(b.shape, lead);
  const [rowA, columnA] = attributes.transposeA ? [1, m] : [k, 1];
  const [rowB, columnB] = attributes.transposeB ? [1, k] : [n, 1];
  const times = output.dtype === "int32" ? Math.imul : (x: number, y: number): number => x * y;
  for (let at = 0; at < output.data.length; at += 1) {
    const column = at % n;
    const row = Math.floor(at / n) % m;
    const matrix = Math.floor(at / (n * m));
    let fromA = startsA[matrix]! + row * rowA;
    let fromB = startsB[matrix]! + column * columnB;
    let total = 0;
    for (let i = 0; i < k; i += 1, fromA += columnA, fromB += rowB) total += times(a.data[fromA]!, b.data[fromB]!);
    output.data[at] = total;
  }
}

/** Where each matrix of the result's leading axes begins in an operand. */
function matrixStarts(shape: Shape, lead: Shape): Int32Array {
  const size = sizeOf(shape.slice(-2));
  const strides = broadcastStrides(shape.slice(0, -2), lead).map((stride) => stride * size);
  return indexMap(lead, strides);
}

/** Options of {@link matmul}. */
export interface MatmulOptions {
  /** Use a with its last two axes swapped. Default false. */
  readonly transposeA?: boolean;
  /** Use b with its last two axes swapped. Default false. */
  readonly transposeB?: boolean;
}

/**
 * Products of the matrices in the last two axes: `[…, m, k]` times `[…, k, n]` is `[…, m, n]`. The leading axes broadcast.
 *
 * @throws TrainlogError `shape/mismatch` when the inner sizes differ, the leading axes do not broadcast, or a tensor has less than 2 axes;
 * `dtype/mismatch`.
 */
export function matmul(a: AnyTensor, b: AnyTensor, options: MatmulOptions = {}): AnyTensor {
  const { transposeA = false, transposeB = false } = options;
  return apply(matmulPrimitive, [a, b], { transposeA, transposeB });
}
