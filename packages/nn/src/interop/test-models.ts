/** @file The models of `golden/interop_models.py` in our words: same layers, same names. */
import * as nn from "../nn/index.ts";
import { Shape } from "../shape/shape.ts";

const block = () => nn.transformerBlock(8, { heads: 2, hidden: 16, causal: true, norm: "pre", activation: "gelu" });

/** Descriptions by name. */
export const TEST_MODELS: Readonly<Record<"mlp" | "cnn" | "gru" | "transformer", nn.M>> = {
  mlp: nn.sequential(nn.linear(6, 8), nn.relu(), nn.linear(8, 3)),
  cnn: nn.sequential(
    Shape.image(1, 8, 8),
    nn.conv2d(1, 4, { kernelSize: 3, padding: 1 }),
    nn.batchNorm(4),
    nn.relu(),
    nn.maxPool2d(2),
    nn.conv2d(4, 6, { kernelSize: 3, stride: 2 }),
    nn.relu(),
    nn.avgPool2d(1),
    nn.flatten(),
    nn.linear(6, 3),
  ),
  gru: nn.sequential(
    Shape.mat(4, 5),
    nn.named("gru", nn.gru(5, 7, { layers: 2, returns: "last" })),
    nn.named("head", nn.linear(7, 3)),
  ),
  transformer: nn.sequential(
    nn.input(Shape.vec(6), "int32"),
    nn.named("embedding", nn.embedding(11, 8)),
    nn.named("position", nn.learnedPositions(6, 8)),
    nn.named("encoder", nn.sequential(nn.named("layers", nn.sequential(block(), block())))),
    nn.named("norm", nn.layerNorm(8)),
    nn.named("head", nn.linear(8, 11)),
  ),
};

/** Names of the models. */
export const TEST_MODEL_NAMES = ["mlp", "cnn", "gru", "transformer"] as const;
