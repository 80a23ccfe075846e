/**
 * @file The training loop: batches in, steps run, and now and then something else happens.
 *
 * What happens beside the steps (logs, evaluations, checkpoints) is in `visit`, which is only called at the steps that `nextVisit` names, so that a step
 * of a small network costs little more than its arithmetic.
 */
import type { AnyTensor } from "../tensor/tensor.ts";
import type { StoppedBy } from "./callbacks.ts";
import { nextTurn, nowMs } from "./clock.ts";
import type { BatchSource } from "./data/batch-source.ts";
import { runGroups } from "./group-loop.ts";
import { notFinite } from "./non-finite-error.ts";
import type { Observation, Runner, StepRunner } from "./step/runner.ts";
import type { StepSetup } from "./step/train-step.ts";

/** Longest time without a turn of the event loop: Ctrl-C, timers and a page's frames wait at most so long, or one step. */
const TURN_MS = 40;

/** A loop to run. */
export interface LoopJob {
  readonly setup: StepSetup;
  readonly runner: Runner;
  readonly source: BatchSource;
  /** Updates that were made before. */
  readonly firstStep: number;
  /** Updates in all. */
  readonly steps: number;
  /** Gets the number of updates so far, for those who hear of the end by an error. */
  readonly place: { step: number };
  /** Says whether a step is looked at. */
  isLooked(step: number): boolean;
  /** Gets a looked-at step; `step` = updates before it. */
  onLooked(step: number, observation: Observation): void;
  /** Gets every step; absent when nobody wants to know. */
  onStep?(step: number, loss: number): void | Promise<void>;
  /** The next number of updates after which {@link visit} is to be called. */
  nextVisit(step: number): number;
  /** Called after so many updates; `loss` is that of the last batch, before its update. */
  visit(step: number, loss: number): void | Promise<void>;
  /** Called about every 40 ms. */
  onTurn(step: number, loss: number): void;
  /** Why to stop, if so. */
  stopRequested(): StoppedBy | undefined;
  /** Path of the newest checkpoint, for the error. */
  lastCheckpoint(): string | undefined;
}

/** How a loop ended. */
export interface LoopEnd {
  /** Updates in all. */
  readonly step: number;
  /** Loss of the last batch, before its update. */
  readonly loss: number;
  readonly stoppedBy: StoppedBy;
}

/**
 * Runs steps until there are enough or something stops them.
 *
 * @throws TrainlogError `trainer/non-finite` naming the step, where the first non-finite number was, and the last checkpoint; what data and callbacks throw.
 */
export async function runLoop(job: LoopJob): Promise<LoopEnd> {
  const { runner } = job;
  return "runMany" in runner ? runGroups(job, runner) : runSteps(job, runner);
}

async function runSteps(job: LoopJob, runner: StepRunner): Promise<LoopEnd> {
  const { source, steps } = job;
  let step = job.firstStep;
  let loss = Number.NaN;
  let nextVisit = job.nextVisit(step);
  let turnMs = nowMs();
  while (step < steps) {
    const stoppedBy = job.stopRequested();
    if (stoppedBy !== undefined) return { step, loss, stoppedBy };
    const taken = source.next(step);
    const batch = taken instanceof Promise ? await taken : taken;
    if (batch === undefined) return { step, loss, stoppedBy: "data" };
    loss = runStep(job, step, batch);
    if (!Number.isFinite(loss)) throw await notFinite(job, step, loss, batch, source.examples?.());
    const heard = job.onStep?.(step, loss);
    if (heard instanceof Promise) await heard;
    step += 1;
    job.place.step = step;
    if (step >= nextVisit) {
      const visited = job.visit(step, loss);
      if (visited instanceof Promise) await visited;
      nextVisit = job.nextVisit(step);
    }
    const now = nowMs();
    if (now - turnMs < TURN_MS) continue;
    job.onTurn(step, loss);
    await nextTurn();
    turnMs = nowMs();
  }
  return { step, loss, stoppedBy: "done" };

  function runStep({ isLooked, onLooked }: LoopJob, at: number, batch: readonly AnyTensor[]): number {
    if (!isLooked(at)) return runner.run(batch);
    const observation = runner.observe(batch);
    if (Number.isFinite(observation.loss)) onLooked(at, observation);
    return observation.loss;
  }
}
