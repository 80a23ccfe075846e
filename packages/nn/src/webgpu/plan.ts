/**
 * @file Plans for the GPU: which kernels run in which order, and where everything lies in the one buffer that they share.
 *
 * The passes, the fusion and the assignment of memory are those of compiled WebAssembly. One buffer for everything makes a kernel's operands plain
 * numbers in its text: nothing is bound anew between kernels, and a value that shares memory with another one costs nothing.
 */

import { alignedBytes } from "../compile/memory/arena.ts";
import { assignMemory, type StateSlot } from "../compile/memory/assign.ts";
import { optimize } from "../compile/passes/optimize.ts";
import { ownOutputs } from "../compile/passes/own-outputs.ts";
import { schedule } from "../compile/schedule/fuse.ts";
import { memoryOf, type Schedule } from "../compile/schedule/schedule.ts";
import type { Graph, GraphValue } from "../ir/graph.ts";
import { sizeOf } from "../shape/shape.ts";
import { BYTES_PER_ELEMENT } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { noDoublePrecision } from "./errors.ts";
import { callKernels } from "./kernels/index.ts";
import { loopKernels } from "./kernels/loop.ts";
import { eachElement, type GpuKernel, type GpuView, load, store } from "./wgsl/kernel.ts";

/** Bytes at the beginning where kernels take note of bad indices. */
export const NOTE_BYTES = 64;

/** A plan before its kernels are compiled. */
export interface GpuPlan {
  readonly kernels: readonly GpuKernel[];
  /** Byte offsets of the arguments that are not states. */
  readonly inputs: readonly number[];
  /** What has to be written once before the plan runs: byte offset and tensor. */
  readonly constants: readonly { readonly offset: number; readonly tensor: AnyTensor }[];
  /** Byte offsets of the outputs behind the new states. */
  readonly outputs: readonly number[];
  readonly totalBytes: number;
}

/** What a plan is made of. */
export interface GpuPlanRequest {
  /** As traced; the first inputs are states, which the first outputs replace. */
  readonly graph: Graph;
  /** Byte offsets of the states. */
  readonly states: readonly number[];
  /** Where free memory begins. */
  readonly firstByte: number;
}

/**
 * Plans a graph.
 *
 * @throws TrainlogError `webgpu/no-f64`, `webgpu/unsupported`.
 */
export function planGraph({ graph: traced, states, firstByte }: GpuPlanRequest): GpuPlan {
  const graph = ownOutputs(optimize(traced), states.length);
  checkDTypes(graph);
  const scheduled = schedule(graph);
  const slots = graph.inputs
    .slice(0, states.length)
    .map((before, i): StateSlot => ({ before, after: graph.outputs[i] ?? before }));
  const outside = [...graph.inputs, ...graph.constantValues];
  const { places, arenaBytes, copies } = assignMemory({
    schedule: scheduled,
    outside: new Set(outside),
    states: slots,
    outputs: graph.outputs,
  });
  const homes = new Map<GraphValue, number>();
  let next = firstByte;
  outside.forEach((value, i) => {
    const state = i < states.length ? states[i] : undefined;
    homes.set(value, state ?? next);
    if (state === undefined) next += alignedBytes(sizeOf(value.shape) * BYTES_PER_ELEMENT[value.dtype]);
  });
  const offsetOf = (value: GraphValue): number => {
    const place = places.get(memoryOf(scheduled, value));
    if (place === undefined) throw new RangeError(`value ${value.id} has no place`);
    return place.kind === "arena" ? next + place.offsetBytes : (homes.get(place.value) ?? 0);
  };
  const viewOf = (value: GraphValue): GpuView => ({
    at: offsetOf(value) / 4,
    shape: value.shape,
    dtype: value.dtype,
  });
  const homeOf = (value: GraphValue): GpuView => ({ ...viewOf(value), at: (homes.get(value) ?? 0) / 4 });
  return {
    kernels: [
      ...kernelsOf(scheduled, viewOf),
      ...copies.map(({ before, after }) =>
        eachElement(sizeOf(after.shape), store(homeOf(before), "i", load(viewOf(after), "i"))),
      ),
    ].filter(({ workgroups }) => workgroups.every((count) => count > 0)),
    inputs: graph.inputs.slice(states.length).map((value) => homes.get(value) ?? 0),
    constants: [...graph.constants].flatMap(([id, tensor]) => {
      const value = graph.constantValues.find((candidate) => candidate.id === id);
      return value === undefined ? [] : [{ offset: homes.get(value) ?? 0, tensor }];
    }),
    outputs: graph.outputs.slice(states.length).map(offsetOf),
    totalBytes: next + arenaBytes,
  };
}

function kernelsOf(scheduled: Schedule, viewOf: (value: GraphValue) => GpuView): GpuKernel[] {
  return scheduled.steps.flatMap((step) =>
    step.kind === "loop" ? loopKernels(scheduled, step, viewOf) : callKernels(step.instruction, viewOf),
  );
}

function checkDTypes({ inputs, constantValues, instructions }: Graph): void {
  for (const { dtype } of [...inputs, ...constantValues]) {
    if (dtype === "f64") throw noDoublePrecision("an argument, or a tensor that the function closed over,");
  }
  for (const { primitive, output } of instructions) {
    if (output.dtype === "f64") throw noDoublePrecision(`the result of ${primitive.name}`);
  }
}
