/** @file The runner of a backend, and the first state of training. */

import { TrainlogError } from "../../error.ts";
import { trace } from "../../ir/trace.ts";
import type { Key, Params, State } from "../../nn/model.ts";
import type { Abstract } from "../../primitives/primitive.ts";
import { generator } from "../../random/generator.ts";
import { fromNumbers } from "../../tensor/create.ts";
import { flattenPack } from "../../tensor/pack.ts";
import { BoundModel } from "./bound-model.ts";
import { compiledRunner } from "./compiled-runner.ts";
import { eagerRunner } from "./eager-runner.ts";
import type { Backend, Runner, StepBackend, StepRunner } from "./runner.ts";
import type { RandomState, TrainState } from "./train-state.ts";
import { checkLoss, type StepSetup } from "./train-step.ts";

/**
 * The runner of a training run. The initial state is copied.
 *
 * @throws TrainlogError `onnx/no-runtime`, `webgpu/no-adapter`, `webgpu/no-f64`.
 */
export async function openRunner(backend: Backend, setup: StepSetup, initial: TrainState): Promise<Runner> {
  if (backend === "eager" || backend === "compiled") return makeRunner(backend, setup, initial);
  if (backend === "webgpu") {
    const { webgpuRunner } = await import("./webgpu-runner.ts");
    return webgpuRunner(setup, initial);
  }
  // Loaded when asked for: pages need nothing of it.
  const { onnxRunner } = await import("./onnx-runner.ts");
  return onnxRunner(setup, initial);
}

/** A runner of our own kernels. The initial state is copied. */
export function makeRunner(backend: StepBackend, setup: StepSetup, initial: TrainState): StepRunner {
  return backend === "compiled" ? compiledRunner(setup, initial) : eagerRunner(setup, initial);
}

/** What a first state is made of. */
export interface Beginning {
  readonly params: Params;
  readonly state: State;
  readonly seed: number;
  /** Shapes and element types of a batch's tensors. */
  readonly batch: readonly Abstract[];
}

/**
 * The state before the first step. Runs the objective once on symbolic tensors: shapes that do not fit are found here, before a step, and randomness is
 * only carried along for models that ask for it.
 *
 * @throws TrainlogError `shape/mismatch` and the like, as the model and the loss throw them.
 */
export function firstState(setup: StepSetup, { params, state, seed, batch }: Beginning): TrainState {
  const random: RandomState = { key: keyOf(seed), step: fromNumbers([], [0], "int32") };
  const needsKey = !runsWithoutKey(setup, params, state, batch);
  return { params, optimizer: setup.optimizer.init(params), model: state, random: needsKey ? random : {} };
}

function runsWithoutKey(setup: StepSetup, params: Params, state: State, batch: readonly Abstract[]): boolean {
  try {
    traceObjective(setup, params, state, batch);
    return true;
  } catch (error) {
    if (error instanceof TrainlogError && error.code === "nn/no-key") return false;
    throw error;
  }
}

function traceObjective(setup: StepSetup, params: Params, state: State, batch: readonly Abstract[]): void {
  const names = Object.keys(params);
  const abstracts = names.map(
    (name) => ({ shape: params[name]?.shape ?? [], dtype: params[name]?.dtype ?? "float" }) as const,
  );
  const states = flattenPack(state).map(({ tensor }) => ({ shape: tensor.shape, dtype: tensor.dtype }));
  trace([...abstracts, ...states, ...batch], (tensors) => {
    const symbolic = Object.fromEntries(names.map((name, i) => [name, tensors[i]])) as Params;
    const symbolicState = Object.fromEntries(
      Object.keys(state).map((name, i) => [name, tensors[names.length + i]]),
    ) as State;
    const call = new BoundModel(setup.model, symbolic, symbolicState, { key: undefined, train: true });
    return [checkLoss(setup.objective(call, tensors.slice(names.length + states.length)).loss)];
  });
}

/** The key of a seed: two 32-bit words that have nothing to do with those that made the parameters. */
function keyOf(seed: number): Key {
  const source = generator(seed).fork("training");
  // Two words of int32 are a key.
  return fromNumbers([2], [source.uint32() | 0, source.uint32() | 0], "int32") as Key;
}
