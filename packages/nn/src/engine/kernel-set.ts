/** @file The kernels as lowerings see them: eager execution calls them at once, a compiled plan records the calls. */
import type { KernelCalls } from "../primitives/primitive.ts";
import type { Allocator } from "./allocator.ts";
import { KERNEL_NAMES, type Kernels } from "./kernels/kernels.generated.ts";

/** All kernels, and working memory. */
export interface KernelSet extends Kernels {
  /** Working memory that is free again after the instruction, 64-byte aligned. */
  readonly scratch: Scratch;
}

/** Hands out working memory. */
export interface Scratch {
  (sizeBytes: number): number;
  /** Takes everything back that was handed out since the last time. */
  release(): void;
}

/** Working memory from the allocator, for eager execution. */
export function scratchOf(allocator: Allocator): Scratch {
  const held: { ptr: number; sizeBytes: number }[] = [];
  const scratch = (sizeBytes: number): number => {
    const ptr = allocator.alloc(sizeBytes);
    held.push({ ptr, sizeBytes });
    return ptr;
  };
  return Object.assign(scratch, {
    release: (): void => {
      if (held.length === 0) return;
      for (const { ptr, sizeBytes } of held) allocator.free(ptr, sizeBytes);
      held.length = 0;
    },
  });
}

/** Kernels that only pass name and arguments on. One object per receiver, methods shared by all. */
export function recordingKernels(calls: KernelCalls): KernelSet {
  return new RecordingKernels(calls) as unknown as KernelSet;
}

class RecordingKernels {
  readonly calls: KernelCalls;
  readonly scratch: Scratch;

  constructor(calls: KernelCalls) {
    this.calls = calls;
    this.scratch = Object.assign((sizeBytes: number) => calls.scratch(sizeBytes), { release: () => {} });
  }
}

for (const name of KERNEL_NAMES) {
  Object.defineProperty(RecordingKernels.prototype, name, {
    value(this: RecordingKernels, ...args: readonly number[]) {
      this.calls.call(name, ...args);
    },
  });
}
