/** @file What a training says to its run, kept for a TrainLog file: numbers as curves, configuration and results as notes. */
import type { Trainer } from "@trainlog/nn";
import { type ConfigEntry, ExperimentLog, type RunMeta } from "../../log/index.ts";
import { toJson } from "../../run/to-json.ts";
import { flattenConfig } from "../run-train-log.ts";

type Facts = Readonly<Record<string, unknown>>;

/** Looks like a run to the trainer. Media and artifacts have no place in a TrainLog and are passed over. */
export class LogRecord implements Trainer.RunLike {
  readonly #meta: Partial<RunMeta>;
  #rows: ExperimentLog = ExperimentLog.start();
  #config: Facts = {};
  #summary: Facts = {};
  #rowStep = 0;

  constructor(meta: Partial<RunMeta>) {
    this.#meta = meta;
  }

  readonly config: NonNullable<Trainer.RunLike["config"]> = {
    update: (facts) => {
      this.#config = { ...this.#config, ...facts };
    },
  };

  readonly summary: NonNullable<Trainer.RunLike["summary"]> = {
    update: (facts) => {
      this.#summary = { ...this.#summary, ...facts };
    },
  };

  log(row: Facts, { step = this.#rowStep }: { readonly step?: number } = {}): void {
    this.#rowStep = step;
    for (const [name, value] of Object.entries(row)) {
      if (typeof value === "number") this.#rows = this.#rows.log(step, name, value);
    }
  }

  /** All of it as one log. */
  content(): ExperimentLog {
    // The table of layers is of many lines, and a note is one.
    const { model_summary: _table, ...config } = this.#config;
    const log = ExperimentLog.start({ ...this.#meta, config: entriesOf(config) });
    const notes = entriesOf(this.#summary).map(({ key, value }) => `${key}=${value}`);
    return ExperimentLog.fromTrainLog({ ...log.toTrainLog(), ...this.#rows.history.toJSON() }).withNotes(...notes);
  }
}

/** Nested facts as keys with texts. */
function entriesOf(facts: Facts): ConfigEntry[] {
  if (Object.keys(facts).length === 0) return [];
  return flattenConfig(toJson(facts, "facts", () => {}) ?? {}).map(([key, value]) => ({ key, value }));
}
