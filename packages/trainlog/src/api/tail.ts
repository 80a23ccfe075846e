/** @file What is newest: the end of a run in one answer, and alerts of a project. */
import { z } from "zod";
import { type ConsoleLineInfo, consoleLine } from "./content.ts";
import { type AlertInfo, alertInfo, type RunInfo, runInfo } from "./run.ts";
import { type PointsAnswer, pointsAnswer } from "./series.ts";
import { count } from "./wire.ts";

/** Answer of `GET /runs/:id/tail`. */
export interface TailAnswer {
  readonly run: RunInfo;
  /** Last points of the metrics that were asked for, in that order; one that the run has not got has none. */
  readonly metrics: readonly PointsAnswer[];
  readonly console: {
    readonly lines: readonly ConsoleLineInfo[];
    /** Lines in all. */
    readonly totalLines: number;
  };
}

/** {@link TailAnswer}. */
export const tailAnswer: z.ZodType<TailAnswer> = z.object({
  run: runInfo,
  metrics: z.array(pointsAnswer),
  console: z.object({ lines: z.array(consoleLine), totalLines: count }),
});

/** An alert and the run that raised it. */
export interface RunAlertInfo extends AlertInfo {
  readonly runId: string;
  readonly project: string;
  /** Name of the run. */
  readonly name: string;
}

/** Answer of `GET /alerts` and `GET /projects/:project/alerts`: the newest first. */
export interface AlertList {
  readonly alerts: readonly RunAlertInfo[];
  /** Give it back as `offset` for the next page; absent on the last one. */
  readonly nextOffset?: number;
}

/** {@link AlertList}. */
export const alertList: z.ZodType<AlertList> = z.object({
  alerts: z.array(alertInfo.and(z.object({ runId: z.string(), project: z.string(), name: z.string() }))),
  nextOffset: count.exactOptional(),
});
