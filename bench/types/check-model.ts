/**
 * @file Type-checks a model of `@trainlog/nn` as a user's compiler does, from the built declarations.
 *
 * Usage: check-model.ts LAYERS, prints one line of JSON: `{"parseMs": …, "checkMs": …, "errors": …}`; reading and binding all files, and checking the
 * program that builds and trains the model.
 */
import { fileURLToPath } from "node:url";
import ts from "typescript";

const layers = Number(process.argv[2] ?? 50);
const path = fileURLToPath(new URL("model-of-many-layers.ts", import.meta.url));

/** Every other layer is linear, with sizes of its own, so that no layer's type is that of an earlier one. */
function modelOf(count: number): string {
  const list = Array.from({ length: count }, (_, i) =>
    i % 2 === 0 ? `nn.linear(${100 + i / 2}, ${101 + i / 2})` : "nn.relu()",
  );
  return `
    import { nn, optim, Trainer } from "@trainlog/nn";
    export const trainer = Trainer.new(nn.sequential(
      ${list.join(",\n      ")},
      nn.linear(${100 + Math.ceil(count / 2)}, 1),
    ), { task: "regression", optimizer: optim.adam({ lr: 0.01 }), seed: 0 });`;
}

const text = modelOf(layers);
const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ESNext,
  types: [],
};
const host = ts.createCompilerHost(options);
const startMs = performance.now();
const program = ts.createProgram([path], options, {
  ...host,
  fileExists: (name) => name === path || host.fileExists(name),
  readFile: (name) => (name === path ? text : host.readFile(name)),
  getSourceFile: (name, target) =>
    name === path ? ts.createSourceFile(name, text, target) : host.getSourceFile(name, target),
});
const parsedMs = performance.now();
const errors = ts.getPreEmitDiagnostics(program);
const checkedMs = performance.now();
console.log(JSON.stringify({ parseMs: parsedMs - startMs, checkMs: checkedMs - parsedMs, errors: errors.length }));
