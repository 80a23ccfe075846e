/** @file Many trackers as one: whatever is logged goes to each, and one that fails never hurts the others. */
import { TrainlogError } from "../run/error.ts";
import type { RunEvent } from "../run/event.ts";
import { messageOf } from "./reporter.ts";
import type { LogRow } from "./row-values.ts";
import { type ConfigInput, Tracker, type TrackerOptions } from "./tracker.ts";

/**
 * Fans everything out to other trackers.
 *
 * @example
 * const tracker = new ManyTracker([new ConsoleTracker(), new JsonTracker(), new LocalTracker()]);
 */
export class ManyTracker extends Tracker {
  readonly trackers: readonly Tracker[];
  /** Those whose run could be opened. */
  #open: readonly Tracker[] = [];

  constructor(trackers: readonly Tracker[], options: TrackerOptions = {}) {
    super(options);
    this.trackers = trackers;
  }

  /** @throws TrainlogError `track/no-destination` when there are trackers and none of them could open a run. */
  protected override async _init(config?: ConfigInput): Promise<void> {
    const outcomes = await Promise.allSettled(this.trackers.map(async (tracker) => await tracker.init(config)));
    const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [messageOf(outcome.reason)] : []));
    this.#open = this.trackers.filter((_, i) => outcomes[i]?.status === "fulfilled");
    if (failures.length > 0 && this.#open.length === 0) {
      throw new TrainlogError("track/no-destination", `no tracker could open a run: ${failures.join("; ")}`);
    }
    for (const failure of failures) {
      this.reporter.always("init", `a tracker could not open its run and is left out: ${failure}`);
    }
  }

  protected override _log(data: LogRow, step: number): void {
    this.#each("log", (tracker) => tracker.log(data, { step }));
  }

  protected override _write(events: readonly RunEvent[]): void {
    this.#each("write", (tracker) => tracker.write(events));
  }

  protected override async _finish(summary?: ConfigInput): Promise<void> {
    const outcomes = await Promise.allSettled(this.#open.map(async (tracker) => await tracker.finish(summary)));
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") this.reporter.always("finish", `finish failed: ${messageOf(outcome.reason)}`);
    }
    this.#open = [];
  }

  #each(what: string, action: (tracker: Tracker) => void): void {
    for (const tracker of this.#open) {
      try {
        action(tracker);
      } catch (error) {
        const name = tracker.constructor.name;
        this.reporter.once(`${what}:${name}`, `${name}: ${what} failed: ${messageOf(error)}; the others go on`);
      }
    }
  }
}
