/** @file How primitives become nodes of a step: some in ways that pay in onnxruntime only, the others as in every ONNX file. */
import type { Call, Exporter } from "../onnx/export/call.ts";
import type { Edge, GraphWriter } from "../onnx/export/graph-writer.ts";
import { exportCall } from "../onnx/export/write-instructions.ts";
import { BatchLast, batchLastExporter } from "./batch-last/index.ts";
import { CONVOLUTION_WITH_BIAS } from "./rewrite/convolution-with-bias.ts";
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
      return operators.export(plain) ?? exportCall(write, plain);
    },
  };
}

/** The instruction as every ONNX file has it. */
function inUsualOrder(call: Call, layout: BatchLast): Call {
  const inputs = call.inputs.map((edge) => layout.plain(edge));
  const primitive = call.primitive === CONVOLUTION_WITH_BIAS ? "conv2d" : call.primitive;
  return { ...call, primitive, inputs };
}
