/** @file What runs training steps one after the other and keeps their state: one for each backend. */
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { TrainState } from "./train-state.ts";

/** Where steps run. */
export type Backend = "eager" | "compiled";

/** What a step that is looked at shows, as numbers. */
export interface Observation {
  readonly loss: number;
  readonly gradientNorm: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** By parameter; empty unless asked for. */
  readonly gradientNorms: Readonly<Record<string, number>>;
}

/** Runs steps on a state of its own. */
export interface StepRunner {
  readonly backend: Backend;
  /**
   * One step.
   *
   * @returns The batch's loss before the update. When it is not finite the state stays as it was.
   */
  run(batch: readonly AnyTensor[]): number;
  /** One step that is looked at; as {@link run}. */
  observe(batch: readonly AnyTensor[]): Observation;
  /** A copy of the state. */
  state(): TrainState;
  /** Replaces the state by a copy of another one of the same structure. */
  setState(state: TrainState): void;
  /** Frees the state. */
  dispose(): void;
}
