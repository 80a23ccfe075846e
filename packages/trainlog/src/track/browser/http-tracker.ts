/** @file Tracker whose runs go from a web page to a trainlog server. */
import type { Run } from "../run.ts";
import { RunTracker } from "../run-tracker.ts";
import { type ConfigInput, DEFAULT_EXPERIMENT_NAME, type TrackerOptions } from "../tracker.ts";
import { type InitOptions, init } from "./init.ts";

/** Settings of {@link HttpTracker} in a page. */
export interface HttpTrackerOptions extends TrackerOptions, Omit<InitOptions, "config" | "warn"> {}

/** Sends runs to a server from memory. */
export class HttpTracker extends RunTracker {
  readonly #options: HttpTrackerOptions;

  constructor(options: HttpTrackerOptions = {}) {
    super(options);
    this.#options = options;
  }

  protected override async _open(config: ConfigInput | undefined): Promise<Run> {
    const { experimentName: _, experimentConfig: __, ...options } = this.#options;
    const named = this.experimentName === DEFAULT_EXPERIMENT_NAME ? {} : { project: this.experimentName };
    return await init({ ...named, ...options, ...(config === undefined ? {} : { config }) });
  }
}
