/** @file Trackers over a {@link Run}: the lifecycle of {@link Tracker}, everything else by the run. */
import { TrainlogError } from "../run/error.ts";
import type { RunEvent } from "../run/event.ts";
import type { LogRow } from "./row-values.ts";
import type { Run } from "./run.ts";
import { type ConfigInput, Tracker } from "./tracker.ts";

/** A tracker whose destination is a run of trainlog. */
export abstract class RunTracker extends Tracker {
  #run: Run | undefined;

  /** The open run, for what `log` does not do: artifacts, alerts, config. @throws TrainlogError `track/inactive`. */
  get run(): Run {
    if (this.#run !== undefined && this.active) return this.#run;
    throw new TrainlogError("track/inactive", "run: no run is open; call init() and wait for it", { status: 409 });
  }

  /** Opens the run. */
  protected abstract _open(config: ConfigInput | undefined): Run | Promise<Run>;

  protected override async _init(config?: ConfigInput): Promise<void> {
    this.#run = undefined;
    this.#run = await this._open(config);
  }

  protected override _log(data: LogRow, step: number): void {
    this.run.log(data, { step });
  }

  protected override _write(events: readonly RunEvent[]): void {
    this.run.write(events.filter((event) => event.type !== "start" && event.type !== "finish"));
  }

  protected override async _finish(summary?: ConfigInput): Promise<void> {
    await this.#run?.finish(summary === undefined ? {} : { summary });
  }

  protected override _firstStep(): number {
    return this.#run?.nextStep ?? 0;
  }
}
