/** @file The kernels as generated modules import them. */
import { engine } from "../../engine/engine.ts";
import { KERNEL_PARAMETERS } from "../../engine/kernels/kernels.generated.ts";
import type { FunctionType } from "../wasm/code.ts";
import { ValueType } from "../wasm/opcodes.ts";

const TYPES = { i: ValueType.i32, f: ValueType.f32, d: ValueType.f64 } as const;

/** Signatures of all kernels, by name. */
const SIGNATURES: ReadonlyMap<string, FunctionType> = new Map(
  Object.entries(KERNEL_PARAMETERS).map(([name, letters]) => [
    name,
    { params: Array.from(letters, (letter) => TYPES[letter as keyof typeof TYPES]), results: [] }, // no others are generated
  ]),
);

/** The signature of a kernel. */
export function kernelSignature(name: string): FunctionType {
  const type = SIGNATURES.get(name);
  if (type === undefined) throw new RangeError(`there is no kernel ${name}`);
  return type;
}

/** The engine's own kernels, vector functions included, for instantiation. */
export function kernelImports(): WebAssembly.ModuleImports {
  const { scratch: _, ...kernels } = engine().kernels;
  return { ...kernels };
}
