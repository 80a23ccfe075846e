/**
 * @file One training step as a pure function of state and batch.
 *
 * Both backends run this very function: eager as it is, compiled after tracing it once. What to minimise is an objective, which the trainer makes from
 * its task and the step streams from a loss over any list of tensors.
 */
import { differentiate } from "../../autograd/grad.ts";
import { describeValue, TrainlogError } from "../../error.ts";
import type { Key, Model, Params, State } from "../../nn/model.ts";
import { globalNorm } from "../../optim/clip.ts";
import type { Optimizer } from "../../optim/optimizer.ts";
import { applyUpdates } from "../../optim/optimizer.ts";
import { mapParams } from "../../optim/params.ts";
import { add, foldIn, scalar, sqrt, square, sum } from "../../primitives/index.ts";
import { type Shape, showShape } from "../../shape/shape.ts";
import { isFloat } from "../../tensor/dtype.ts";
import { type AnyTensor, Tensor } from "../../tensor/tensor.ts";
import type { Metrics } from "../task/task.ts";
import { BoundModel, type ModelCall } from "./bound-model.ts";
import type { TrainState } from "./train-state.ts";

/** What is computed from a batch. */
export interface Objective {
  /** The scalar to minimise; the mean over the batch. */
  readonly loss: AnyTensor;
  /** Further scalars; only asked for at steps that are looked at. */
  metrics(): Metrics;
}

/** From a model and a batch to what is to be minimised. */
export type ObjectiveOf = (call: ModelCall, batch: readonly AnyTensor[]) => Objective;

/** What a step consists of. */
export interface StepSetup {
  readonly model: Model<Shape, Shape>;
  readonly optimizer: Optimizer;
  readonly objective: ObjectiveOf;
  /** Also the norm of each parameter's gradient, when a step is looked at. */
  readonly gradientNorms: boolean;
}

/** What a step shows: scalars. */
export type StepOutput = {
  readonly loss: AnyTensor;
  readonly seen: Seen | Unseen;
};

/** What a step that is looked at shows beside the loss. */
export type Seen = {
  readonly gradientNorm: AnyTensor;
  readonly metrics: Metrics;
  /** By parameter; empty unless asked for. */
  readonly gradientNorms: Metrics;
};

/** Nothing. */
export type Unseen = { readonly gradientNorm?: never };

/** State and output of a step. */
export interface StepDone {
  readonly state: TrainState;
  readonly output: StepOutput;
}

/** What a step learns from its batch, before the update. */
export interface Learned {
  readonly grads: Params;
  /** The model's next state. */
  readonly model: State;
  /** The next state of the randomness. */
  readonly random: TrainState["random"];
  readonly output: StepOutput;
}

/**
 * Forward and backward.
 *
 * @param looked - Whether metrics and gradient norms are wanted.
 * @throws TrainlogError `trainer/bad-loss` when the objective gives no scalar.
 */
export function learn(
  setup: StepSetup,
  { params, model, random }: Omit<TrainState, "optimizer">,
  batch: readonly AnyTensor[],
  looked: boolean,
): Learned {
  const key = random.key === undefined ? undefined : stepKey(random.key, random.step);
  const { value, grad, aux } = differentiate((tracked: Params) => {
    const call = new BoundModel(setup.model, tracked, model, { key, train: true });
    const { loss, metrics } = setup.objective(call, batch);
    return { value: checkLoss(loss), aux: { model: call.state, metrics: looked ? metrics() : NO_METRICS } };
  }, params);
  return {
    grads: grad,
    model: aux.model,
    random: random.key === undefined ? random : { key: random.key, step: add(random.step, scalar(1, "int32")) },
    output: {
      loss: value,
      seen: looked ? { ...gradientFacts(grad, setup.gradientNorms), metrics: aux.metrics } : NO_METRICS,
    },
  };
}

const NO_METRICS = {} as const;

/** Parameters and the optimiser's state. */
export type Weights = Pick<TrainState, "params" | "optimizer">;

/** The optimiser's part of a step. */
export function updateWeights(optimizer: Optimizer, { params, optimizer: before }: Weights, grads: Params): Weights {
  const { updates, state } = optimizer.update(grads, before, params);
  return { params: applyUpdates(params, updates), optimizer: state };
}

/**
 * Forward, backward and update.
 *
 * @throws TrainlogError as {@link learn}.
 */
export function trainStep(setup: StepSetup, state: TrainState, batch: readonly AnyTensor[], looked: boolean): StepDone {
  const { grads, output, model, random } = learn(setup, state, batch, looked);
  return { state: { ...updateWeights(setup.optimizer, state, grads), model, random }, output };
}

function gradientFacts(grads: Params, each: boolean): Omit<Seen, "metrics"> {
  return {
    gradientNorm: globalNorm(grads),
    gradientNorms: each ? mapParams(grads, (grad) => sqrt(sum(square(grad)))) : {},
  };
}

/** The key of a step: of the run's key and the step's number. */
function stepKey(key: Key, step: AnyTensor): Key {
  // foldIn gives a key.
  return foldIn(key, step) as Key;
}

/**
 * The loss, if it is one number.
 *
 * @throws TrainlogError `trainer/bad-loss`.
 */
export function checkLoss(loss: AnyTensor): Tensor<readonly [], "float" | "f64"> {
  if (loss instanceof Tensor && loss.shape.length === 0 && isFloat(loss.dtype)) {
    return loss as Tensor<readonly [], "float" | "f64">;
  }
  const got = loss instanceof Tensor ? `shape ${showShape(loss.shape)}, dtype ${loss.dtype}` : describeValue(loss);
  throw new TrainlogError(
    "trainer/bad-loss",
    `the loss must be one number for the batch (shape [], a float dtype), got ${got}; reduce it with mean(…)`,
  );
}
