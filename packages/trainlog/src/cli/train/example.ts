/** @file What `trainlog train` can train: a file of five blocks, and the settings of the command line. */
import type { Trainer } from "@trainlog/nn";

/** Options of `trainer.train` that the command line decides; an example decides the others. */
export type CommandOptions = Pick<Trainer.TrainOptions, "backend" | "dtype" | "log" | "signal" | "terminal">;

/** What an example is told. */
export interface ExampleSettings {
  /** Optimizer steps. */
  readonly steps: number;
  readonly seed: number;
  /** To be handed on to `trainer.train`. */
  readonly options: CommandOptions;
  /** Takes the report. */
  readonly print: (text: string) => void;
}

/** What is used of a trained model after its report. */
export type TrainedExample = Pick<Trainer.Trained, "summary" | "save">;

/** A model, its data and its trainer. */
export interface Example {
  /** One line for the help. */
  readonly summary: string;
  /** Steps unless asked otherwise. */
  readonly steps: number;
  train(settings: ExampleSettings): Promise<TrainedExample>;
}
