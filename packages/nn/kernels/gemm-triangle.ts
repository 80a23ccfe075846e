/** @file Which steps of a dot product count when A is triangular: the others would add products of zeros. */
import { MR } from "./memory-map";

/** The result is 0 above its diagonal. */
export const RESULT: i32 = 1;
/** A is 0 above its diagonal. */
export const A_LOWER: i32 = 2;
/** A is 0 below its diagonal. */
export const A_UPPER: i32 = 3;

/**
 * First of `depth` steps that a tile needs.
 *
 * @param diagonal - Step at which the diagonal meets the tile's first row; it may lie outside of the block.
 */
export function firstStep(triangle: i32, diagonal: i32, depth: i32): i32 {
  return triangle == A_UPPER ? max(0, min(depth, diagonal)) : 0;
}

/** The step behind the last one that a tile needs. */
export function stepsEnd(triangle: i32, diagonal: i32, depth: i32): i32 {
  return triangle == A_LOWER ? max(0, min(depth, diagonal + MR)) : depth;
}
