/** @file How primitives become nodes of a step: some in ways that pay in onnxruntime only, the others as in every ONNX file. */
import type { Call, Exporter } from "../onnx/export/call.ts";
import type { Edge, GraphWriter } from "../onnx/export/graph-writer.ts";
import { exportCall } from "../onnx/export/write-instructions.ts";
import { BatchLast, batchLastExporter } from "./batch-last/index.ts";
import { CONVOLUTION_WITH_BIAS } from "./rewrite/convolution-with-bias.ts";
import { MATMUL_WITH_BIAS } from "./rewrite/matmul-with-bias.ts";
import { RuntimeOperators } from "./runtime-operators.ts";

/** Writes the instructions of one step. */
export interface StepExporter {
  readonly exporter: Exporter;
  /** The edge with the axes in their usual order. */
  plain(edge: Edge): Edge;
}

/** Makes what writes the instructions of one graph. */
export function stepExporter(write: GraphWriter): StepExporter {
  const layout = new BatchLast(write);
  const operators = new RuntimeOperators(write);
  const withBatchLast = batchLastExporter(write, layout);
  return {
    plain: (edge) => layout.plain(edge),
    exporter: (_, call) => {
      const found = withBatchLast(call);
      if (found !== undefined) return found;
      const plain = inUsualOrder(call, layout);
      return operators.export(plain) ?? exportCall(write, operators.withCopies(plain));
    },
  };
}

/** Primitives whose exporters take a bias as one more input. */
const WITHOUT_BIAS: ReadonlyMap<string, string> = new Map([
  [CONVOLUTION_WITH_BIAS, "conv2d"],
  [MATMUL_WITH_BIAS, "matmul"],
]);

/** The instruction as every ONNX file has it. */
function inUsualOrder(call: Call, layout: BatchLast): Call {
  const inputs = call.inputs.map((edge) => layout.plain(edge));
  return { ...call, primitive: WITHOUT_BIAS.get(call.primitive) ?? call.primitive, inputs };
}
