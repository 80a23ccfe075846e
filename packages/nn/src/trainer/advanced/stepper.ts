/** @file The explicit loop: one step per call, everything else is the caller's. */
import { TrainlogError } from "../../error.ts";
import type { Params, State } from "../../nn/model.ts";
import { checkOptions, oneOf } from "../../options/check-options.ts";
import type { Shape } from "../../shape/shape.ts";
import type { FloatDType } from "../../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { firstNumbers } from "../first-numbers.ts";
import { predict } from "../predict.ts";
import { findNonFinite } from "../step/find-non-finite.ts";
import { firstState, makeRunner } from "../step/make-runner.ts";
import type { StepBackend, StepRunner } from "../step/runner.ts";
import type { TrainState } from "../step/train-state.ts";
import { checkFloatDType } from "../task/task.ts";
import { type BatchOf, checkBatch, type Evaluate, type StreamModule } from "./stream-module.ts";

/** Options of {@link stepper}. */
export interface StepperOptions {
  /** Default `"compiled"`. For native kernels see `compileOnnxStep`, whose steps are promises. */
  readonly backend?: StepBackend;
  /** Default `"float"`. */
  readonly dtype?: FloatDType;
}

/** A module being trained step by step. */
export interface Stepper<Shapes extends readonly Shape[], In extends Shape = Shape, Out extends Shape = Shape>
  extends Disposable {
  /** Updates so far. */
  readonly steps: number;
  /** One step; see {@link step}. */
  step(batch: BatchOf<Shapes>): number;
  /** A copy of the parameters and the model's state. */
  numbers(): { readonly params: Params; readonly state: State };
  /** A copy of everything that changes: for checkpoints of your own. */
  state(): TrainState;
  /** Goes on from a state that {@link Stepper.state} gave. */
  setState(state: TrainState): void;
  /** The model's result in evaluation mode, for one example or a batch. */
  readonly eval: Evaluate<In, Out>;
  dispose(): void;
}

/**
 * Begins an explicit training loop.
 *
 * @throws TrainlogError `trainer/bad-option`, `trainer/unknown-option`.
 *
 * @example
 * const loop = Trainer.Advanced.stepper(Trainer.Advanced.module(mkModel, { task: "regression", optimizer: optim.adam({ lr: 0.03 }) }));
 * for (let step = 0; step < steps; step += 1) {
 *   const loss = Trainer.Advanced.step(loop, sampleOf(step));
 *   if (step % 25 === 0) console.log(`step ${step}: loss=${loss}`);
 * }
 */
export function stepper<Shapes extends readonly Shape[], In extends Shape, Out extends Shape>(
  module: StreamModule<Shapes, In, Out>,
  options: StepperOptions = {},
): Stepper<Shapes, In, Out> {
  const checks = { backend: oneOf("compiled", "eager"), dtype: checkFloatDType };
  checkOptions("Trainer.Advanced.stepper", options, checks, { area: "trainer" });
  const { backend = "compiled", dtype = "float" } = options;
  const { model, params, state } = firstNumbers(module, dtype);
  const setup = module.setupOf(model, false);
  let steps = 0;
  let runner: StepRunner | undefined;
  let isDisposed = false;
  const dispose = (): void => {
    isDisposed = true;
    runner?.dispose();
  };
  const started = (what: string): StepRunner => {
    if (runner !== undefined) return runner;
    throw new TrainlogError(
      "trainer/not-started",
      `${what}: the state is made by the first step, which tells the shapes of a batch; run one before`,
    );
  };
  const numbers = (): { params: Params; state: State } => {
    const now = runner?.state();
    return now === undefined ? { params, state } : { params: now.params, state: now.model };
  };
  const stepping: Stepper<readonly Shape[]> = {
    get steps() {
      return steps;
    },
    step(given) {
      if (isDisposed) throw new TrainlogError("tensor/disposed", "this stepper was disposed of; make another one");
      const batch = checkBatch(given, steps);
      runner ??= makeRunner(backend, setup, firstState(setup, { params, state, seed: module.seed, batch }));
      const loss = runner.run(batch);
      if (!Number.isFinite(loss)) throw notFinite(steps, loss, findNonFinite(setup, runner.state(), batch).words);
      steps += 1;
      return loss;
    },
    numbers,
    state: () => started("state()").state(),
    setState: (next) => started("setState()").setState(next),
    eval: (x: AnyTensor) =>
      predict({ model, ...numbers(), dtype }, x) as Tensor<readonly [number, ...Shape], FloatDType>,
    dispose,
    [Symbol.dispose]: dispose,
  };
  // The module says which shapes it takes and gives.
  return stepping as unknown as Stepper<Shapes, In, Out>;
}

function notFinite(step: number, loss: number, words: string): TrainlogError {
  return new TrainlogError(
    "trainer/non-finite",
    `the loss is ${loss} at step ${step}: ${words}. The state is as it was before the step`,
  );
}

/**
 * One step of an explicit loop.
 *
 * @param batch - Tensors of the module's shapes.
 * @returns The batch's loss before the update.
 * @throws TrainlogError `trainer/non-finite`, `trainer/bad-batch`, `shape/mismatch`, `tensor/disposed`.
 */
export function step<Shapes extends readonly Shape[]>(
  loop: { step(batch: BatchOf<Shapes>): number },
  batch: BatchOf<Shapes>,
): number {
  return loop.step(batch);
}
