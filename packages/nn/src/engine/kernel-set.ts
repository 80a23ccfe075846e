/** @file The kernels as lowerings see them: eager execution calls them at once, a compiled plan records the calls. */
import type { KernelCalls } from "../primitives/primitive.ts";
import type { Allocator } from "./allocator.ts";
import { KERNEL_PARAMETERS, type Kernels } from "./kernels/kernels.generated.ts";

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
  // Two lists of numbers, so that nothing is made for each stretch.
  const ptrs: number[] = [];
  const sizes: number[] = [];
  const scratch = (sizeBytes: number): number => {
    const ptr = allocator.alloc(sizeBytes);
    ptrs.push(ptr);
    sizes.push(sizeBytes);
    return ptr;
  };
  return Object.assign(scratch, {
    release: (): void => {
      for (let ptr = ptrs.pop(); ptr !== undefined; ptr = ptrs.pop()) allocator.free(ptr, sizes.pop() ?? 0);
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

for (const name of Object.keys(KERNEL_PARAMETERS)) {
  Object.defineProperty(RecordingKernels.prototype, name, {
    value(this: RecordingKernels, ...args: readonly number[]) {
      this.calls.call(name, ...args);
    },
  });
}
