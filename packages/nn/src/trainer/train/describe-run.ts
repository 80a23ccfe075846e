/** @file A training run as plain data: what it was begun with, and what came out of it. */
import { describeValue, TrainlogError } from "../../error.ts";
import { parameterCount, summary as summaryOfModel } from "../../nn/index.ts";
import type { Evaluator } from "../evaluate/evaluate.ts";
import type { LogFacts } from "../log/log-sink.ts";
import type { LoopEnd } from "../loop.ts";
import { predictor } from "../predict.ts";
import type { TrainingSummary } from "../report/summary.ts";
import type { TrainState } from "../step/train-state.ts";
import type { StateOfStep } from "./best-keeper.ts";
import { numbersOf, type Prepared } from "./prepare.ts";
import type { Running } from "./running.ts";
import type { Watched } from "./watch.ts";

/** Examples of the training data that the loss before and after is measured on. */
const MEASURED_EXAMPLES = 2048;

/** Mean loss over the training data. */
export async function measuredLoss(evaluator: Evaluator, { data }: Prepared, state: TrainState): Promise<number> {
  const { loss } = await evaluator.evaluate(state.params, state.model, data, MEASURED_EXAMPLES);
  return loss;
}

/** What the probes answer. */
export function readProbes(prepared: Prepared, state: TrainState): string[] {
  const predict = predictor(numbersOf(prepared, state));
  return (prepared.options.probes ?? []).map((probe) => {
    try {
      return probe.read(predict).text;
    } catch (error) {
      throw ofProbe(probe.name, error);
    }
  });
}

/** Errors of ours say which probe it was; others are those of a script's own function, and stay. */
function ofProbe(name: string, error: unknown): unknown {
  if (!(error instanceof TrainlogError)) return error;
  return new TrainlogError(error.code, `the probe ${describeValue(name)}: ${error.message}`, { cause: error });
}

/** What came out of a run. */
export async function summarize(
  running: Running,
  watched: Watched,
  { step, stoppedBy }: LoopEnd,
  last: StateOfStep,
  before: readonly string[],
): Promise<TrainingSummary> {
  const { prepared, evaluator, lossBefore } = running;
  const { state } = last;
  const elapsedMs = watched.elapsedMs();
  const after = readProbes(prepared, state);
  const wentBack = last.step !== step;
  const { evalData } = prepared.options;
  // What is said of the model is measured on the parameters that it ends with.
  const evaluation =
    wentBack && evalData !== undefined
      ? await evaluator.evaluate(state.params, state.model, evalData)
      : watched.evaluation();
  return {
    ...describeRun(prepared),
    steps: step,
    lossBefore,
    lossAfter: await measuredLoss(evaluator, prepared, state),
    elapsedMs,
    stoppedBy,
    ...(wentBack ? { bestStep: last.step } : {}),
    ...(evaluation === undefined ? {} : { evaluation }),
    probes: (prepared.options.probes ?? []).map(({ name, target }, i) => ({
      name,
      before: before[i] ?? "",
      after: after[i] ?? "",
      ...(target === undefined ? {} : { target }),
    })),
  };
}

function describeRun({
  parts,
  model,
  backend,
  dtype,
  initial,
  data,
  plan,
}: Prepared): Pick<
  TrainingSummary,
  "model" | "task" | "optimizer" | "seed" | "backend" | "dtype" | "parameters" | "examples" | "batchSize"
> {
  return {
    model: `${parts.mkModel.label} ${showSizes(model.inputShape)} → ${showSizes(model.outputShape)}`,
    task: parts.task.name,
    optimizer: parts.optimizer.name,
    seed: parts.seed,
    backend,
    dtype,
    parameters: parameterCount(initial.params),
    examples: data.length,
    batchSize: plan.batchSize,
  };
}

function showSizes(shape: readonly number[]): string {
  return `[${shape.map((size) => (size === -1 ? "?" : size)).join(", ")}]`;
}

/** What the run is about, in a few words. */
export function titleOf(prepared: Prepared): string {
  return describeRun(prepared).model;
}

/** Configuration of the run, for the log. */
export function factsOf(prepared: Prepared): LogFacts {
  const { parts, plan, options, data } = prepared;
  const { optimizer, ...facts } = describeRun(prepared);
  return {
    ...facts,
    optimizer: { name: optimizer, ...parts.optimizer.options },
    steps: plan.steps,
    shuffle: options.shuffle ?? true,
    model_summary: summaryOfModel(parts.mkModel, { input: data.inputShape }),
  };
}
