/** @file The kernels as generated modules import them. */
import { engine } from "../../engine/engine.ts";
import { wasm } from "../../engine/kernels/plain.generated.ts";
import type { FunctionType } from "../wasm/code.ts";
import { exportedSignatures } from "../wasm/signatures.ts";

/** Signatures of all kernels, by name. They do not depend on the built variant. */
export function kernelSignatures(): Map<string, FunctionType> {
  return exportedSignatures(Uint8Array.from(atob(wasm), (char) => char.charCodeAt(0)));
}

/** The engine's own kernels, vector functions included, for instantiation. */
export function kernelImports(): WebAssembly.ModuleImports {
  const { scratch: _, ...kernels } = engine().kernels;
  return { ...kernels };
}
