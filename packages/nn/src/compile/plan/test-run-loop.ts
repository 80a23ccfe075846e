/** @file Runs a single loop program, for tests. */
import { engine } from "../../engine/engine.ts";
import { emitLoop } from "../loops/emit.ts";
import { HOST_FUNCTIONS } from "../loops/operations.ts";
import type { LoopProgram } from "../loops/program.ts";
import { ModuleBuilder } from "../wasm/module.ts";
import { kernelImports } from "./kernel-imports.ts";

/** A function that runs the loop. */
export function createPlanModule(program: LoopProgram): () => void {
  const { memory } = engine();
  const shared = !(memory.buffer instanceof ArrayBuffer);
  const module = new ModuleBuilder({ minimumPages: 1, maximumPages: 65_536, shared });
  module.export(
    "run",
    module.define({ params: [], results: [] }, (code) => emitLoop(module, code, program)),
  );
  const imports = { engine: { memory }, kernels: kernelImports(), math: { ...HOST_FUNCTIONS } };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), imports);
  return exports["run"] as () => void;
}
