/** @file What a script can hear of while it trains. */
import type { Evaluation } from "./evaluate/evaluate.ts";
import type { Predict } from "./probe/probe.ts";

/** Ends training after the running step. */
export type Stop = (reason?: string) => void;

/** A step that was run. */
export interface StepEvent {
  /** Number of updates before it: 0 for the first step. */
  readonly step: number;
  /** Loss of the batch before the update. */
  readonly loss: number;
  readonly stop: Stop;
}

/** An evaluation. */
export interface EvaluationEvent {
  /** Number of updates before it. */
  readonly step: number;
  readonly evaluation: Evaluation;
  /** Whether its loss is the lowest so far. */
  readonly isBest: boolean;
  /** The model as it is at this step, in evaluation mode: for pictures and tables of its own. Holds until the callbacks have answered. */
  readonly predict: Predict;
  readonly stop: Stop;
}

/** The end of training. */
export interface EndEvent {
  /** Updates so far. */
  readonly step: number;
  readonly stoppedBy: StoppedBy;
}

/** Functions that are called while training; each may return a promise, which is waited for. `onStep` is called at every step: keep it small. */
export interface Callbacks {
  onStart?(event: { readonly steps: number; readonly firstStep: number }): void | Promise<void>;
  onStep?(event: StepEvent): void | Promise<void>;
  /** At the end of an epoch; `epoch` counts the complete ones. */
  onEpoch?(event: { readonly epoch: number; readonly step: number; readonly stop: Stop }): void | Promise<void>;
  onEvaluation?(event: EvaluationEvent): void | Promise<void>;
  onCheckpoint?(event: { readonly step: number; readonly path: string }): void | Promise<void>;
  /** Once, when training is over, whatever ended it. */
  onEnd?(event: EndEvent): void | Promise<void>;
}

/** What ended training. */
export type StoppedBy = "done" | "callback" | "early-stopping" | "signal" | "interrupt" | "error" | "data";
