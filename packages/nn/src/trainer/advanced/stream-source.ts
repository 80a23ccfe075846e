/** @file Batches from a function of the step. */
import { scope } from "../../autograd/transforms.ts";
import { allocate, viewOf } from "../../engine/engine.ts";
import { showShape } from "../../shape/shape.ts";
import { type AnyTensor, concrete, Tensor } from "../../tensor/tensor.ts";
import type { BatchSource } from "../data/batch-source.ts";
import type { Predict } from "../probe/probe.ts";
import { checkBatch } from "./stream-module.ts";

/** A step's batch, or a promise of it. */
export type AnyStream = (step: number, predict: Predict) => readonly AnyTensor[] | Promise<readonly AnyTensor[]>;

/**
 * Batches of a stream, copied into tensors that stay. So what the stream makes is free again at once (a stream that answers with a promise leaves its
 * tensors to the garbage collector).
 *
 * @param currentModel - Gives the model as it is now.
 */
export function streamSource(stream: AnyStream, currentModel: () => Predict): BatchSource {
  const kept = new Map<string, readonly AnyTensor[]>();
  let size = 0;
  const keep = (given: unknown, step: number): readonly AnyTensor[] => {
    const batch = checkBatch(given, step);
    const key = batch.map(({ shape, dtype }) => `${dtype}${showShape(shape)}`).join();
    const tensors = kept.get(key) ?? batch.map(({ shape, dtype }) => new Tensor(allocate(shape, dtype), shape, dtype));
    kept.set(key, tensors);
    for (const [i, target] of tensors.entries()) copyInto(target, batch[i] ?? target);
    size = batch[0]?.shape[0] ?? 1;
    return tensors;
  };
  let isSync = false;
  return {
    next(step) {
      // Most streams do not ask the model, so its numbers are only copied for those that do.
      let current: Predict | undefined;
      const predict: Predict = (input) => {
        current ??= currentModel();
        return current(input);
      };
      // Whatever a stream makes is freed with the scope; what is kept outlives it, because it is returned.
      if (isSync) return scope(() => keep(stream(step, predict), step));
      // The first answer tells whether there will be promises, whose tensors are made beyond any scope.
      const answer = stream(step, predict);
      isSync = !(answer instanceof Promise);
      return answer instanceof Promise ? answer.then((given) => keep(given, step)) : keep(answer, step);
    },
    batchSize: () => size,
    epoch: () => undefined,
    position: () => undefined,
    seek: () => {},
    dispose() {
      for (const tensors of kept.values()) for (const tensor of tensors) tensor.dispose();
      kept.clear();
    },
  };
}

function copyInto(target: AnyTensor, source: AnyTensor): void {
  const elements = viewOf(concrete(source, "a batch"), source.size, source.dtype);
  viewOf(concrete(target, "a batch"), target.size, target.dtype).set(elements);
}
