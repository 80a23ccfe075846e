/**
 * @file What happens beside the steps of a training run, and when: rows of the log, evaluations, checkpoints, callbacks, stopping.
 *
 * Everything is counted in updates, so a run that goes on from a checkpoint does the same things at the same places.
 */
import type { Callbacks, Stop, StoppedBy } from "../callbacks.ts";
import { nowMs } from "../clock.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { LoopJob } from "../loop.ts";
import { callbacksOf } from "../train-options.ts";
import { type Evaluating, evaluating } from "./evaluating.ts";
import { logHistograms, rowOf, throughput } from "./log-rows.ts";
import { type Running, type StopRequest, stopRequest } from "./running.ts";
import { type Saving, saving } from "./saving.ts";

/** A running training as the loop sees it, and what it found. */
export interface Watched {
  readonly job: LoopJob;
  /** Writes the last checkpoint and evaluates. Called once, after the last step. */
  finish(step: number, stoppedBy: StoppedBy): Promise<void>;
  evaluation(): Evaluation | undefined;
  elapsedMs(): number;
}

/** Watches over a running training. */
export function watch(running: Running): Watched {
  const startMs = nowMs();
  const elapsedMs = (): number => running.elapsedBeforeMs + nowMs() - startMs;
  const request = stopRequest();
  const saves = saving(running, elapsedMs);
  const evaluations = evaluating(running, saves, request);
  return {
    job: jobOf(running, request, duties(running, { saves, evaluations, request })),
    async finish(step, stoppedBy) {
      await saves.check(step);
      // First the checkpoint: an evaluation where no uninterrupted run has one must leave no trace in it.
      await saves.save(step);
      await evaluations.evaluate(step, stoppedBy === "done");
    },
    evaluation: () => evaluations.last(),
    elapsedMs,
  };
}

/** Something to be done after every so many updates. */
interface Duty {
  readonly every: number;
  run(step: number, loss: number): void | Promise<void>;
}

/** What is to be done beside the steps; at the same step in this order. */
function duties(
  { prepared, runner, log, progress }: Running,
  {
    saves,
    evaluations,
    request,
  }: { readonly saves: Saving; readonly evaluations: Evaluating; readonly request: StopRequest },
): Duty[] {
  const { plan, options } = prepared;
  const { histograms = false } = options;
  const callbacks = callbacksOf(options);
  const found: (Duty | undefined)[] = [
    progress.every === undefined ? undefined : { every: progress.every, run: progress.at },
    histograms === false
      ? undefined
      : { every: histograms === true ? plan.evalEvery : histograms, run: (step) => logHistograms(log, step, runner) },
    options.evalData === undefined ? undefined : { every: plan.evalEvery, run: (step) => evaluations.evaluate(step) },
    callbacks.some(({ onEpoch }) => onEpoch !== undefined)
      ? {
          every: plan.stepsPerEpoch,
          run: (step) => tellEpoch(callbacks, step / plan.stepsPerEpoch, step, request.stop),
        }
      : undefined,
    options.checkpoint === undefined ? undefined : { every: plan.checkpointEvery, run: (step) => saves.save(step) },
  ];
  return found.filter((duty) => duty !== undefined);
}

async function tellEpoch(callbacks: readonly Callbacks[], epoch: number, step: number, stop: Stop): Promise<void> {
  for (const each of callbacks) await each.onEpoch?.({ epoch, step, stop });
}

function jobOf(running: Running, request: StopRequest, duty: readonly Duty[]): LoopJob {
  const { prepared, runner, log, progress, checkpoints } = running;
  const { plan, source, options } = prepared;
  const rate = throughput(running.firstStep);
  const onStep = stepCallback(callbacksOf(options), request.stop);
  return {
    setup: prepared.setup,
    runner,
    source,
    firstStep: running.firstStep,
    steps: plan.steps,
    place: { step: running.firstStep },
    isLooked: (step) => step % plan.logEvery === 0 || step + 1 === plan.steps,
    onLooked: (step, seen) => log.row(step, rowOf(running, step, seen, rate(step, source.batchSize()))),
    ...(onStep === undefined ? {} : { onStep }),
    nextVisit: (step) => Math.min(...duty.map(({ every }) => step - (step % every) + every)),
    async visit(step, loss) {
      for (const { every, run } of duty) if (step % every === 0) await run(step, loss);
    },
    onTurn(step, loss) {
      if (progress.every === undefined) progress.at(step, loss);
    },
    stopRequested: () => request.reason() ?? running.interruption.requested(),
    lastCheckpoint: () => checkpoints.lastPath(),
  };
}

/** The callbacks that want every step, as one; undefined when there is none. */
function stepCallback(callbacks: readonly Callbacks[], stop: Stop): LoopJob["onStep"] {
  const wanting = callbacks.filter(({ onStep }) => onStep !== undefined);
  if (wanting.length === 0) return undefined;
  return (step, loss) => {
    const waits: Promise<void>[] = [];
    for (const each of wanting) {
      const answer = each.onStep?.({ step, loss, stop });
      if (answer instanceof Promise) waits.push(answer);
    }
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined);
  };
}
