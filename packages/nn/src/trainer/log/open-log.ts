/** @file From the `log` option to a sink. */
import { describeValue, reasonOf, TrainlogError } from "../../error.ts";
import { harmless, type LogFacts, type LogSink, NO_LOG } from "./log-sink.ts";
import { type RunLike, runSink } from "./run-sink.ts";
import { trainLogSink } from "./train-log-sink.ts";

/** A new run: options of `trainlog`'s `init`, such as `project`, `name`, `tags`, `dir`, `url`. */
export interface NewRunOptions {
  readonly project?: string;
  readonly name?: string;
  readonly [option: string]: unknown;
}

/**
 * Where to log: a run of `trainlog`; the path of a TrainLog JSON file; options of a new run; `true` for a new run without any; `false` (or one of the
 * texts that mean it on a command line: `"off"`, `"none"`, `"no"`, `"false"`, `"disabled"`) for nowhere.
 */
export type LogOption = RunLike | string | boolean | NewRunOptions;

const OFF = ["false", "off", "none", "no", "disabled"];

/** What is needed to begin a run. */
export interface LogBeginning {
  readonly title: string;
  readonly facts: LogFacts;
  readonly warn: (line: string) => void;
}

/**
 * Opens the log.
 *
 * @param option - Undefined: a new run when the package `trainlog` is installed, else nowhere.
 * @throws TrainlogError `trainer/missing-peer` when a new run was asked for and `trainlog` is not installed; `trainer/bad-option`; what `init` throws.
 */
export async function openLog(option: LogOption | undefined, beginning: LogBeginning): Promise<LogSink> {
  const sink = await sinkOf(option, beginning);
  if (sink === NO_LOG) return sink;
  const safe = harmless(sink, beginning.warn);
  safe.facts(beginning.facts);
  return safe;
}

async function sinkOf(option: LogOption | undefined, { title, warn }: LogBeginning): Promise<LogSink> {
  if (option === false) return NO_LOG;
  if (typeof option === "string")
    return OFF.includes(option.trim().toLowerCase()) ? NO_LOG : trainLogSink(checkPath(option), title);
  if (isRun(option)) return runSink(option, false);
  if (option !== undefined && option !== true && (typeof option !== "object" || option === null)) {
    throw new TrainlogError(
      "trainer/bad-option",
      `train: log must be a run, the path of a JSON file, options of a new run, true or false, got ${describeValue(option)}`,
    );
  }
  return await newRun(typeof option === "object" ? option : {}, option !== undefined, warn);
}

function isRun(option: unknown): option is RunLike {
  return typeof option === "object" && option !== null && "log" in option && typeof option.log === "function";
}

function checkPath(path: string): string {
  if (path.trim() !== "") return path;
  throw new TrainlogError("trainer/bad-option", 'train: log is an empty text; give the path of a JSON file, or "off"');
}

/** What is used of the package `trainlog`. */
interface TrainlogModule {
  init(options: object): Promise<RunLike>;
}

async function newRun(options: NewRunOptions, asked: boolean, warn: (line: string) => void): Promise<LogSink> {
  const trainlog = await importTrainlog(asked);
  if (trainlog === undefined) return NO_LOG;
  if (asked) return runSink(await trainlog.init({ jobType: "train", ...options }), true);
  try {
    return runSink(await trainlog.init({ jobType: "train" }), true);
  } catch (error) {
    // Nobody asked for this run: a place where none can be kept is no reason not to train.
    warn(`no run is logged: ${reasonOf(error)}`);
    return NO_LOG;
  }
}

async function importTrainlog(asked: boolean): Promise<TrainlogModule | undefined> {
  // By a variable, so that bundlers leave the optional package alone.
  const name = "trainlog";
  try {
    const module: TrainlogModule = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
    return module;
  } catch (cause) {
    if (!asked) return undefined;
    throw new TrainlogError(
      "trainer/missing-peer",
      "train: log needs the package trainlog, which is not installed: npm install trainlog; or give log: false",
      { cause },
    );
  }
}
