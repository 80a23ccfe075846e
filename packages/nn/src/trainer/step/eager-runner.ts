/**
 * @file Eager steps: forward and backward operation by operation inside a scope, with the state in tensors that stay.
 *
 * The scope frees everything that a step made, so memory stays flat and nothing is left to the garbage collector.
 */
import { collectTensors, structureOf } from "../../compile/pack-structure.ts";
import { stateChanged } from "../../compile/state-home.ts";
import type { Buffer } from "../../engine/buffer.ts";
import { withScope } from "../../engine/engine.ts";
import { flattenPack, mapPack } from "../../tensor/pack.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { copyTensor } from "./copy-tensor.ts";
import { readObservation, readScalar } from "./read-scalars.ts";
import type { StepRunner } from "./runner.ts";
import type { TrainState } from "./train-state.ts";
import { learn, type StepOutput, type StepSetup } from "./train-step.ts";
import { copyInto, type WeightsUpdater, walk, weightsUpdater } from "./weights-updater.ts";

/** What a runner keeps from step to step. */
interface Kept {
  readonly weights: WeightsUpdater;
  readonly rest: Pick<TrainState, "model" | "random">;
}

/** A runner that computes operation by operation. The initial state is copied. */
export function eagerRunner(setup: StepSetup, initial: TrainState): StepRunner {
  let kept = keep(setup, initial);
  const structure = structureOf(initial, "the state");

  const step = <T>(batch: readonly AnyTensor[], looked: boolean, read: (output: StepOutput) => T): T =>
    withScope(() => {
      const { weights, rest } = kept;
      // Without rest and spread: they cost as much as an operation.
      const before = { params: weights.params(), model: rest.model, random: rest.random };
      const { grads, output, model, random } = learn(setup, before, batch, looked);
      const seen = read(output);
      if (!Number.isFinite(readScalar(output.loss))) return seen;
      weights.update(grads);
      walk(rest.model, model, copyInto);
      walk(rest.random, random, copyInto);
      return seen;
    }, nothing);

  return {
    backend: "eager",
    run: (batch) => step(batch, false, readLoss),
    observe: (batch) => step(batch, true, readObservation),
    state: () => ({ ...kept.weights.copy(), ...mapPack(kept.rest, copyTensor) }),
    setState(next) {
      if (!collectTensors(next, structure, [])) throw stateChanged(structure, next, "the new state");
      const before = kept;
      kept = keep(setup, next);
      dispose(before);
    },
    dispose: () => dispose(kept),
  };
}

function keep({ optimizer }: StepSetup, { params, optimizer: state, model, random }: TrainState): Kept {
  // Own copies: the given state belongs to the caller.
  const weights = weightsUpdater(optimizer, mapPack({ params, optimizer: state }, copyTensor));
  return { weights, rest: mapPack({ model, random }, copyTensor) };
}

function dispose({ weights, rest }: Kept): void {
  weights.dispose();
  for (const { tensor } of flattenPack(rest)) tensor.dispose();
}

const NO_BUFFERS: readonly Buffer[] = [];
const nothing = (): readonly Buffer[] => NO_BUFFERS;

function readLoss({ loss }: StepOutput): number {
  return readScalar(loss);
}
