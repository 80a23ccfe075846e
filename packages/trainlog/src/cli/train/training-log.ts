/**
 * @file Where `trainlog train` logs: a run of the store, and a TrainLog file beside it when one is asked for.
 *
 * The trainer knows one log, so what it says goes to the run and is kept for the file, which is TorchLean's format and holds numbers and notes only.
 */
import type { Trainer } from "@trainlog/nn";
import { type FinishOptions, init, type Run } from "../../index.ts";
import { type LogDestination, writeJson } from "../../log/index.ts";
import { LogRecord } from "./log-record.ts";

/** What to open. */
export interface TrainingLogOptions {
  /** Project of the run. */
  readonly project: string;
  /** Name of the run. */
  readonly name: string;
  /** Folder of the store. */
  readonly dir: string;
  /** Absent: a run. A path: a run and a TrainLog file. Disabled: nothing. */
  readonly destination: LogDestination | undefined;
  /** Hears of trouble with the log. */
  readonly warn: (line: string) => void;
}

/** A log that is open. */
export interface TrainingLog {
  /** For `trainer.train`. */
  readonly log: Trainer.RunLike | false;
  readonly run: Run | undefined;
  /** Absolute path of the TrainLog file. */
  readonly path: string | undefined;
  /** Ends the run and writes the file. */
  close(options: FinishOptions): Promise<void>;
}

const NO_LOG: TrainingLog = { log: false, run: undefined, path: undefined, close: () => Promise.resolve() };

/**
 * Opens the log.
 *
 * @throws TrainlogError `log/write-failed` when the file cannot be written: said now, before anything is trained; what `init` throws.
 */
export async function openTrainingLog(options: TrainingLogOptions): Promise<TrainingLog> {
  const { project, name, dir, destination, warn } = options;
  if (destination?.isEnabled === false) return NO_LOG;
  const path = destination?.path;
  const record = new LogRecord({ project, name });
  if (path !== undefined) await writeJson(path, record.content());
  const run = await init({ project, name, dir, jobType: "train", warn });
  return {
    log: path === undefined ? run : toBoth(run, record),
    run,
    path,
    async close(end) {
      await run.finish(end);
      if (path !== undefined) await writeJson(path, record.content());
    },
  };
}

/** A run that tells a record everything too. */
function toBoth(run: Run, record: LogRecord): Trainer.RunLike {
  const log: Trainer.RunLike = run;
  return {
    log(row, options) {
      log.log(row, options);
      record.log(row, options);
    },
    config: {
      update(facts) {
        run.config.update(facts);
        record.config.update(facts);
      },
    },
    summary: {
      update(facts) {
        run.summary.update(facts);
        record.summary.update(facts);
      },
    },
    artifact: (source, options) => run.artifact({ ...source }, options),
  };
}
