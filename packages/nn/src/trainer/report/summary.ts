/** @file What came out of a training run, as plain data and in words. */
import type { StoppedBy } from "../callbacks.ts";
import { showDuration } from "../clock.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { Backend } from "../step/runner.ts";
import { showNumber } from "./show-number.ts";

/** A probe's answers. */
export interface ProbeReport {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly target?: string;
}

/** What came out of a training run. */
export interface TrainingSummary {
  /** The model in a few words: `"sequential [2] → [1]"`. */
  readonly model: string;
  readonly task: string;
  readonly optimizer: string;
  readonly seed: number;
  readonly backend: Backend;
  readonly dtype: string;
  /** Trainable numbers. */
  readonly parameters: number;
  /** Examples of the training data; undefined for step streams. */
  readonly examples?: number;
  readonly batchSize?: number;
  /** Updates in all. */
  readonly steps: number;
  /** Mean loss over the training data (at most the first 2,048 examples) before the first update and after the last. */
  readonly lossBefore: number;
  readonly lossAfter: number;
  /** Time spent on the steps. */
  readonly elapsedMs: number;
  readonly stoppedBy: StoppedBy;
  /** Updates that made the parameters, when early stopping went back to those of its best evaluation. */
  readonly bestStep?: number;
  /** The evaluation on `evalData` of the parameters that training ended with. */
  readonly evaluation?: Evaluation;
  readonly probes: readonly ProbeReport[];
}

/**
 * A summary as text.
 *
 * @returns Lines without a newline at the end.
 */
export function summaryText(summary: TrainingSummary): string {
  const { model, parameters, steps, elapsedMs, backend, dtype, stoppedBy, bestStep, evaluation } = summary;
  const rows: [string, string][] = [
    ["model", `${model}, ${parameters.toLocaleString("en-US")} parameters`],
    ["training", describeTraining(summary)],
    ["time", `${showDuration(elapsedMs)}, ${describeSpeed(steps, elapsedMs)}, backend ${backend}, dtype ${dtype}`],
    ["loss", `${showNumber(summary.lossBefore)} → ${showNumber(summary.lossAfter)}`],
  ];
  if (evaluation !== undefined) rows.push(["evaluation", describeEvaluation(evaluation)]);
  if (stoppedBy !== "done") rows.push(["stopped by", stoppedBy]);
  if (bestStep !== undefined)
    rows.push(["parameters", `of step ${bestStep.toLocaleString("en-US")}, the best evaluation`]);
  for (const { name, before, after, target } of summary.probes) {
    rows.push([`probe ${name}`, `${before} → ${after}${target === undefined ? "" : ` (target ${target})`}`]);
  }
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${label.padEnd(width)}  ${value}`).join("\n");
}

function describeTraining({ task, optimizer, steps, batchSize, examples, seed }: TrainingSummary): string {
  const data = examples === undefined ? "" : ` of ${batchSize} from ${examples.toLocaleString("en-US")} examples`;
  return `${task}, ${optimizer}, ${steps.toLocaleString("en-US")} steps${data}, seed ${seed}`;
}

function describeSpeed(steps: number, elapsedMs: number): string {
  const rate = steps / Math.max(elapsedMs / 1000, 1e-9);
  return `${rate >= 10 ? Math.round(rate).toLocaleString("en-US") : rate.toPrecision(2)} steps/s`;
}

function describeEvaluation({ loss, metrics, examples }: Evaluation): string {
  const words = Object.entries(metrics).map(([name, value]) => `${name} ${showNumber(value)}`);
  return [`loss ${showNumber(loss)}`, ...words, `${examples.toLocaleString("en-US")} examples`].join(", ");
}
