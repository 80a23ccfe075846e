/**
 * @file Eager steps: the step function inside a scope, with the state in tensors that stay.
 *
 * After a step each parameter and each tensor of the optimiser exchanges its memory with its successor, and the scope frees the old memory with
 * everything else that the step made. So memory stays flat, nothing large is copied, and nothing is left to the garbage collector.
 */
import type { Buffer } from "../../engine/buffer.ts";
import { exchangeMemory, viewOf, withScope } from "../../engine/engine.ts";
import { flattenPack, mapPack, type TensorPack } from "../../tensor/pack.ts";
import { type AnyTensor, concrete, Tensor } from "../../tensor/tensor.ts";
import { copyTensor } from "./copy-tensor.ts";
import { readObservation, readScalar } from "./read-scalars.ts";
import type { StepRunner } from "./runner.ts";
import type { TrainState } from "./train-state.ts";
import { type StepOutput, type StepSetup, trainStep } from "./train-step.ts";

/** A runner that computes operation by operation. The initial state is copied. */
export function eagerRunner(setup: StepSetup, initial: TrainState): StepRunner {
  let state = mapPack(initial, copyTensor);

  const step = <T>(batch: readonly AnyTensor[], looked: boolean, read: (output: StepOutput) => T): T =>
    withScope(
      () => {
        const done = trainStep(setup, state, batch, looked);
        if (Number.isFinite(readScalar(done.output.loss))) adopt(state, done.state);
        return read(done.output);
      },
      () => [],
    );
  const free = (): void => {
    for (const { tensor } of flattenPack(state)) tensor.dispose();
  };

  return {
    backend: "eager",
    run: (batch) => step(batch, false, readLoss),
    observe: (batch) => step(batch, true, readObservation),
    state: () => mapPack(state, copyTensor),
    setState(next) {
      const copy = mapPack(next, copyTensor);
      free();
      state = copy;
    },
    dispose: free,
  };
}

function readLoss({ loss }: StepOutput): number {
  return readScalar(loss);
}

/** Moves the next state into the tensors that stay. Both have the same structure. */
function adopt(state: TrainState, next: TrainState): void {
  const exchanged: Buffer[] = [];
  walk(state.params, next.params, (kept, successor) => exchange(kept, successor, exchanged));
  walk(state.optimizer, next.optimizer, (kept, successor) => exchange(kept, successor, exchanged));
  // A layer may return any tensor as its state, also one that others hold: those are copied.
  walk(state.model, next.model, copyInto);
  walk(state.random, next.random, copyInto);
  for (const buffer of exchanged) buffer.kept = false;
}

/** Visits the tensors of two packs of the same structure, without making anything: this runs at every step. */
function walk(a: TensorPack, b: TensorPack, visit: (a: AnyTensor, b: AnyTensor) => void): void {
  if (a instanceof Tensor) {
    if (b instanceof Tensor) visit(a, b);
    return;
  }
  const [left, right] = [a as Readonly<Record<string, TensorPack>>, b as Readonly<Record<string, TensorPack>>];
  for (const name in left) {
    const [inLeft, inRight] = [left[name], right[name]];
    if (inLeft !== undefined && inRight !== undefined) walk(inLeft, inRight, visit);
  }
}

/** Gives a tensor the memory of its successor, and the successor the old memory, which ends with the step's scope. */
function exchange(kept: AnyTensor, successor: AnyTensor, exchanged: Buffer[]): void {
  const [own, fresh] = [concrete(kept, "a step"), concrete(successor, "a step")];
  if (own === fresh) return;
  // Scalars may be constants that others hold, and memory that two tensors of the state share can be given away once only: both are copied.
  if (kept.size === 1 || fresh.kept || fresh.sizeBytes !== own.sizeBytes) {
    copyInto(kept, successor);
    return;
  }
  exchangeMemory(own, fresh);
  fresh.kept = true;
  exchanged.push(fresh);
}

function copyInto(kept: AnyTensor, successor: AnyTensor): void {
  const [own, fresh] = [concrete(kept, "a step"), concrete(successor, "a step")];
  if (own === fresh) return;
  viewOf(own, kept.size, kept.dtype).set(viewOf(fresh, kept.size, kept.dtype));
}
