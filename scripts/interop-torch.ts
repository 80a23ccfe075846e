/**
 * @file `npm run interop:torch`: @trainlog/nn beside a living PyTorch. Trains there and takes over here, trains here and takes over there, and compares
 * layers, gradients and optimizers.
 *
 * Not a part of `npm test`, because PyTorch from PyPI brings 5 GB along. It makes an environment of its own on the first run; set
 * TRAINLOG_TORCH_PYTHON to a Python that has torch, safetensors, onnx, onnxscript and onnxruntime to use that one.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { torchPython } from "../interop/nn/python.ts";
import { type Comparison, holds, showComparison } from "../interop/nn/torch-comparison.ts";
import { compareImports } from "../interop/nn/torch-imports.ts";
import { compareLayers } from "../interop/nn/torch-layers.ts";
import { fromTorch, toTorch } from "../interop/nn/torch-models.ts";

const folder = mkdtempSync(join(tmpdir(), "trainlog-interop-torch-"));
const [torchFolder, ourFolder] = [join(folder, "torch"), join(folder, "trainlog")];
let failed = 0;
let passed = 0;
let skipped = 0;

function report(title: string, comparisons: readonly Comparison[]): void {
  console.log(`\n${title} (largest difference)`);
  for (const comparison of comparisons) {
    console.log(`  ${showComparison(comparison)}`);
    if (comparison.skipped === true) skipped += 1;
    else if (holds(comparison)) passed += 1;
    else failed += 1;
  }
}

try {
  const python = torchPython();
  mkdirSync(ourFolder);
  report("PyTorch to trainlog", await fromTorch(python, torchFolder));
  report("trainlog to PyTorch", await toTorch(python, torchFolder, ourFolder));
  report("layers and optimizers, with gradients", await compareLayers(python, folder));
  report("modules exported by PyTorch as ONNX, imported here", compareImports(python, folder));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
