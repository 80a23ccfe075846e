import { expectTexts } from "./field.ts";
import { type Metric, MetricHistory } from "./metric-history.ts";
import { type Artifact, artifact, lowerNotes, parseNotes, type RunMeta, runMeta } from "./notes.ts";
import { DEFAULT_TITLE, type TrainLog } from "./train-log.ts";

interface Parts {
  readonly run: RunMeta;
  readonly history: MetricHistory;
  readonly artifacts: readonly Artifact[];
  readonly notes: readonly string[];
}

/**
 * A whole experiment in one value: what it is called, how it was configured, its metrics, the files it made, and notes.
 *
 * Immutable: every method gives a new log. It is written as a {@link TrainLog} whose notes carry the metadata, so that any viewer of training logs
 * shows it, and {@link ExperimentLog.fromTrainLog} reads it back.
 *
 * @example
 * let log = ExperimentLog.start({ project: "mnist", name: "mlp", config: [{ key: "lr", value: "1e-3" }] });
 * for (let step = 0; step < 100; step++) log = log.log(step, "loss", Math.exp(-step / 30));
 * await writeJson("runs/mlp.json", log.withArtifact({ name: "weights", path: "runs/mlp.bin", kind: "model" }));
 */
export class ExperimentLog {
  readonly run: RunMeta;
  readonly history: MetricHistory;
  readonly artifacts: readonly Artifact[];
  /** Free notes, beside those that the metadata lowers to. */
  readonly notes: readonly string[];

  private constructor({ run, history, artifacts, notes }: Parts) {
    this.run = run;
    this.history = history;
    this.artifacts = artifacts;
    this.notes = notes;
  }

  /**
   * Starts an experiment.
   *
   * @param run - Metadata; what is absent gets its default (`project: "torchlean"`, everything else empty).
   * @param metrics - Metrics known beforehand, in order; {@link ExperimentLog.log} adds others as they come.
   * @throws TrainlogError `log/bad-field`.
   */
  static start(run: Partial<RunMeta> = {}, metrics: readonly (string | Metric)[] = []): ExperimentLog {
    return new ExperimentLog({ run: runMeta(run), history: MetricHistory.empty(metrics), artifacts: [], notes: [] });
  }

  /** Reads an experiment back from the log that {@link ExperimentLog.toTrainLog} made. `notes.ts` says where this is exact. */
  static fromTrainLog(log: TrainLog): ExperimentLog {
    return new ExperimentLog({ ...parseNotes(log.notes), history: MetricHistory.fromTrainLog(log) });
  }

  /**
   * Records one value. Consecutive values of one step share a row, the same metric again replaces its value, a new metric is added, and what was not
   * reported is NaN (rows from before the metric was new included).
   *
   * @param color - CSS colour of the metric when this call adds it; `"#4e79a7"` when absent.
   * @throws TrainlogError `log/bad-field` when `step` is not a natural number below 2^53 or `value` is not a number.
   */
  log(step: number, name: string, value: number, { color }: { readonly color?: string } = {}): ExperimentLog {
    return this.#with({ history: this.history.set(step, name, value, color) });
  }

  /** Records one value per metric, in their order. A row of the wrong length is ignored, see {@link MetricHistory.push}. @throws TrainlogError `log/bad-field`. */
  logRow(step: number, values: readonly number[]): ExperimentLog {
    return this.#with({ history: this.history.push(step, values) });
  }

  /** As {@link ExperimentLog.logRow}, but a row of the wrong length throws. @throws TrainlogError `log/bad-row`, `log/bad-field`. */
  logRowStrict(step: number, values: readonly number[]): ExperimentLog {
    return this.#with({ history: this.history.pushStrict(step, values) });
  }

  /** Attaches a file. `kind` is `"file"` when absent. @throws TrainlogError `log/bad-field`. */
  withArtifact(fields: Pick<Artifact, "name" | "path"> & Partial<Artifact>): ExperimentLog {
    return this.#with({ artifacts: [...this.artifacts, artifact(fields)] });
  }

  /** Adds free notes. @throws TrainlogError `log/bad-field`. */
  withNotes(...notes: string[]): ExperimentLog {
    return this.#with({ notes: [...this.notes, ...expectTexts(notes, "notes")] });
  }

  /** The log that viewers show and files hold. The title is `title`, else the run's name, else `"Training"`. */
  toTrainLog(title = ""): TrainLog {
    return this.history.toTrainLog(title || this.run.name || DEFAULT_TITLE, lowerNotes(this));
  }

  #with(change: Partial<Parts>): ExperimentLog {
    return new ExperimentLog({ ...this, ...change });
  }
}
