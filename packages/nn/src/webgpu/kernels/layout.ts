/** @file Kernels that move elements: one thread per element of the result, which knows where its element comes from. */
import type { IotaAttributes } from "../../primitives/create.ts";
import { axisView, rowMajorStrides } from "../../primitives/index-map.ts";
import type { FlipAttributes, TransposeAttributes } from "../../primitives/layout.ts";
import type { ConcatAttributes, PadAttributes, SliceAttributes, UnsliceAttributes } from "../../primitives/slice.ts";
import { sizeOf } from "../../shape/shape.ts";
import { eachElement, type GpuKernel, type GpuView, literal, load, store, strided, typeOf } from "../wgsl/kernel.ts";

/** Writes the kernels of one instruction. */
export type WriteKernels<A = unknown> = (
  output: GpuView,
  inputs: readonly GpuView[],
  attributes: A,
) => readonly GpuKernel[];

/** An operand that the primitive has. */
export function operandAt(inputs: readonly GpuView[], at: number): GpuView {
  const found = inputs[at];
  if (found === undefined) throw new RangeError(`a primitive was applied to ${inputs.length} operands, too few`);
  return found;
}

function gathered(output: GpuView, x: GpuView, strides: readonly number[], start = 0): readonly GpuKernel[] {
  const from = strided(output.shape, strides, "i", start);
  return [eachElement(sizeOf(output.shape), store(output, "i", load(x, from)))];
}

/** Changes the order of axes. */
export const transposeKernels: WriteKernels<TransposeAttributes> = (output, inputs, { perm }) => {
  const x = operandAt(inputs, 0);
  const own = rowMajorStrides(x.shape);
  return gathered(
    output,
    x,
    perm.map((axis) => own[axis] ?? 0),
  );
};

/** Reverses axes. */
export const flipKernels: WriteKernels<FlipAttributes> = (output, inputs, { axes }) => {
  const own = rowMajorStrides(output.shape);
  const start = axes.reduce((sum, axis) => sum + ((output.shape[axis] ?? 1) - 1) * (own[axis] ?? 0), 0);
  const strides = own.map((stride, axis) => (axes.includes(axis) ? -stride : stride));
  return gathered(output, operandAt(inputs, 0), strides, start);
};

/** Takes a part. */
export const sliceKernels: WriteKernels<SliceAttributes> = (output, inputs, { starts, strides }) => {
  const x = operandAt(inputs, 0);
  const own = rowMajorStrides(x.shape);
  const start = own.reduce((sum, stride, axis) => sum + stride * (starts[axis] ?? 0), 0);
  return gathered(
    output,
    x,
    own.map((stride, axis) => stride * (strides[axis] ?? 1)),
    start,
  );
};

/** Elements of x at `starts`, every `strides`-th, among others that are `value`. */
function spread(
  output: GpuView,
  x: GpuView,
  starts: readonly number[],
  strides: readonly number[],
  value: number,
): readonly GpuKernel[] {
  const own = rowMajorStrides(x.shape);
  const lines: string[] = ["var source = 0;", "var inside = true;"];
  let inner = 1;
  for (let axis = output.shape.length - 1; axis >= 0; axis -= 1) {
    const [length = 1, stride = 1] = [output.shape[axis], strides[axis]];
    lines.push(
      `let d${axis} = (i / ${inner}) % ${length} - (${starts[axis] ?? 0});`,
      `inside = inside && d${axis} >= 0 && d${axis} % ${stride} == 0 && d${axis} / ${stride} < ${x.shape[axis] ?? 1};`,
      `source += d${axis} / ${stride} * ${own[axis] ?? 0};`,
    );
    inner *= length;
  }
  lines.push(
    `var value: ${typeOf(output.dtype)} = ${literal(value, output.dtype)};`,
    `if (inside) { value = ${load(x, "source")}; }`,
    store(output, "i", "value"),
  );
  return [eachElement(sizeOf(output.shape), lines.join("\n"))];
}

/** Puts numbers around. */
export const padKernels: WriteKernels<PadAttributes> = (output, inputs, { before, value }) =>
  spread(output, operandAt(inputs, 0), before, [], value);

/** Puts a part back among zeros. */
export const unsliceKernels: WriteKernels<UnsliceAttributes> = (output, inputs, { starts, strides }) =>
  spread(output, operandAt(inputs, 0), starts, strides, 0);

/** Joins tensors, one kernel each. */
export const concatKernels: WriteKernels<ConcatAttributes> = (output, inputs, { axis }) => {
  const { length, inner } = axisView(output.shape, axis);
  let start = 0;
  return inputs.map((x) => {
    const run = (x.shape[axis] ?? 0) * inner;
    const to = `(i / ${Math.max(run, 1)}) * ${length * inner} + i % ${Math.max(run, 1)} + ${start}`;
    start += run;
    return eachElement(sizeOf(x.shape), store(output, to, load(x, "i")));
  });
};

/** Counts along an axis. */
export const iotaKernels: WriteKernels<IotaAttributes> = (output, _, { axis }) => {
  const { length, inner } = axisView(output.shape, axis);
  return [eachElement(sizeOf(output.shape), store(output, "i", `${typeOf(output.dtype)}((i / ${inner}) % ${length})`))];
};
