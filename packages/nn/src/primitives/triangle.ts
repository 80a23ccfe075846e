/**
 * @file What causal attention computes: matrices that are 0 above the diagonal, because a position sees no later one.
 *
 * Half of such a product is known beforehand, and the kernels leave it out. The two products are each other's gradients, so the set is closed: every
 * derivative of causal attention leaves that half out too.
 */
import { apply } from "../engine/apply.ts";
import { showShape } from "../shape/shape.ts";
import { shapeError } from "../shape/shape-error.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { alignAll, batchFirst, inFront } from "./batching.ts";
import { type MatmulAttributes, matmulPrimitive, matmulSizes } from "./matmul.ts";
import { operand } from "./operands.ts";
import { type Abstract, definePrimitive, type Primitive, type ReferenceView } from "./primitive.ts";
import { checkFloat, checkSameDType } from "./shape-rules.ts";
import { eachRow, softmaxGradPrimitive, softmaxPrimitive } from "./softmax.ts";
import { unbroadcast } from "./unbroadcast.ts";

/** How {@link matmulTrilPrimitive} multiplies. */
export const SECOND_TRANSPOSED: MatmulAttributes = { transposeA: false, transposeB: true };

/** Attributes of {@link trilMatmulPrimitive}. */
export interface TrilMatmulAttributes {
  /** Multiply by the transpose of the triangle. */
  readonly transpose: boolean;
}

/** The flags of the same product without a triangle. */
export function trilMatmulFlags({ transpose }: TrilMatmulAttributes): MatmulAttributes {
  return { transposeA: transpose, transposeB: false };
}

function inferProduct(name: string, inputs: readonly Abstract[], attributes: MatmulAttributes): Abstract {
  const a = operand(inputs, 0);
  const b = operand(inputs, 1);
  checkSameDType(name, a.dtype, b.dtype);
  const { lead, m, n } = matmulSizes(a.shape, b.shape, attributes);
  return { shape: [...lead, m, n], dtype: a.dtype };
}

/** Zeros above the diagonal of the matrices in the last two axes. */
function clearAbove({ data, shape }: ReferenceView): void {
  const rows = shape.at(-2) ?? 1;
  const columns = shape.at(-1) ?? 1;
  for (let start = 0, row = 0; start < data.length; start += columns, row = (row + 1) % rows) {
    data.fill(0, start + Math.min(columns, row + 1), start + columns);
  }
}

/** a·bᵀ, with zeros above the diagonal. */
export const matmulTrilPrimitive: Primitive<undefined> = definePrimitive({
  name: "matmulTril",
  infer: (inputs) => inferProduct("matmulTril", inputs, SECOND_TRANSPOSED),
  vjp: (g, inputs, _, __, needs) => {
    const [a, b] = [operand(inputs, 0), operand(inputs, 1)];
    return [
      needs[0] === true ? unbroadcast(trilMatmul(g, b), a.shape) : undefined,
      needs[1] === true ? unbroadcast(trilMatmul(g, a, { transpose: true }), b.shape) : undefined,
    ];
  },
  reference: (output, inputs) => {
    matmulPrimitive.reference(output, inputs, SECOND_TRANSPOSED);
    clearAbove(output);
  },
  batch: (inputs) => inFront(apply(matmulTrilPrimitive, alignAll(inputs), undefined)),
});

/** t·x or tᵀ·x, where nothing above the diagonal of t is read. */
export const trilMatmulPrimitive: Primitive<TrilMatmulAttributes> = definePrimitive({
  name: "trilMatmul",
  infer: (inputs, attributes) => inferProduct("trilMatmul", inputs, trilMatmulFlags(attributes)),
  vjp: (g, inputs, _, { transpose }, needs) => {
    const [t, x] = [operand(inputs, 0), operand(inputs, 1)];
    return [
      needs[0] === true ? unbroadcast(transpose ? matmulTril(x, g) : matmulTril(g, x), t.shape) : undefined,
      needs[1] === true ? unbroadcast(trilMatmul(t, g, { transpose: !transpose }), x.shape) : undefined,
    ];
  },
  reference: (output, inputs, attributes) => {
    const t = operand(inputs, 0);
    const lower: ReferenceView = { ...t, data: t.data.slice() };
    clearAbove(lower);
    matmulPrimitive.reference(output, [lower, operand(inputs, 1)], trilMatmulFlags(attributes));
  },
  batch: (inputs, attributes) => inFront(apply(trilMatmulPrimitive, alignAll(inputs), attributes)),
});

function inferMatrices(name: string, x: Abstract): Abstract {
  checkFloat(name, x);
  if (x.shape.length > 1) return x;
  const what = `${name}: works on the matrices in the last two axes`;
  throw shapeError(what, "at least two axes", showShape(x.shape), "shape/bad-axis");
}

/** Softmax of the first i + 1 elements of row i, 0 behind them. */
export const causalSoftmaxPrimitive: Primitive<undefined> = definePrimitive({
  name: "causalSoftmax",
  infer: (inputs) => inferMatrices("causalSoftmax", operand(inputs, 0)),
  // Where y is 0 its gradient is, too.
  vjp: (g, _, y) => [apply(softmaxGradPrimitive, [y, g], undefined)],
  reference: (output, inputs) => {
    const { data, dtype } = operand(inputs, 0);
    const rows = output.shape.at(-2) ?? 1;
    let row = 0;
    eachRow(output, (start, rowEnd) => {
      const end = Math.min(rowEnd, start + (row % rows) + 1);
      const visible = (of: ReferenceView["data"]): ReferenceView => {
        return { data: of.subarray(start, end), shape: [end - start], dtype };
      };
      softmaxPrimitive.reference(visible(output.data), [visible(data)], undefined);
      row += 1;
    });
    clearAbove(output);
  },
  batch: (inputs) => inFront(apply(causalSoftmaxPrimitive, [batchFirst(operand(inputs, 0))], undefined)),
});

/**
 * a·bᵀ with zeros above the diagonal: `[…, m, k]` and `[…, n, k]` give `[…, m, n]`. The leading axes broadcast.
 *
 * @throws TrainlogError `shape/mismatch`, `dtype/mismatch`.
 */
export function matmulTril(a: AnyTensor, b: AnyTensor): AnyTensor {
  return apply(matmulTrilPrimitive, [a, b], undefined);
}

/** Options of {@link trilMatmul}. */
export interface TrilMatmulOptions {
  /** Multiply by the transpose of the triangle. Default false. */
  readonly transpose?: boolean;
}

/**
 * The lower triangle of t times x: `[…, m, n]` and `[…, n, k]` give `[…, m, k]`; with `transpose` its transpose, of `[…, m, k]`. What t holds above the
 * diagonal counts as 0. The leading axes broadcast.
 *
 * @throws TrainlogError `shape/mismatch`, `dtype/mismatch`.
 */
export function trilMatmul(t: AnyTensor, x: AnyTensor, { transpose = false }: TrilMatmulOptions = {}): AnyTensor {
  return apply(trilMatmulPrimitive, [t, x], { transpose });
}

/**
 * Softmax along the last axis among what a position sees: in row i of each matrix, elements 0 to i. The others become 0.
 *
 * @throws TrainlogError `dtype/mismatch`, `shape/bad-axis` for less than two axes.
 */
export function causalSoftmax(x: AnyTensor): AnyTensor {
  return apply(causalSoftmaxPrimitive, [x], undefined);
}
