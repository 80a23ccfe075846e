/** @file Runs ONNX files in onnxruntime. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AnyTensor } from "@trainlog/nn";
import { runPython } from "./python.ts";

/** One output; the element type by numpy's name. */
export interface OnnxOutput {
  readonly shape: readonly number[];
  readonly dtype: "float32" | "float64" | "int32";
  readonly data: readonly number[];
}

/** What onnxruntime gives for one file. */
export interface OnnxAnswer {
  readonly outputs: Readonly<Record<string, OnnxOutput>>;
  readonly opset: number;
  readonly irVersion: number;
  readonly initializers: readonly string[];
}

/** A file and its inputs by name. */
export interface OnnxJob {
  readonly file: Uint8Array;
  readonly inputs: Readonly<Record<string, AnyTensor>>;
}

const NUMPY_DTYPES = { float: "float32", f64: "float64", int32: "int32" } as const;

/** Checks all files with the reference checker and runs them, in one process. */
export function runOnnx(python: string, folder: string, jobs: readonly OnnxJob[]): readonly OnnxAnswer[] {
  const written = jobs.map(({ file, inputs }, index) => {
    const model = join(folder, `job-${index}.onnx`);
    writeFileSync(model, file);
    const given = Object.entries(inputs).map(([name, tensor]) => [
      name,
      {
        shape: tensor.shape,
        dtype: NUMPY_DTYPES[tensor.dtype],
        data: Array.from(tensor.data(), String).map(pythonNumber),
      },
    ]);
    return { model, inputs: Object.fromEntries(given) };
  });
  const path = join(folder, "jobs.json");
  writeFileSync(path, JSON.stringify(written));
  return runPython(python, "run_onnx.py", [path]);
}

/** JSON has no NaN and no infinities; numpy reads them as texts. */
function pythonNumber(text: string): number | string {
  return Number.isFinite(Number(text)) ? Number(text) : text;
}
