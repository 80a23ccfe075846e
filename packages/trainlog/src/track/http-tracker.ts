/** @file Tracker whose runs go to a trainlog server, by way of a folder on this machine. */
import { openHttpRun } from "./init.ts";
import { type LocalTrackerOptions, runOptions } from "./local-tracker.ts";
import type { ServerOptions } from "./options.ts";
import type { Run } from "./run.ts";
import { RunTracker } from "./run-tracker.ts";
import type { ConfigInput } from "./tracker.ts";

/** Settings of {@link HttpTracker}. */
export interface HttpTrackerOptions extends LocalTrackerOptions, ServerOptions {
  readonly url: string;
}

/** Writes run folders and sends them to a server in the background. */
export class HttpTracker extends RunTracker {
  readonly #options: HttpTrackerOptions;

  constructor(options: HttpTrackerOptions) {
    super(options);
    this.#options = options;
  }

  protected override async _open(config: ConfigInput | undefined): Promise<Run> {
    const { url, token, ...options } = this.#options;
    const server = token === undefined ? { url } : { url, token };
    return await openHttpRun({ ...runOptions(options, this.experimentName, config), ...server });
  }
}
