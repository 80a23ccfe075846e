/** @file Tracker whose runs are folders on this machine; no server is needed. */
import { type LocalRunOptions, openLocalRun } from "./open-local.ts";
import type { Run } from "./run.ts";
import { RunTracker } from "./run-tracker.ts";
import { type ConfigInput, DEFAULT_EXPERIMENT_NAME, type TrackerOptions } from "./tracker.ts";

/** Settings of {@link LocalTracker}: those of a run (every `init` opens a new one) and those of a tracker. */
export interface LocalTrackerOptions extends TrackerOptions, Omit<LocalRunOptions, "config" | "warn"> {}

/**
 * Writes run folders that `npx trainlog` shows.
 *
 * @example
 * const tracker = new LocalTracker({ experimentName: "digits", dir: "trainlog" });
 * await tracker.init({ lr: 0.1 });
 * tracker.log({ loss: 0.5 });
 * await tracker.finish({ best: 0.5 });
 */
export class LocalTracker extends RunTracker {
  readonly #options: LocalTrackerOptions;

  constructor(options: LocalTrackerOptions = {}) {
    super(options);
    this.#options = options;
  }

  protected override async _open(config: ConfigInput | undefined): Promise<Run> {
    return await openLocalRun(runOptions(this.#options, this.experimentName, config));
  }
}

/** Options of one run of a tracker: its experiment is the project unless one is named. */
export function runOptions(
  options: LocalTrackerOptions,
  experimentName: string,
  config: ConfigInput | undefined,
): LocalRunOptions {
  const { experimentName: _, experimentConfig: __, ...rest } = options;
  const project = options.project ?? (experimentName === DEFAULT_EXPERIMENT_NAME ? undefined : experimentName);
  return { ...rest, ...(project === undefined ? {} : { project }), ...(config === undefined ? {} : { config }) };
}
