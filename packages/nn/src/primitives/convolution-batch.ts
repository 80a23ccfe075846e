/** @file Convolutions of many examples as one: by a larger batch when they share the weight, by more groups when each has its own. */
import { sizeOf } from "../shape/shape.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { type Batched, batchRepeated, batchSize, moveAxis } from "./batching.ts";
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
  { inputs, output, run }: BilinearConvolution<A>,
): Batched {
  const size = batchSize(operands);
  const sharesWeight =
    output !== "weight" && operands.every(({ axis }, i) => inputs[i] !== "weight" || axis === undefined);
  const axisOf = (role: Role): number => (sharesWeight ? 0 : GROUP_AXIS[role]);
  const [a, b] = operands.map((input, i) =>
    sharesWeight && inputs[i] === "weight" ? input.tensor : merged(batchRepeated(input, size), axisOf(inputs[i]!)),
  );
  const groups = sharesWeight ? attributes.groups : attributes.groups * size;
  return split(run(a!, b!, { ...attributes, groups }), axisOf(output), size);
}

/** The batch axis (the first) joined with an axis of the examples, examples behind each other. */
function merged(x: AnyTensor, axis: number): AnyTensor {
  const moved = moveAxis(x, 0, axis);
  return reshape(moved, moved.shape.toSpliced(axis, 2, sizeOf(moved.shape.slice(axis, axis + 2))));
}

/** The transpose of {@link merged}; the batch axis stays where it is. */
function split(x: AnyTensor, axis: number, size: number): Batched {
  const each = (x.shape[axis] ?? 0) / size;
  return { output: reshape(x, x.shape.toSpliced(axis, 1, size, each)), axis };
}
