/**
 * @file The training loop of runners that take several steps in one call.
 *
 * It does the same things after the same steps as the loop of single steps: a group ends where something is to be done beside the steps, and a step that
 * is looked at, or that a callback wants to hear of, is a group of its own. How the steps are grouped changes no number.
 */
import type { AnyTensor } from "../tensor/tensor.ts";
import { nowMs } from "./clock.ts";
import type { LoopEnd, LoopJob } from "./loop.ts";
import { notFinite } from "./non-finite-error.ts";
import { copyTensor } from "./step/copy-tensor.ts";
import type { GroupRunner } from "./step/runner.ts";

/** Groups grow until they take this long, so that calls cost little, and Ctrl-C is heard soon. */
const GROUP_MS = 200;
/** Most steps in a group: their batches are all in memory. */
const LARGEST_GROUP = 64;

type Batch = readonly AnyTensor[];

/**
 * Runs steps until there are enough or something stops them.
 *
 * @throws TrainlogError as `runLoop`.
 */
export async function runGroups(job: LoopJob, runner: GroupRunner): Promise<LoopEnd> {
  let step = job.firstStep;
  let loss = Number.NaN;
  let size = 1;
  while (step < job.steps) {
    const stoppedBy = job.stopRequested();
    if (stoppedBy !== undefined) return { step, loss, stoppedBy };
    const nextVisit = job.nextVisit(step);
    const batches = await collect(job, step, Math.min(size, job.steps - step, nextVisit - step));
    try {
      if (batches.length === 0) return { step, loss, stoppedBy: "data" };
      const startMs = nowMs();
      const losses = await runGroup(job, runner, step, batches);
      size = nextSize(size, nowMs() - startMs);
      loss = losses.at(-1) ?? Number.NaN;
      const last = step + losses.length - 1;
      if (!Number.isFinite(loss)) throw await notFinite(job, last, loss, batches[losses.length - 1] ?? []);
      await job.onStep?.(last, loss);
      step = last + 1;
      job.place.step = step;
    } finally {
      for (const tensor of batches.flat()) tensor.dispose();
    }
    if (step >= nextVisit) await job.visit(step, loss);
    job.onTurn(step, loss);
  }
  return { step, loss, stoppedBy: "done" };
}

/** Copies of the next batches: those of the source hold until the next one only. Fewer when a step is to be looked at, or when there are no more. */
async function collect({ source, isLooked, onStep }: LoopJob, first: number, most: number): Promise<readonly Batch[]> {
  const batches: Batch[] = [];
  const isAlone = onStep !== undefined || isLooked(first);
  for (let step = first; step < first + (isAlone ? 1 : most); step += 1) {
    if (step > first && isLooked(step)) break;
    const batch = await source.next(step);
    if (batch === undefined) break;
    batches.push(batch.map(copyTensor));
  }
  return batches;
}

async function runGroup(
  { isLooked, onLooked }: LoopJob,
  runner: GroupRunner,
  step: number,
  batches: readonly Batch[],
): Promise<readonly number[]> {
  const [first] = batches;
  if (first === undefined || !isLooked(step)) return runner.runMany(batches);
  const observation = await runner.observe(first);
  if (Number.isFinite(observation.loss)) onLooked(step, observation);
  return [observation.loss];
}

function nextSize(size: number, tookMs: number): number {
  if (tookMs < GROUP_MS / 2) return Math.min(size * 2, LARGEST_GROUP);
  return tookMs > GROUP_MS ? Math.max(1, Math.floor(size / 2)) : size;
}
