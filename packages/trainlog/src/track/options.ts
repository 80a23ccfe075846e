/** @file What `init` takes, in Node and in a browser. */
import { describeValue, TrainlogError } from "../run/error.ts";
import { newRunId } from "../run/id.ts";
import { checkKey, checkNaturalStep, checkRunId } from "../run/limits.ts";
import type { Warn } from "./reporter.ts";
import type { Tracker } from "./tracker.ts";

/** Project of a run that was given none. */
export const DEFAULT_PROJECT = "default";

/** What to do with a run id that is there already. */
export type ResumeRule =
  /** Go on with the run if there is one, else begin it. */
  | "allow"
  /** Go on with the run; an error when there is none. */
  | "must"
  /** Begin a run; an error when there is one. The default. */
  | "never";

/** What a run is told about itself. */
export interface RunOptions<Config extends object = Record<never, never>> {
  /** Project that the run belongs to; `$TRAINLOG_PROJECT`, else `"default"`. */
  readonly project?: string;
  /** What people call it; the id when absent. */
  readonly name?: string;
  /** Hyperparameters and the like: typed JSON, kept nested. */
  readonly config?: Config;
  readonly tags?: readonly string[];
  /** Runs that belong together, such as the seeds of one setting. */
  readonly group?: string;
  /** `"train"`, `"eval"`, …. */
  readonly jobType?: string;
  readonly notes?: string;
  readonly parentRunId?: string;
  /** Run id, 1 to 128 of `A-Z a-z 0-9 _ . -`; made from the time when absent. */
  readonly id?: string;
  readonly resume?: ResumeRule;
  /** Further destinations that get everything too. Opened and finished with the run. */
  readonly trackers?: readonly Tracker[];
  /** `"disabled"`: checks what is logged and keeps nothing. `$TRAINLOG_MODE`, else `"enabled"`. */
  readonly mode?: "enabled" | "disabled";
  /** Where warnings go; `console.warn` when absent. */
  readonly warn?: Warn;
}

/** Options of a run that goes to a server. */
export interface ServerOptions {
  /** Address of a trainlog server. */
  readonly url?: string;
  /** Bearer token of the server; `$TRAINLOG_TOKEN`. It is not written to disk. */
  readonly token?: string;
}

/** A run's names, checked. */
export interface RunNames {
  readonly id: string;
  readonly project: string;
  readonly name?: string;
}

/**
 * Checks and completes the names of a run.
 *
 * @throws TrainlogError `run/bad-id`, `run/bad-key`, `run/bad-options`.
 */
export function runNames(options: RunOptions<object>, project: string | undefined): RunNames {
  if (options.resume === "must" && options.id === undefined)
    throw badOptions('init: resume: "must" needs the id of the run');
  return {
    id: options.id === undefined ? newRunId() : checkRunId(options.id, "init: id"),
    project: checkKey(project ?? DEFAULT_PROJECT, "init: project"),
    ...(options.name === undefined ? {} : { name: checkKey(options.name, "init: name") }),
  };
}

/** The address of a server. @throws TrainlogError `run/bad-options` for what is no `http(s)` address. */
export function checkUrl(url: string): string {
  const isAddress = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (isAddress) return url;
  throw badOptions(`url: expected an address such as http://127.0.0.1:5000, got ${describeValue(url)}`);
}

/** The error for an option that makes no sense. */
export function badOptions(detail: string): TrainlogError {
  return new TrainlogError("run/bad-options", detail, { status: 400 });
}

/**
 * The step of a call of `log`: the given one, else `fallback`.
 *
 * @throws TrainlogError `run/bad-step`; `run/bad-options` for a bare number, as other libraries take it.
 */
export function stepOf(options: { readonly step?: number } | undefined, fallback: number): number {
  if (typeof options === "number") throw badOptions(`log: give the step as { step: ${options} }`);
  return options?.step === undefined ? fallback : checkNaturalStep(options.step, "log: step");
}
