/**
 * @file Loads and stores of vectors, by element type and number of lanes.
 *
 * A vector has 4 lanes of 4-byte elements, or, where f64 takes part, 2 lanes: f64 fills it then, 4-byte elements lie in its low half.
 */
import { BYTES_PER_ELEMENT, type DType } from "../../tensor/dtype.ts";
import type { Code } from "../wasm/code.ts";
import type { Expression } from "../wasm/expression.ts";
import { ValueType } from "../wasm/opcodes.ts";

/** One element into lane 0, from the address on the stack. */
export function loadLane(code: Code, dtype: DType, offset: number): void {
  code.simdMemory(BYTES_PER_ELEMENT[dtype] === 8 ? "v128.load64_zero" : "v128.load32_zero", offset);
}

/** One element into every lane. */
export function loadSplat(code: Code, dtype: DType, offset: number): void {
  code.simdMemory(BYTES_PER_ELEMENT[dtype] === 8 ? "v128.load64_splat" : "v128.load32_splat", offset);
}

/** Neighbouring elements into all lanes. */
export function loadVector(code: Code, dtype: DType, lanes: 2 | 4, offset: number): void {
  code.simdMemory(BYTES_PER_ELEMENT[dtype] * lanes === 8 ? "v128.load64_zero" : "v128.load", offset);
}

/** Elements that lie `stride` apart into all lanes. */
export function gather(
  code: Code,
  address: Expression,
  dtype: DType,
  lanes: 2 | 4,
  stride: number,
  offset: number,
): void {
  const bytes = BYTES_PER_ELEMENT[dtype];
  address(code);
  loadLane(code, dtype, offset);
  const vector = code.local(ValueType.v128);
  code.set(vector);
  for (let lane = 1; lane < lanes; lane += 1) {
    address(code);
    code.get(vector);
    code.simdMemoryLane(bytes === 8 ? "v128.load64_lane" : "v128.load32_lane", offset + lane * stride * bytes, lane);
    code.set(vector);
  }
  code.get(vector);
}

/** Lane 0 to the address on the stack below it. */
export function storeLane(code: Code, dtype: DType, offset: number): void {
  code.simdMemoryLane(BYTES_PER_ELEMENT[dtype] === 8 ? "v128.store64_lane" : "v128.store32_lane", offset, 0);
}

/** All lanes to neighbouring elements. */
export function storeVector(code: Code, dtype: DType, lanes: 2 | 4, offset: number): void {
  if (BYTES_PER_ELEMENT[dtype] * lanes === 8) code.simdMemoryLane("v128.store64_lane", offset, 0);
  else code.simdMemory("v128.store", offset);
}
