/** @file Reductions on vectors: what combines two, what reducing nothing gives, and how lanes become one. */
import type { DType } from "../../tensor/dtype.ts";
import type { Code, Local } from "../wasm/code.ts";
import { binary, type Expression } from "../wasm/expression.ts";
import type { SimdName } from "../wasm/opcodes.ts";
import type { ReductionKind } from "./program.ts";

const COMBINE: Readonly<Record<ReductionKind, Readonly<Record<DType, SimdName>>>> = {
  sum: { float: "f32x4.add", f64: "f64x2.add", int32: "i32x4.add" },
  max: { float: "f32x4.max", f64: "f64x2.max", int32: "i32x4.max_s" },
  min: { float: "f32x4.min", f64: "f64x2.min", int32: "i32x4.min_s" },
};

/** Two vectors combined, lane by lane. */
export function combine(kind: ReductionKind, dtype: DType, a: Expression, b: Expression): Expression {
  return binary(COMBINE[kind][dtype])(a, b);
}

/** What reducing no element gives. */
export function identityOf(kind: ReductionKind, dtype: DType): number {
  if (kind === "sum") return 0;
  if (dtype === "int32") return kind === "max" ? -0x80000000 : 0x7fffffff;
  return kind === "max" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

const UPPER_HALF = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const LANE_1 = [4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7];

/** Combines the lanes of a vector into its lane 0; always (0 ∘ 2) ∘ (1 ∘ 3) for four. */
export function foldLanes(code: Code, vector: Local, kind: ReductionKind, dtype: DType, lanes: 2 | 4): void {
  const fold = (order: readonly number[]): void => {
    code.get(vector);
    code.get(vector);
    code.get(vector);
    code.shuffle(order);
    code.simd(COMBINE[kind][dtype]);
    code.set(vector);
  };
  if (dtype === "f64" || lanes === 4) fold(UPPER_HALF);
  if (dtype !== "f64") fold(LANE_1);
}
