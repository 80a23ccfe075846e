/** @file What a running training logs of its steps. */
import { nowMs } from "../clock.ts";
import type { LogRow, LogSink } from "../log/log-sink.ts";
import type { Observation, Runner } from "../step/runner.ts";
import { disposeState, type Running } from "./running.ts";

/** Numbers of a step for the log. */
export function rowOf(
  { prepared }: Running,
  step: number,
  { loss, gradientNorm, metrics, gradientNorms }: Observation,
  examplesPerSecond: number | undefined,
): LogRow {
  const { optimizer } = prepared.parts;
  const rate = optimizer.learningRate?.(step);
  const norms = Object.entries(gradientNorms).map(([name, value]) => [`gradient_norm/${name}`, value] as const);
  return {
    loss,
    ...metrics,
    epoch: Math.floor((step / prepared.plan.stepsPerEpoch) * 1000) / 1000,
    ...(rate === undefined ? {} : { learning_rate: rate }),
    gradient_norm: gradientNorm,
    ...Object.fromEntries(norms),
    ...(examplesPerSecond === undefined ? {} : { examples_per_s: examplesPerSecond }),
  };
}

/** Examples per second since the last question; undefined at the first. */
export function throughput(firstStep: number): (step: number, batchSize: number) => number | undefined {
  let [lastStep, lastMs] = [firstStep, nowMs()];
  return (step, batchSize) => {
    const now = nowMs();
    const done = (step - lastStep) * batchSize;
    const seconds = (now - lastMs) / 1000;
    [lastStep, lastMs] = [step, now];
    return done > 0 && seconds > 0 ? done / seconds : undefined;
  };
}

/** Logs a histogram of each parameter. */
export async function logHistograms(log: LogSink, step: number, runner: Runner): Promise<void> {
  const state = await runner.state();
  for (const [name, tensor] of Object.entries(state.params)) log.histogram(step, `parameters/${name}`, tensor.data());
  disposeState(state);
}
