/** @file What a task's loss can reach. A class, because one is made at every step. */
import type { Key, Params } from "../../nn/model.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { ModelCall } from "../step/bound-model.ts";
import type { LossContext } from "./task.ts";

/** A model call seen from a loss. */
export class TaskContext implements LossContext {
  declare readonly inputs: AnyTensor;
  declare private readonly call: ModelCall;

  constructor(call: ModelCall, inputs: AnyTensor) {
    this.call = call;
    this.inputs = inputs;
  }

  get params(): Params {
    return this.call.params;
  }

  get train(): boolean {
    return this.call.train;
  }

  /** Read on demand: a loss that uses no key costs none. */
  get key(): Key | undefined {
    return this.call.key;
  }

  get apply(): (x: AnyTensor) => AnyTensor {
    return this.call.apply;
  }
}
