/** @file Where a concrete tensor's elements lie. */

/** A place in the engine's memory. */
export interface Stretch {
  ptr: number;
  readonly sizeBytes: number;
}

/**
 * A stretch of the engine's memory. Several tensors may share one (a reshape does).
 *
 * A class, and the only one: every operation asks whether its operands are buffers and where they are, which is quick for objects of one make only. Its fields are declared only, as those of tensors.
 */
export class Buffer {
  /** Offset in the engine's memory, in bytes; a multiple of 64. -1 once freed. */
  declare ptr: number;
  /** Size of the stretch that the allocator handed out, in bytes; -1 if the memory is somebody else's (a plan's, the engine's own), who frees it. */
  declare sizeBytes: number;
  /** Kept beyond the scope that made it. */
  declare kept: boolean;
  /** What the garbage collector has been told to free when this object is gone. */
  declare registered: Stretch | undefined;
  /** What has to live as long as this: the owner of the memory, or weight that the garbage collector can see (to it a tensor is a few words). */
  declare held: unknown;

  constructor(ptr: number, sizeBytes: number, kept = false) {
    this.ptr = ptr;
    this.sizeBytes = sizeBytes;
    this.kept = kept;
    this.registered = undefined;
    this.held = undefined;
  }
}
