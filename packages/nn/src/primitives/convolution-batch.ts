/** @file Convolutions of many examples as one: by a larger batch when they share the weight, by more groups when each has its own. */
import { sizeOf } from "../shape/shape.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { type Batched, batchRepeated, batchSize, inFront, moveAxis } from "./batching.ts";
import type { ConvolutionAttributes } from "./convolution.ts";
import { reshape } from "./layout.ts";
import type { BatchedInput } from "./primitive.ts";

/** What an operand of a convolution or of one of its gradients is. */
export type Role = "image" | "weight" | "result";

/** The axis of one example that holds the groups, one behind the other. */
const GROUP_AXIS: Readonly<Record<Role, number>> = { image: 1, weight: 0, result: 1 };

/** A convolution or one of its gradients. */
export interface BilinearConvolution<A extends ConvolutionAttributes> {
  readonly inputs: readonly [Role, Role];
  readonly output: Role;
  readonly run: (a: AnyTensor, b: AnyTensor, attributes: A) => AnyTensor;
}

/** The rule for `vmap` of the three. */
export function convolutionOfExamples<A extends ConvolutionAttributes>(
  operands: readonly BatchedInput[],
  attributes: A,
  convolution: BilinearConvolution<A>,
): Batched {
  const { inputs, output } = convolution;
  const sharesWeight = operands.every(({ axis }, i) => inputs[i] !== "weight" || axis === undefined);
  return sharesWeight && output !== "weight"
    ? asLargerBatch(operands, attributes, convolution)
    : asMoreGroups(operands, attributes, convolution);
}

function asLargerBatch<A extends ConvolutionAttributes>(
  operands: readonly BatchedInput[],
  attributes: A,
  { inputs, run }: BilinearConvolution<A>,
): Batched {
  const size = batchSize(operands);
  let perExample = 0;
  const [a, b] = operands.map((input, i) => {
    if (inputs[i] === "weight") return input.tensor;
    const images = batchRepeated(input, size);
    perExample = images.shape[1] ?? 0;
    return joined(images, 0);
  });
  const y = run(a!, b!, attributes);
  return inFront(reshape(y, [size, perExample, ...y.shape.slice(1)]));
}

function asMoreGroups<A extends ConvolutionAttributes>(
  operands: readonly BatchedInput[],
  attributes: A,
  { inputs, output, run }: BilinearConvolution<A>,
): Batched {
  const size = batchSize(operands);
  const [a, b] = operands.map((input, i) => joined(batchRepeated(input, size), GROUP_AXIS[inputs[i]!]));
  const y = run(a!, b!, { ...attributes, groups: attributes.groups * size });
  const axis = GROUP_AXIS[output];
  return { output: reshape(y, y.shape.toSpliced(axis, 1, size, (y.shape[axis] ?? 0) / size)), axis };
}

/** The batch axis (the first) joined with an axis of the examples, examples behind each other. */
function joined(x: AnyTensor, axis: number): AnyTensor {
  const moved = moveAxis(x, 0, axis);
  return reshape(moved, moved.shape.toSpliced(axis, 2, sizeOf(moved.shape.slice(axis, axis + 2))));
}
