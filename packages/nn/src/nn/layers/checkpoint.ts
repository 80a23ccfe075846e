/** @file Layers whose inner values are computed again in the backward pass instead of being kept. */
import { defineLayer, type M } from "../layer.ts";
import type { LayerType } from "../layer-type.ts";

/**
 * The same layer with less memory: training keeps its input and output only, and computes what lies between a second time in the backward pass (Chen et
 * al., 2016). Names of parameters, results, gradients, state and dropped elements are those of the layer itself.
 *
 * @example
 * nn.sequential(nn.embedding(96, 64), nn.checkpoint(nn.transformerBlock(64, { heads: 4 })), nn.linear(64, 96))
 */
export function checkpoint<L extends LayerType>(layer: M<L>): M<L> {
  return defineLayer<L>({
    kind: "checkpoint",
    label: `checkpoint(${layer.label})`,
    ...(layer.name === undefined ? {} : { name: layer.name }),
    inputShape: layer.inputShape,
    inputDType: layer.inputDType,
    layers: [["", layer]],
    outputShape: layer.outputShape,
    forward: (self, x) => self.callAgainInBackward("", x),
  });
}
