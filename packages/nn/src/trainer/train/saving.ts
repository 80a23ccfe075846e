/** @file When checkpoints of a running training are written, and what is in them. */

import type { Checkpoint } from "../checkpoint/training-checkpoint.ts";
import { nonFiniteError } from "../non-finite-error.ts";
import { brokenParameters } from "../step/find-non-finite.ts";
import type { TrainState } from "../step/train-state.ts";
import { callbacksOf } from "../train-options.ts";
import { disposeState, type Running } from "./running.ts";

/** Writes checkpoints. */
export interface Saving {
  /** Writes the checkpoint of a step, once. */
  save(step: number): Promise<void>;
  /** Writes it as the best one. */
  saveBest(step: number): Promise<void>;
  /**
   * Refuses parameters that are not finite. The last step's gradients show in the next loss only, which may never be computed.
   *
   * @throws TrainlogError `trainer/non-finite`.
   */
  check(step: number): Promise<void>;
}

/** Checkpoints of a running training. */
export function saving(running: Running, elapsedMs: () => number): Saving {
  const { prepared, checkpoints } = running;
  let savedAt = checkpoints.start?.facts.step ?? -1;
  const written = async <T>(step: number, write: (checkpoint: Checkpoint) => Promise<T>): Promise<T> => {
    const checkpoint = await checkpointOf(running, step, elapsedMs());
    const result = await write(checkpoint);
    disposeState(checkpoint.state);
    return result;
  };
  return {
    async save(step) {
      if (prepared.options.checkpoint === undefined || savedAt === step) return;
      savedAt = step;
      const path = await written(step, checkpoints.write);
      if (path === undefined) return;
      for (const each of callbacksOf(prepared.options)) await each.onCheckpoint?.({ step, path });
    },
    saveBest: (step) => written(step, checkpoints.writeBest),
    check: async (step) => disposeState(await goodState(running, step)),
  };
}

async function checkpointOf(running: Running, step: number, elapsedMs: number): Promise<Checkpoint> {
  const { prepared, evaluations, lossBefore } = running;
  return {
    state: await goodState(running, step),
    facts: {
      step,
      position: prepared.source.position() ?? null,
      identity: prepared.identity,
      lossBefore: Number.isFinite(lossBefore) ? lossBefore : null,
      best: evaluations.best() ?? null,
      elapsedMs,
    },
  };
}

/** A copy of the state, if it is worth keeping. */
async function goodState({ runner, checkpoints }: Running, step: number): Promise<TrainState> {
  const state = await runner.state();
  const broken = brokenParameters(state.params);
  if (broken === undefined) return state;
  throw nonFiniteError(`parameters are not finite after ${step} updates`, step, broken, checkpoints.lastPath());
}
