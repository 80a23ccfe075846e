/**
 * @file The optimiser's part of eager steps: parameters and optimiser state in tensors that stay.
 *
 * Nobody looks at what is between gradients and new parameters, so this part is one compiled function also when the rest runs operation by operation
 * (PyTorch's `fused=True`). An optimiser that cannot be traced, or a page that forbids compiling, gets the operations one by one.
 */

import { compileStep, type StepResult } from "../../compile/index.ts";
import type { Buffer } from "../../engine/buffer.ts";
import { viewOf } from "../../engine/engine.ts";
import { TrainlogError } from "../../error.ts";
import type { Params } from "../../nn/model.ts";
import type { Optimizer } from "../../optim/optimizer.ts";
import { flattenPack, mapPack, type TensorPack } from "../../tensor/pack.ts";
import { type AnyTensor, concrete, Tensor } from "../../tensor/tensor.ts";
import { copyTensor } from "./copy-tensor.ts";
import { updateWeights, type Weights } from "./train-step.ts";

/** Keeps weights and updates them. */
export interface WeightsUpdater {
  /** The parameters as they are; the tensors change with the next update. */
  params(): Params;
  /** One update; to be called in the scope that made the gradients. */
  update(grads: Params): void;
  /** A copy of the weights. */
  copy(): Weights;
  dispose(): void;
}

/** Weights that begin as a copy of the given ones. */
export function weightsUpdater(optimizer: Optimizer, initial: Weights): WeightsUpdater {
  let updater = fusedUpdater(optimizer, initial);
  let isProven = false;
  return {
    params: () => updater.params(),
    update(grads) {
      if (isProven) {
        updater.update(grads);
        return;
      }
      try {
        updater.update(grads);
      } catch (error) {
        if (!(error instanceof TrainlogError)) throw error;
        updater.dispose();
        updater = stepwiseUpdater(optimizer, initial);
        updater.update(grads);
      }
      isProven = true;
    },
    copy: () => updater.copy(),
    dispose: () => updater.dispose(),
  };
}

function fusedUpdater(optimizer: Optimizer, initial: Weights): WeightsUpdater {
  const compiled = compileStep((weights: Weights, grads: Params): StepResult<Weights, Params> => {
    const state = updateWeights(optimizer, weights, grads);
    return { state, output: state.params };
  }, initial);
  let { params } = initial;
  return {
    params: () => params,
    update(grads) {
      // The result lies in memory of the compiled function, always the same.
      params = compiled.run(grads);
    },
    copy: () => compiled.state(),
    dispose: () => compiled.dispose(),
  };
}

function stepwiseUpdater(optimizer: Optimizer, initial: Weights): WeightsUpdater {
  const kept = mapPack(initial, copyTensor);
  return {
    params: () => kept.params,
    update(grads) {
      const exchanged: Buffer[] = [];
      walk(kept, updateWeights(optimizer, kept, grads), (own, fresh) => exchange(own, fresh, exchanged));
      for (const buffer of exchanged) buffer.kept = false;
    },
    copy: () => mapPack(kept, copyTensor),
    dispose() {
      for (const { tensor } of flattenPack(kept)) tensor.dispose();
    },
  };
}

/** Visits the tensors of two packs of the same structure, without making anything: this runs at every step. */
export function walk(a: TensorPack, b: TensorPack, visit: (a: AnyTensor, b: AnyTensor) => void): void {
  if (a instanceof Tensor) {
    if (b instanceof Tensor) visit(a, b);
    return;
  }
  // Lists are read by index, which is a name too.
  const [left, right] = [a as Readonly<Record<string, TensorPack>>, b as Readonly<Record<string, TensorPack>>];
  for (const name in left) {
    const [inLeft, inRight] = [left[name], right[name]];
    if (inLeft !== undefined && inRight !== undefined) walk(inLeft, inRight, visit);
  }
}

/**
 * Gives a tensor the memory of its successor, and the successor the old memory, which ends with the step's scope: nothing large is copied, and nothing is
 * left to the garbage collector.
 */
function exchange(own: AnyTensor, successor: AnyTensor, exchanged: Buffer[]): void {
  const [before, after] = [concrete(own, "a step"), concrete(successor, "a step")];
  if (before === after) return;
  // Scalars may be constants that others hold, and memory that two tensors of the state share can be given away once only: both are copied.
  if (own.size === 1 || after.kept || after.sizeBytes !== before.sizeBytes) {
    copyInto(own, successor);
    return;
  }
  const { ptr } = before;
  before.ptr = after.ptr;
  after.ptr = ptr;
  after.kept = true;
  exchanged.push(after);
}

/** Copies elements from one concrete tensor into another one of the same shape. */
export function copyInto(target: AnyTensor, source: AnyTensor): void {
  const [to, from] = [concrete(target, "a step"), concrete(source, "a step")];
  if (to !== from) viewOf(to, target.size, target.dtype).set(viewOf(from, target.size, target.dtype));
}
