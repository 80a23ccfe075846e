/** @file Tensors that batches are copied into: made once per batch size, filled again and again. */

import type { Batch } from "../../data/dataset.ts";
import { allocate, viewOf } from "../../engine/engine.ts";
import type { Shape } from "../../shape/shape.ts";
import type { DType, FloatDType } from "../../tensor/dtype.ts";
import { type AnyTensor, concrete, Tensor } from "../../tensor/tensor.ts";

/** Copies batches from the host into tensors. */
export interface BatchTensors {
  /** Inputs and targets of a batch; they hold until the next call. */
  fill(batch: Batch): readonly [inputs: AnyTensor, targets: AnyTensor];
  dispose(): void;
}

/**
 * Tensors for batches of a model.
 *
 * @param dtype - Element type of whatever is not int32.
 */
export function batchTensors(dtype: FloatDType): BatchTensors {
  const bySize = new Map<number, readonly [AnyTensor, AnyTensor]>();
  return {
    fill(batch) {
      let pair = bySize.get(batch.size);
      if (pair === undefined) {
        const as = (given: DType): DType => (given === "int32" ? "int32" : dtype);
        pair = [
          emptyTensor(batch.inputShape, as(batch.inputDType)),
          emptyTensor(batch.targetShape, as(batch.targetDType)),
        ];
        bySize.set(batch.size, pair);
      }
      writeInto(pair[0], batch.inputs);
      writeInto(pair[1], batch.targets);
      return pair;
    },
    dispose() {
      for (const pair of bySize.values()) for (const tensor of pair) tensor.dispose();
      bySize.clear();
    },
  };
}

function emptyTensor(shape: Shape, dtype: DType): AnyTensor {
  return new Tensor(allocate(shape, dtype), shape, dtype);
}

function writeInto(tensor: AnyTensor, elements: ArrayLike<number>): void {
  viewOf(concrete(tensor, "a batch"), tensor.size, tensor.dtype).set(elements);
}
