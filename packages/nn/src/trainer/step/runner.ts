/** @file What runs training steps one after the other and keeps their state: one for each backend. */
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { TrainState } from "./train-state.ts";

/** Where steps of this package's own kernels run. */
export type StepBackend = "eager" | "compiled";

/** Where a training run's steps run. */
export type Backend = StepBackend | "onnx" | "webgpu";

/** What a step that is looked at shows, as numbers. */
export interface Observation {
  readonly loss: number;
  readonly gradientNorm: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** By parameter; empty unless asked for. */
  readonly gradientNorms: Readonly<Record<string, number>>;
}

/** What keeps the state of training. */
interface StateKeeper {
  /** A copy of the state. */
  state(): TrainState | Promise<TrainState>;
  /** Replaces the state by a copy of another one of the same structure. */
  setState(state: TrainState): void;
}

/** Runs steps on a state of its own. */
export interface StepRunner extends StateKeeper {
  state(): TrainState;
  readonly backend: StepBackend;
  /**
   * One step.
   *
   * @returns The batch's loss before the update. When it is not finite the state stays as it was.
   */
  run(batch: readonly AnyTensor[]): number;
  /** One step that is looked at; as {@link run}. */
  observe(batch: readonly AnyTensor[]): Observation;
  /** Frees the state. */
  dispose(): void;
}

/** Runs steps elsewhere, on a state of its own, several in one call. Calls must not overlap: await each. */
export interface GroupRunner extends StateKeeper {
  readonly backend: "onnx" | "webgpu";
  /**
   * One step per batch.
   *
   * @returns Each batch's loss before its update. When one is not finite it is the last, and the state is that before its step.
   */
  runMany(batches: readonly (readonly AnyTensor[])[]): Promise<readonly number[]>;
  /** One step that is looked at. When its loss is not finite the state stays as it was. */
  observe(batch: readonly AnyTensor[]): Promise<Observation>;
  /** Frees the state. */
  dispose(): Promise<void>;
}

/** What runs the steps of a training run. */
export type Runner = StepRunner | GroupRunner;
