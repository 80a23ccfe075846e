/** @file The error that ends a training run whose numbers are no longer finite. */
import { TrainlogError } from "../error.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { findNonFinite, type NonFinite } from "./step/find-non-finite.ts";
import type { Runner } from "./step/runner.ts";
import type { StepSetup } from "./step/train-step.ts";

/** What of a loop the error needs. */
interface Failing {
  readonly setup: StepSetup;
  readonly runner: Runner;
  /** Path of the newest checkpoint. */
  lastCheckpoint(): string | undefined;
}

/**
 * The error for a loss that is not finite. The runner left the state as it was before the step.
 *
 * @param examples - Numbers of the batch's examples in the data set, where that is known.
 */
export async function notFinite(
  { setup, runner, lastCheckpoint }: Failing,
  step: number,
  loss: number,
  batch: readonly AnyTensor[],
  examples?: ArrayLike<number>,
): Promise<NonFiniteError> {
  const cause = findNonFinite(setup, await runner.state(), batch, examples);
  return nonFiniteError(`the loss is ${loss} at step ${step}`, step, cause, lastCheckpoint());
}

/**
 * The error for numbers that are not finite.
 *
 * @param what - What is not finite, as the beginning of a sentence.
 * @param checkpoint - Path of the last checkpoint, which is a good one.
 */
export function nonFiniteError(
  what: string,
  step: number,
  { words, layer, parameters, inData }: NonFinite,
  checkpoint: string | undefined,
): NonFiniteError {
  const way = checkpoint === undefined ? "no checkpoint was written" : `the last good checkpoint is ${checkpoint}`;
  const advice =
    inData === true
      ? "Fill in or leave out such examples"
      : "A lower learning rate or optim.clipByGlobalNorm often helps";
  return new NonFiniteError(`${what}: ${words}; ${way}. ${advice}`, {
    step,
    ...(layer === undefined ? {} : { layer }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
  });
}

/** What a {@link NonFiniteError} knows. */
export interface NonFiniteFacts {
  /** Updates before the step. */
  readonly step: number;
  /** First layer whose output is not finite, as in the model's summary. */
  readonly layer?: string;
  /** Parameters whose gradients were not finite at the step before. */
  readonly parameters?: readonly string[];
  /** Path of the last checkpoint. */
  readonly checkpoint?: string;
}

/** A loss or gradient that is NaN or infinite; code `trainer/non-finite`. */
export class NonFiniteError extends TrainlogError {
  readonly facts: NonFiniteFacts;

  constructor(message: string, facts: NonFiniteFacts) {
    super("trainer/non-finite", message);
    this.facts = facts;
  }
}
