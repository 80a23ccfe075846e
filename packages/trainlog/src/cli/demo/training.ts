/** @file The demo's training: several runs side by side, so that they can be compared while they move. All numbers come from real optimizer steps. */
import type { Trainer } from "@trainlog/nn";
import { init, type Run } from "../../index.ts";
import type { Learner, LearnerSettings } from "./learner.ts";
import { demoLearners } from "./learners.ts";
import { type PaceOptions, StepWatch, unpacedRun, untilDue } from "./pace.ts";

/** What to train. */
export interface DemoTraining extends LearnerSettings {
  /** Folder of the store. */
  readonly dir: string;
  /** Time over which the steps are spread; 0 = as fast as it goes. */
  readonly durationMs: number;
  /** Ends the training early; the runs are then `killed`. */
  readonly signal: AbortSignal;
  /** Hears after each step of each run how many steps all runs have done. */
  readonly onStep?: (done: number) => void;
}

interface DemoRun {
  readonly learner: Learner;
  readonly run: Run;
}

/** Trains all runs to their end, and gives their ids. */
export async function trainDemo(training: DemoTraining): Promise<string[]> {
  const learners = await demoLearners(training);
  const runs: DemoRun[] = [];
  // One after the other, so that lists show them in this order.
  for (const learner of learners) {
    runs.push({ learner, run: await openRun(learner, training.dir, learner === learners.at(-1)) });
  }
  const startMs = performance.now();
  // The runs take turns within the time of a step, so that none waits for another.
  const turnMs = training.durationMs / training.steps / runs.length;
  let done = 0;
  const onStep = (): void => {
    done += 1;
    training.onStep?.(done);
  };
  await Promise.all(runs.map((run, i) => trainRun(run, { ...training, startMs: startMs + i * turnMs }, onStep)));
  return runs.map(({ run }) => run.id);
}

async function openRun({ spec }: Learner, dir: string, watchMachine: boolean): Promise<Run> {
  // The runs share one process: what it prints belongs to none of them, each gets its own lines by `addConsole`; one look at the machine is enough.
  const run: Run = await init({ ...spec, dir, jobType: "train", capture: { console: false, system: watchMachine } });
  run.defineMetric("loss", { summary: "min", goal: "min" });
  run.defineMetric("eval/*", { summary: "last" });
  return run;
}

async function trainRun({ learner, run }: DemoRun, pace: PaceOptions, onStep: () => void): Promise<void> {
  const watch = new StepWatch();
  let loss = Number.NaN;
  const callbacks: Trainer.Callbacks = {
    async onStep(event) {
      watch.end();
      loss = event.loss;
      onStep();
      await untilDue(event.step, pace);
      watch.begin();
    },
    onEvaluation({ step, evaluation, predict }) {
      run.addConsole("stdout", `step ${step}  ${scoresText(loss, evaluation)}\n`);
      run.log(learner.picture(predict), { step });
      watch.begin();
    },
  };
  try {
    await learner.train({ log: unpacedRun(run, learner.batchSize, watch), signal: pace.signal, callbacks });
    await run.finish({ status: pace.signal.aborted ? "killed" : "finished" });
  } catch (error) {
    await run.finish({ status: "failed", error });
    throw error;
  }
}

function scoresText(loss: number, { loss: evalLoss, metrics }: Trainer.Evaluation): string {
  const evaluated = Object.entries(metrics).map(([name, value]) => [`eval/${name}`, value] as const);
  const scores = [["loss", loss] as const, ["eval/loss", evalLoss] as const, ...evaluated];
  return scores.map(([key, value]) => `${key} ${value.toFixed(4)}`).join("  ");
}
