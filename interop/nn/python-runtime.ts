/** @file A runtime for ONNX steps made of Python's onnxruntime: the same engine as onnxruntime-node, without its 290 MB in the repository. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  OnnxRuntime,
  RuntimeData,
  RuntimeTensor,
  RuntimeType,
} from "../../packages/nn/src/interop/onnx-step/runtime.ts";
import type { OnnxAnswer } from "./onnx-jobs.ts";
import { runPython } from "./python.ts";

class PythonTensor implements RuntimeTensor {
  readonly type: RuntimeType;
  readonly data: RuntimeData;
  readonly dims: readonly number[];

  constructor(type: RuntimeType, data: RuntimeData, dims: readonly number[]) {
    this.type = type;
    this.data = data;
    this.dims = dims;
  }
}

const ARRAYS = { float32: Float32Array, float64: Float64Array, int32: Int32Array } as const;

/** A runtime that starts Python for every run; for tests. */
export function pythonRuntime(python: string): OnnxRuntime {
  return {
    Tensor: PythonTensor,
    InferenceSession: {
      create: async (model) => {
        const folder = mkdtempSync(join(tmpdir(), "trainlog-step-"));
        const path = join(folder, "step.onnx");
        writeFileSync(path, model);
        return {
          run: async (feeds) => {
            const inputs = Object.fromEntries(
              Object.entries(feeds).map(([name, tensor]) => {
                const dtype = tensor instanceof PythonTensor ? tensor.type : "float32";
                return [name, { shape: tensor.dims, dtype, data: Array.from(tensor.data as Iterable<number>, Number) }];
              }),
            );
            writeFileSync(join(folder, "jobs.json"), JSON.stringify([{ model: path, inputs }]));
            const [answer] = runPython<OnnxAnswer[]>(python, "run_onnx.py", [join(folder, "jobs.json")]);
            return Object.fromEntries(
              Object.entries(answer?.outputs ?? {}).map(([name, { shape, data, dtype }]) => [
                name,
                new PythonTensor(dtype, ARRAYS[dtype].from(data), shape),
              ]),
            );
          },
          release: async () => rmSync(folder, { recursive: true, force: true }),
        };
      },
    },
  };
}
