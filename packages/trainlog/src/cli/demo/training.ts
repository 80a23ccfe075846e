/**
 * @file The demo's training loop: several runs side by side, so that they can be compared while they move.
 *
 * Every number that is logged comes from a real optimizer step. Only the pace is chosen: the steps are spread over `durationMs`, because at full speed
 * they would be over before anyone has opened the page. Throughput is measured over the step itself, without the waiting.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { init, type LogValue, type Run } from "../../index.ts";
import { gridLearner } from "./grid-learner.ts";
import type { Learner, LearnerSpec } from "./learner.ts";
import { spiralLearner } from "./spiral-learner.ts";

/** What to train. */
export interface DemoTraining {
  /** Folder of the store. */
  readonly dir: string;
  /** Optimizer steps of each run. */
  readonly stepCount: number;
  readonly seed: number;
  /** Time over which the steps are spread; 0 = as fast as it goes. */
  readonly durationMs: number;
  /** Ends the training early; the runs are then `killed`. */
  readonly signal: AbortSignal;
  /** Hears after each step of all runs how many steps are done. */
  readonly onStep?: (done: number) => void;
}

/** Looks at held-out data, and pictures, in the course of a run. */
const EVALUATIONS = 60;
const PICTURES = 20;

type DemoRun = Run<LearnerSpec["config"]>;

interface TrainingRun {
  readonly learner: Learner;
  readonly run: DemoRun;
}

/** The runs of the demo: the same data, different hyperparameters, so that there is something to compare. */
export function demoLearners(stepCount: number, seed: number): Learner[] {
  const common = { seed, stepCount };
  const relu = { ...common, hidden: [32, 32], activation: "relu" } as const;
  // Lists show the newest first, so the run to look at first is made last.
  return [
    gridLearner({
      ...common,
      name: "mlp-8-lr-0.003",
      notes: "a tenth of the learning rate: learns later",
      learningRate: 0.003,
    }),
    gridLearner({ ...common, name: "mlp-8", notes: "the quickstart", learningRate: 0.03 }),
    spiralLearner({
      ...common,
      name: "relu-tiny",
      notes: "too small for two spirals",
      hidden: [8],
      activation: "relu",
      learningRate: 0.01,
    }),
    spiralLearner({
      ...common,
      name: "tanh",
      notes: "another activation",
      hidden: [24, 24],
      activation: "tanh",
      learningRate: 0.05,
    }),
    spiralLearner({ ...relu, name: "relu-lr-0.3", notes: "learning rate too high: its units die", learningRate: 0.3 }),
    spiralLearner({ ...relu, name: "relu-lr-0.003", notes: "learns the same, later", learningRate: 0.003 }),
    spiralLearner({ ...relu, name: "relu-lr-0.01", notes: "a good choice", learningRate: 0.01 }),
  ];
}

/** Trains all runs to their end, and gives their ids. */
export async function trainDemo(training: DemoTraining): Promise<string[]> {
  const runs: TrainingRun[] = [];
  const learners = demoLearners(training.stepCount, training.seed);
  for (const learner of learners) {
    runs.push({ learner, run: await openRun(learner, training.dir, learner === learners.at(-1)) });
  }
  await trainTogether(runs, training);
  const status = training.signal.aborted ? "killed" : "finished";
  await Promise.all(runs.map(({ run }) => run.finish({ status })));
  return runs.map(({ run }) => run.id);
}

async function openRun({ spec }: Learner, dir: string, watchMachine: boolean): Promise<DemoRun> {
  // The runs share one process: what it prints belongs to none of them, each gets its own lines by `addConsole`; one look at the machine is enough.
  const run = await init({ ...spec, dir, capture: { console: false, system: watchMachine } });
  run.defineMetric("train/loss", { summary: "min", goal: "min" });
  run.defineMetric("eval/*", { summary: "last" });
  return run;
}

async function trainTogether(runs: readonly TrainingRun[], training: DemoTraining): Promise<void> {
  const { stepCount, durationMs, signal, onStep } = training;
  const startMs = performance.now();
  for (let step = 0; step < stepCount && !signal.aborted; step++) {
    for (const { learner, run } of runs) trainStep(learner, run, step, stepCount);
    onStep?.(step + 1);
    await untilMs(startMs + (durationMs * (step + 1)) / stepCount, signal);
  }
}

function trainStep(learner: Learner, run: DemoRun, step: number, stepCount: number): void {
  const row: Record<string, LogValue> = learner.step(step);
  if (isDue(step, stepCount, EVALUATIONS)) {
    const scores = learner.evaluate();
    Object.assign(row, scores);
    run.addConsole("stdout", `step ${step}  ${scoresText(row["train/loss"], scores)}\n`);
  }
  if (isDue(step, stepCount, PICTURES)) Object.assign(row, learner.picture());
  run.log(row, { step });
}

/** Whether one of `times` evenly spread moments falls on this step; the last step always is one. */
function isDue(step: number, stepCount: number, times: number): boolean {
  return step === stepCount - 1 || step % Math.max(1, Math.floor(stepCount / times)) === 0;
}

function scoresText(loss: unknown, scores: Readonly<Record<string, number>>): string {
  const parts = Object.entries({ "train/loss": Number(loss), ...scores });
  return parts.map(([key, value]) => `${key} ${value.toFixed(4)}`).join("  ");
}

/** Waits until a time, or not at all when it has passed; always lets timers and I/O have a turn. */
async function untilMs(timeMs: number, signal: AbortSignal): Promise<void> {
  const waitMs = Math.max(0, timeMs - performance.now());
  // The abort that ends the wait early is not an error: the loop sees it by itself.
  await sleep(waitMs, undefined, { signal }).catch(() => undefined);
}
