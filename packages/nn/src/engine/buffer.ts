/** @file Where a concrete tensor's elements lie. */

/** A stretch of the engine's memory. Several tensors may share one (a reshape does). */
export interface Buffer {
  /** Offset in the engine's memory, in bytes; a multiple of 64. -1 once freed. */
  ptr: number;
  /** Size of the stretch that the allocator handed out, in bytes; -1 for memory that belongs to a compiled step. */
  sizeBytes: number;
  /** Kept beyond the scope that made it. */
  kept: boolean;
}
