/** @file Where a training run writes what it sees: the interface, and how several become one that cannot hurt the training. */
import { reasonOf } from "../../error.ts";

/** Numbers of one step, by metric name. NaN and infinities are kept. */
export type LogRow = Readonly<Record<string, number>>;

/** How training ended. */
export type EndStatus = "finished" | "failed" | "killed";

/** Facts that do not change: hyperparameters, model, data. Plain data. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** Takes what a training run sees. */
export interface LogSink {
  /** Facts of the run; may come several times, later ones win. */
  facts(facts: LogFacts): void;
  /** Numbers of a step. A step may come several times, with other metrics. */
  row(step: number, row: LogRow): void;
  /** Counts of true class (row) and predicted class (column). */
  confusionMatrix(step: number, name: string, counts: readonly (readonly number[])[], labels: readonly string[]): void;
  histogram(step: number, name: string, values: ArrayLike<number>): void;
  /** A file that the run made. */
  artifact(name: string, bytes: Uint8Array, facts: LogFacts): Promise<void>;
  /** The end: nothing comes after it. */
  close(status: EndStatus, summary: LogFacts, error?: unknown): Promise<void>;
}

/** Takes everything and keeps nothing. */
export const NO_LOG: LogSink = {
  facts: () => {},
  row: () => {},
  confusionMatrix: () => {},
  histogram: () => {},
  artifact: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/**
 * A sink whose troubles are told once and otherwise passed over: logging must not end a training run.
 *
 * @param warn - Gets one line per kind of trouble.
 */
export function harmless(sink: LogSink, warn: (line: string) => void): LogSink {
  const told = new Set<string>();
  const trouble = (what: string, error: unknown): void => {
    if (told.has(what)) return;
    told.add(what);
    warn(`${what} could not be logged, training goes on: ${reasonOf(error)}`);
  };
  const attempt = (what: string, write: () => void): void => {
    try {
      write();
    } catch (error) {
      trouble(what, error);
    }
  };
  return {
    facts: (facts) => attempt("configuration", () => sink.facts(facts)),
    row: (step, row) => attempt("metrics", () => sink.row(step, row)),
    confusionMatrix: (step, name, counts, labels) =>
      attempt("the confusion matrix", () => sink.confusionMatrix(step, name, counts, labels)),
    histogram: (step, name, values) => attempt("a histogram", () => sink.histogram(step, name, values)),
    artifact: (name, bytes, facts) =>
      sink.artifact(name, bytes, facts).catch((error: unknown) => trouble("the model", error)),
    close: (status, summary, error) =>
      sink.close(status, summary, error).catch((cause: unknown) => trouble("the end of the run", cause)),
  };
}
