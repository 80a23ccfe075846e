/**
 * @file The runtime that runs ONNX steps: onnxruntime-node, which the user installs if wanted (288 MB, so never a dependency of ours).
 *
 * Only the part of its interface that is used, so that nothing of it is needed to compile.
 */
import { TrainlogError } from "../../error.ts";

/** Elements as the runtime takes and gives them. */
export type RuntimeData = Float32Array | Float64Array | Int32Array | BigInt64Array;

/** A tensor of the runtime. */
export interface RuntimeTensor {
  readonly data: RuntimeData;
  readonly dims: readonly number[];
  dispose?(): void;
}

/** A loaded graph. */
export interface RuntimeSession {
  run(feeds: Readonly<Record<string, RuntimeTensor>>): Promise<Readonly<Record<string, RuntimeTensor>>>;
  release(): Promise<void>;
}

/** How a graph is loaded. */
export interface RuntimeSessionOptions {
  readonly executionProviders: readonly string[];
  readonly intraOpNumThreads: number;
  readonly interOpNumThreads: number;
  readonly graphOptimizationLevel: "all";
  readonly executionMode: "sequential";
}

/** `onnxruntime-node`, or another package of the same interface. */
export interface OnnxRuntime {
  readonly InferenceSession: { create(model: Uint8Array, options: RuntimeSessionOptions): Promise<RuntimeSession> };
  readonly Tensor: new (type: RuntimeType, data: RuntimeData, dims: readonly number[]) => RuntimeTensor;
}

/** Names of element types at the runtime. */
export type RuntimeType = "float32" | "float64" | "int32" | "int64";

/**
 * Loads onnxruntime-node.
 *
 * @throws TrainlogError `onnx/no-runtime` when it is not installed.
 */
export async function loadRuntime(): Promise<OnnxRuntime> {
  // A name that bundlers do not follow: the package is optional.
  const name: string = "onnxruntime-node";
  try {
    const loaded: OnnxRuntime & { readonly default?: OnnxRuntime } = await import(name);
    return loaded.default ?? loaded;
  } catch (cause) {
    throw new TrainlogError(
      "onnx/no-runtime",
      'the backend "onnx" runs in onnxruntime-node, which is not installed (or does not load here): npm install onnxruntime-node --ignore-scripts ' +
        '(about 290 MB; the scripts would fetch CUDA libraries), or use the backend "compiled"',
      { cause },
    );
  }
}
