/** @file Fused loops: elementwise chains in one kernel, and each reduction in one of its own that computes what it reduces on the way. */
import { classify, fillValue, permutationOf, reductionKind } from "../../compile/schedule/classify.ts";
import type { LoopStep, Schedule } from "../../compile/schedule/schedule.ts";
import type { GraphValue, Instruction } from "../../ir/graph.ts";
import { broadcastStrides, rowMajorStrides } from "../../primitives/index-map.ts";
import type { ReduceAttributes } from "../../primitives/sum.ts";
import { type Shape, sameShape, sizeOf } from "../../shape/shape.ts";
import type { DType } from "../../tensor/dtype.ts";
import { unsupported } from "../errors.ts";
import {
  type Combination,
  combined,
  eachElement,
  eachRow,
  type GpuKernel,
  type GpuView,
  GROUP,
  literal,
  load,
  store,
  strided,
  typeOf,
} from "../wgsl/kernel.ts";
import { writeOperation } from "../wgsl/operations.ts";

/** Finds the memory of a value. */
export type ViewOf = (value: GraphValue) => GpuView;

/** The kernels of a loop: reductions first, because elementwise results may be written over their operands. */
export function loopKernels(schedule: Schedule, step: LoopStep, viewOf: ViewOf): GpuKernel[] {
  const writer = { schedule, step, viewOf };
  const reductions = step.reductions.map((instruction) => reductionKernel(writer, instruction));
  return step.stored.length === 0 ? reductions : [...reductions, storingKernel(writer)];
}

interface LoopWriter {
  readonly schedule: Schedule;
  readonly step: LoopStep;
  readonly viewOf: ViewOf;
}

function storingKernel(writer: LoopWriter): GpuKernel {
  const { step, viewOf } = writer;
  // All reads come before all writes.
  const stores = step.stored.map((value) => store(viewOf(value), "i", nameOf(value)));
  return eachElement(sizeOf(step.shape), [...statements(writer, step.stored), ...stores].join("\n"));
}

const nameOf = ({ id }: GraphValue): string => `v${id}`;

/** Statements that compute values of a loop at element `i`. */
function statements(writer: LoopWriter, wanted: readonly GraphValue[]): string[] {
  const { elementwise } = writer.step;
  const needed = new Set(wanted);
  for (const { output, inputs } of elementwise.toReversed()) {
    if (needed.has(output)) for (const input of inputs) needed.add(input);
  }
  const made = new Set(elementwise.map(({ output }) => output));
  return elementwise
    .filter(({ output }) => needed.has(output))
    .map((instruction) => `let ${nameOf(instruction.output)} = ${expression(writer, instruction, made)};`);
}

function expression(writer: LoopWriter, instruction: Instruction, made: ReadonlySet<GraphValue>): string {
  const { primitive, inputs, output } = instruction;
  const kind = classify(instruction);
  if (kind === "fill") return literal(fillValue(instruction), output.dtype);
  const operands = inputs.map((input) =>
    kind === "view" ? permuted(writer, instruction, input) : operandOf(writer, input, made),
  );
  const written = writeOperation(primitive.name, operands, inputs[0]?.dtype ?? output.dtype, output.dtype);
  if (written === undefined) throw unsupported(primitive.name);
  return written;
}

/** An operand at element `i` of the loop's space. */
function operandOf({ schedule, step, viewOf }: LoopWriter, value: GraphValue, made: ReadonlySet<GraphValue>): string {
  if (made.has(value) && sameShape(value.shape, step.shape)) return nameOf(value);
  const constant = schedule.constants.get(schedule.aliases.get(value) ?? value);
  if (constant !== undefined) return literal(constant, value.dtype);
  return load(viewOf(value), broadcastIndex(value.shape, step.shape));
}

function permuted({ step, viewOf, schedule }: LoopWriter, instruction: Instruction, value: GraphValue): string {
  const constant = schedule.constants.get(schedule.aliases.get(value) ?? value);
  if (constant !== undefined) return literal(constant, value.dtype);
  const own = rowMajorStrides(value.shape);
  const strides = permutationOf(instruction).map((axis) => own[axis] ?? 0);
  return load(viewOf(value), strided(step.shape, strides, "i"));
}

/** Index in a tensor that is stretched to `to`, at element `i` of that shape. */
export function broadcastIndex(from: Shape, to: Shape): string {
  return sizeOf(from) === sizeOf(to) ? "i" : strided(to, broadcastStrides(from, to), "i");
}

const COMBINATIONS: Readonly<Record<"sum" | "max" | "min", Combination>> = {
  sum: "add",
  max: "largest",
  min: "smallest",
};

/** What a reduction begins with. */
function neutral(kind: "sum" | "max" | "min", dtype: DType): string {
  if (kind === "sum") return literal(0, dtype);
  if (dtype === "int32") return literal(kind === "max" ? -(2 ** 31) : 2 ** 31 - 1, dtype);
  return literal(kind === "max" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY, dtype);
}

/** Elements from which on a workgroup reduces them together. */
const MANY = 32;

function reductionKernel(writer: LoopWriter, instruction: Instruction): GpuKernel {
  const { step, viewOf } = writer;
  const [input] = instruction.inputs;
  const kind = reductionKind(instruction);
  if (input === undefined || kind === undefined) throw unsupported(instruction.primitive.name);
  const { axes } = instruction.attributes as ReduceAttributes; // what sum, max and min have
  const { dtype } = instruction.output;
  const made = new Set(step.elementwise.map(({ output }) => output));
  const lengths = (reduced: boolean): number[] =>
    step.shape.map((length, axis) => (axes.includes(axis) === reduced ? length : 1));
  const strides = rowMajorStrides(step.shape);
  const count = sizeOf(lengths(true));
  const at = (linear: string): string =>
    `let i = ${strided(lengths(false), strides, "row")} + ${strided(lengths(true), strides, linear)};
${statements(writer, [input]).join("\n")}
let x = ${operandOf(writer, input, made)};
total = ${combined(COMBINATIONS[kind], dtype, "total", "x")};`;
  const out = viewOf(instruction.output);
  const begin = `var total: ${typeOf(dtype)} = ${neutral(kind, dtype)};`;
  if (count < MANY) {
    const loop = `let row = i;\n${begin}\nfor (var r = 0; r < ${count}; r++) {\n${at("r")}\n}\n`;
    return eachElement(sizeOf(instruction.output.shape), loop + store(out, "row", "total"));
  }
  const body = `${begin}
for (var r = t; r < ${count}; r += ${GROUP}) {
${at("r")}
}
let result = ${COMBINATIONS[kind]}(t, total);
if (t == 0) { ${store(out, "row", "result")} }`;
  return eachRow(sizeOf(instruction.output.shape), dtype, body);
}
