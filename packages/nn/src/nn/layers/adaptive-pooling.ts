/** @file Average pooling to a size that is given, whatever goes in. */
import { matmul, mean, reshape } from "../../primitives/index.ts";
import type { Shape } from "../../shape/shape.ts";
import { fromNumbers } from "../../tensor/create.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { defineLayer, type M } from "../layer.ts";
import { ANY_SIZE, showSizes, wrongInput } from "../shape-check.ts";
import type { AdaptivePool2d } from "../window-type.ts";
import { type Pair, pairOf } from "./window.ts";

/**
 * Means of as many windows as wanted: window i of n over a length covers ⌊i·length / n⌋ up to ⌈(i + 1)·length / n⌉. As `torch.nn.AdaptiveAvgPool2d`.
 *
 * Shape `[channels, height, width]` → `[channels, ...size]`.
 *
 * @param size - Places wanted: one number for both axes or `[height, width]`. 1: the mean of each channel.
 * @throws TrainlogError `nn/bad-option`.
 */
export function adaptiveAvgPool2d<const K extends Pair>(size: K): M<AdaptivePool2d<K>> {
  const [height, width] = pairOf("the size of adaptiveAvgPool2d", size, 1);
  const label = `adaptiveAvgPool2d(${height === width ? height : showSizes([height, width])})`;
  const check = (input: Shape): Shape => {
    if (input.length === 3) return input;
    throw wrongInput(label, "[channels, height, width]", input);
  };
  return defineLayer<AdaptivePool2d<K>>({
    kind: "adaptiveAvgPool2d",
    label,
    inputShape: [ANY_SIZE, ANY_SIZE, ANY_SIZE],
    outputShape: (input) => [check(input)[0] ?? 0, height, width],
    forward: (_, x) => {
      check(x.shape.slice(1));
      return averageColumns(averageRows(x, height), width);
    },
  });
}

/** Windows are products of rows and columns, so their means are means of means. */
function averageRows(x: AnyTensor, wanted: number): AnyTensor {
  const [batch = 0, channels = 0, height = 0, width = 0] = x.shape;
  if (wanted === height) return x;
  if (wanted === 1) return mean(x, [2], true);
  const means = matmul(meansMatrix(height, wanted, x), reshape(x, [batch * channels, height, width]));
  return reshape(means, [batch, channels, wanted, width]);
}

function averageColumns(x: AnyTensor, wanted: number): AnyTensor {
  const [batch = 0, channels = 0, height = 0, width = 0] = x.shape;
  if (wanted === width) return x;
  if (wanted === 1) return mean(x, [3], true);
  const rows = reshape(x, [batch * channels * height, width]);
  return reshape(matmul(rows, meansMatrix(width, wanted, x), { transposeB: true }), [batch, channels, height, wanted]);
}

/** `[wanted, length]`: row i has 1 / window size at the elements of window i. */
function meansMatrix(length: number, wanted: number, like: AnyTensor): AnyTensor {
  const elements = new Float64Array(wanted * length);
  for (let window = 0; window < wanted; window += 1) {
    const start = Math.floor((window * length) / wanted);
    const end = Math.ceil(((window + 1) * length) / wanted);
    elements.fill(1 / (end - start), window * length + start, window * length + end);
  }
  return fromNumbers([wanted, length], elements, like.dtype);
}
