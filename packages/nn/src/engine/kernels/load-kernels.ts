/** @file Makes the kernels' module for what this JavaScript engine can do. */
import { reasonOf, TrainlogError } from "../../error.ts";
import type { Kernels } from "./kernels.generated.ts";
import { wasm } from "./wasm.generated.ts";
import { withoutRelaxed } from "./without-relaxed.ts";

/** What an instance exports: the kernels, and the loop that a worker thread runs for ever. */
export type KernelExports = Kernels & {
  /** Waits for parts of jobs and does them; never returns. */
  worker(): void;
  /** Writes the numbers that kernels read from memory. */
  initialize(): void;
};

/** Functions that kernels call. */
export interface KernelHost {
  /** A job is big enough for more threads than there are. */
  startThreads(): void;
}

/** The smallest module that uses relaxed SIMD: one function of `f32x4.relaxed_madd` over three zeros. */
const RELAXED_PROBE: Uint8Array<ArrayBuffer> = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0],
  ...[65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17, 253, 133, 2, 11],
);

/** Says whether there is fused multiply-add. */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(RELAXED_PROBE);
}

/**
 * Compiles the kernels.
 *
 * @param shared - Whether they are to run on a shared memory. The built module says so; for an unshared one the flag of its memory import is cleared.
 * @throws TrainlogError `engine/no-webassembly` where a content security policy or the engine refuses.
 */
export function compileKernels(shared: boolean): WebAssembly.Module {
  const built = bytesOfHex(wasm);
  const bytes = hasRelaxedSimd() ? built : withoutRelaxed(built);
  if (!shared) clearSharedFlag(bytes);
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    throw new TrainlogError(
      "engine/no-webassembly",
      `WebAssembly with SIMD cannot be compiled here (${reasonOf(error)}). ` +
        "It needs Node 24, or a browser of 2021 or later; a content security policy must allow 'wasm-unsafe-eval'",
      { cause: error },
    );
  }
}

/** The bytes that hexadecimal digits write. Of the texts that any bundler carries they pack best: bytes stay bytes for the package's compression. */
export function bytesOfHex(digits: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i += 1) {
    bytes[i] = 16 * digitAt(digits, 2 * i) + digitAt(digits, 2 * i + 1);
  }
  return bytes;
}

/** 0 to 15; digits come before letters in the character set. */
function digitAt(digits: string, at: number): number {
  const code = digits.charCodeAt(at);
  return code < 0x3a ? code - 0x30 : code - 0x57;
}

/** `env` `memory` as the import section writes it, and 2 for "a memory". The byte behind holds the limits' flags. */
const MEMORY_IMPORT: readonly number[] = [3, 101, 110, 118, 6, 109, 101, 109, 111, 114, 121, 2];
const HAS_MAXIMUM = 1;

function clearSharedFlag(bytes: Uint8Array): void {
  const at = bytes.findIndex((_, start) => MEMORY_IMPORT.every((byte, i) => bytes[start + i] === byte));
  bytes[at + MEMORY_IMPORT.length] = HAS_MAXIMUM;
}

function badIndex(index: number, length: number): never {
  throw new TrainlogError(
    "shape/bad-index",
    `an index is ${index}, but the axis that it counts along has ${length} places: indices go from 0 to ${length - 1}`,
  );
}

/** An instance over `memory`, which is made ready for it. Workers make their own. */
export function instantiateKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  host: KernelHost,
): KernelExports {
  const { exports } = new WebAssembly.Instance(module, {
    env: { memory },
    host: { ...host, badIndex },
    math: { sin: Math.sin, cos: Math.cos, pow: Math.pow },
  });
  // The interface is generated from the same module. A plain object with own properties: calls through the frozen export object are slower.
  const kernels = { ...exports } as unknown as KernelExports;
  kernels.initialize();
  return kernels;
}
