/** @file Which primitives are computed on images with the batch last, and how. */
import type {
  ConvolutionAttributes,
  InputGradAttributes,
  WeightGradAttributes,
} from "../../../primitives/convolution.ts";
import type { PoolAttributes } from "../../../primitives/pool-windows.ts";
import type { ReduceAttributes } from "../../../primitives/sum.ts";
import { allFixed, type Call, type Exporter, input } from "../../onnx/export/call.ts";
import type { GraphWriter } from "../../onnx/export/graph-writer.ts";
import { ELEMENTWISE } from "../../onnx/export/operators/elementwise.ts";
import { CONVOLUTION_WITH_BIAS } from "../rewrite/convolution-with-bias.ts";
import { conv2d, conv2dInputGrad, conv2dWeightGrad } from "./convolution.ts";
import { type BatchLast, lastAxes } from "./layout.ts";
import { TilePooling } from "./pooling.ts";

/** Names of nodes' results. A result is noted in the layout if it lies with the batch last. */
export type BatchLastExporter = (call: Call) => string | undefined;

/** A way to write one primitive, for calls with its attributes `A`. */
function rule<A>(write: (call: Call<A>) => string | undefined): BatchLastExporter {
  // The table that holds it is keyed by the names of primitives, and a primitive's instructions have its attributes.
  return write as BatchLastExporter;
}

/** Writes what is better computed with the batch last, and says undefined to everything else. */
export function batchLastExporter(write: GraphWriter, layout: BatchLast): BatchLastExporter {
  const pooling = new TilePooling(write, layout);
  const noted = (name: string | undefined): string | undefined => (name === undefined ? undefined : layout.note(name));
  const rules: Readonly<Record<string, BatchLastExporter>> = {
    conv2d: rule<ConvolutionAttributes>((call) => noted(conv2d(write, call, layout))),
    [CONVOLUTION_WITH_BIAS]: rule<ConvolutionAttributes>((call) => noted(conv2d(write, call, layout))),
    conv2dInputGrad: rule<InputGradAttributes>((call) => noted(conv2dInputGrad(write, call, layout))),
    conv2dWeightGrad: rule<WeightGradAttributes>((call) => conv2dWeightGrad(write, call, layout)),
    maxPool2d: rule<PoolAttributes>((call) => noted(pooling.maxPool2d(call))),
    maxPool2dGrad: rule<PoolAttributes>((call) => noted(pooling.maxPool2dGrad(call))),
    sum: rule<ReduceAttributes>((call) => sum(write, call, layout)),
  };
  return (call) => {
    const own = Object.hasOwn(rules, call.primitive) ? rules[call.primitive] : undefined;
    if (own !== undefined) return own(call);
    const exporter = Object.hasOwn(ELEMENTWISE, call.primitive) ? ELEMENTWISE[call.primitive] : undefined;
    return exporter === undefined ? undefined : noted(elementwise(write, call, layout, exporter));
  };
}

/** Elementwise operations stay in the layout in which an operand lies. */
function elementwise(write: GraphWriter, call: Call, layout: BatchLast, exporter: Exporter): string | undefined {
  if (call.shape.length !== 4 || !call.inputs.some((edge) => layout.has(edge))) return undefined;
  return exporter(write, { ...call, inputs: call.inputs.map((edge) => ({ ...edge, name: layout.last(edge) })) });
}

/** Sums of images with the batch last, if the order of the axes that stay is the same. */
function sum(write: GraphWriter, call: Call<ReduceAttributes>, layout: BatchLast): string | undefined {
  const x = input(call, 0);
  const { keepDims } = call.attributes;
  const axes = allFixed(call, "an axis", call.attributes.axes);
  if (!layout.has(x) || axes.length === 0 || !(keepDims || axes.includes(0))) return undefined;
  const total = write.node("ReduceSum", [x.name, write.ints(lastAxes(axes))], { keepdims: { int: keepDims ? 1 : 0 } });
  return keepDims ? layout.note(total) : total;
}

export { BatchLast } from "./layout.ts";
