/** @file Numbers that code uses again and again (1, 0.5, β of an optimiser): one place in memory each, made once. */
import { BYTES_PER_ELEMENT, type DType } from "../tensor/dtype.ts";
import { Buffer } from "./buffer.ts";
import { allocateBytes, engine, view } from "./engine.ts";

/** Numbers kept per element type. Programs use a few dozen; a learning rate that is a new number in each step must not fill the memory. */
const MAX_KEPT = 256;

/** A scalar's memory: the engine's own for the first few hundred different numbers, fresh for others. */
export function scalarConstant(value: number, dtype: DType): Buffer {
  const { constants, allocator } = engine();
  const known = constants[dtype].get(value);
  // A map takes -0 for 0.
  const isKept = !Object.is(value, -0);
  if (known !== undefined && isKept) return known;
  const bytes = BYTES_PER_ELEMENT[dtype];
  const buffer =
    isKept && constants[dtype].size < MAX_KEPT ? new Buffer(allocator.alloc(bytes), -1) : allocateBytes(bytes);
  view(dtype)[buffer.ptr / bytes] = value;
  if (buffer.sizeBytes < 0) constants[dtype].set(value, buffer);
  return buffer;
}
