/**
 * @file A training step as an ONNX graph that runs many of them: a `Loop` whose carried values are the state.
 *
 * Inputs: `steps` (how many), `state0` … and `batch0` …, the latter with one more axis in front, one batch per step. Outputs: `next0` … (the state
 * afterwards) and `output0` … with the steps in front. So the state stays inside of the runtime while the loop runs.
 */
import type { Graph, GraphValue } from "../../ir/graph.ts";
import { IR_VERSION, OPSET } from "../onnx/export/export-onnx.ts";
import { nameOutputs } from "../onnx/export/graph-proto.ts";
import { type Edge, GraphWriter } from "../onnx/export/graph-writer.ts";
import { writeInstructions } from "../onnx/export/write-instructions.ts";
import { type GraphProto, ONNX_TYPES, type ValueInfoProto } from "../onnx/proto/messages.ts";
import { onnxTypeOf } from "../onnx/proto/tensor.ts";
import { writeModelProto } from "../onnx/proto/write.ts";
import { RUNTIME_DOMAIN } from "./runtime-operators.ts";
import { stepExporter } from "./step-exporter.ts";

/** Names of the graph's inputs and outputs. */
export const STEP_NAMES = {
  steps: "steps",
  state: (index: number): string => `state${index}`,
  batch: (index: number): string => `batch${index}`,
  next: (index: number): string => `next${index}`,
  output: (index: number): string => `output${index}`,
} as const;

/** Names inside of the loop; they must differ from those around it. */
const INNER = {
  step: "step",
  goOn: "go_on",
  wentOn: "went_on",
  state: (index: number): string => `inner_state${index}`,
  next: (index: number): string => `inner_next${index}`,
  output: (index: number): string => `inner_output${index}`,
} as const;

/** The axis of the steps, whose length is known when it runs. */
const STEPS_AXIS = "steps";

/**
 * Writes the loop.
 *
 * @param graph - A traced step: inputs are the states and the parts of the batch, outputs the new states and the outputs.
 * @param stateCount - Number of states.
 * @returns An ONNX file.
 * @throws TrainlogError `onnx/unsupported`.
 */
export function stepModel(graph: Graph, stateCount: number): Uint8Array {
  const states = graph.inputs.slice(0, stateCount);
  const batch = graph.inputs.slice(stateCount);
  const outputs = graph.outputs.slice(stateCount);
  const stacked = (values: readonly GraphValue[], name: (index: number) => string): ValueInfoProto[] =>
    values.map(({ shape, dtype }, index) => ({
      name: name(index),
      dataType: onnxTypeOf(dtype),
      shape: [STEPS_AXIS, ...shape],
    }));
  const carried = [...states.keys()];
  const loop = {
    name: "loop",
    opType: "Loop",
    domain: "",
    inputs: [STEP_NAMES.steps, "", ...carried.map(STEP_NAMES.state)],
    outputs: [...carried.map(STEP_NAMES.next), ...outputs.map((_, index) => STEP_NAMES.output(index))],
    attributes: { body: { graph: loopBody(graph, stateCount) } },
  };
  const around: GraphProto = {
    name: "steps",
    nodes: [loop],
    initializers: [],
    inputs: [
      { name: STEP_NAMES.steps, dataType: ONNX_TYPES.int64, shape: [] },
      ...infos(states, STEP_NAMES.state),
      ...stacked(batch, STEP_NAMES.batch),
    ],
    outputs: [...infos(states, STEP_NAMES.next), ...stacked(outputs, STEP_NAMES.output)],
  };
  return writeModelProto({
    irVersion: IR_VERSION,
    producerName: "trainlog",
    producerVersion: "",
    opsets: { "": OPSET, [RUNTIME_DOMAIN]: 1 },
    metadata: {},
    graph: around,
    functionNames: [],
  });
}

function infos(values: readonly GraphValue[], name: (index: number) => string): ValueInfoProto[] {
  return values.map(({ shape, dtype }, index) => ({ name: name(index), dataType: onnxTypeOf(dtype), shape }));
}

/** One step: takes its number, whether to go on, and the states; gives whether to go on, the states and the outputs. */
function loopBody(graph: Graph, stateCount: number): GraphProto {
  // Sizes are fixed, so the batch size is never asked for.
  const write = new GraphWriter(true, () => "");
  const states = graph.inputs.slice(0, stateCount);
  const batch = graph.inputs.slice(stateCount);
  const outputs = graph.outputs.slice(stateCount);
  const results = [...states.map((_, index) => INNER.next(index)), ...outputs.map((_, index) => INNER.output(index))];
  const taken = [
    INNER.step,
    INNER.goOn,
    INNER.wentOn,
    STEP_NAMES.steps,
    ...states.map((_, index) => INNER.state(index)),
    ...results,
  ];
  for (const name of [...taken, ...outerNames(states.length, batch.length, outputs.length)]) write.reserve(name);
  write.node("Identity", [INNER.goOn], {}, INNER.wentOn);
  const edges: Edge[] = states.map(({ shape, dtype }, index) => ({ name: INNER.state(index), shape, dtype }));
  batch.forEach(({ shape, dtype }, index) => {
    const name = write.node("Gather", [STEP_NAMES.batch(index), INNER.step], { axis: { int: 0 } });
    edges.push({ name, shape, dtype });
  });
  const { exporter, plain } = stepExporter(write);
  const made = writeInstructions(write, [graph], edges, exporter).map(plain);
  return {
    name: "one_step",
    nodes: nameOutputs(
      write,
      made.map(({ name }) => name),
      results,
    ),
    initializers: write.initializers,
    inputs: [
      { name: INNER.step, dataType: ONNX_TYPES.int64, shape: [] },
      { name: INNER.goOn, dataType: ONNX_TYPES.bool, shape: [] },
      ...infos(states, INNER.state),
    ],
    outputs: [
      { name: INNER.wentOn, dataType: ONNX_TYPES.bool, shape: [] },
      ...infos(states, INNER.next),
      ...infos(outputs, INNER.output),
    ],
  };
}

function outerNames(states: number, batch: number, outputs: number): string[] {
  const names = (count: number, name: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => name(index));
  return [
    ...names(states, STEP_NAMES.state),
    ...names(states, STEP_NAMES.next),
    ...names(batch, STEP_NAMES.batch),
    ...names(outputs, STEP_NAMES.output),
  ];
}
