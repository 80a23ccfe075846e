/** @file Keeps everything in memory: for tests, notebooks and reading values back after a short run. */
import type { RunEvent } from "../run/event.ts";
import type { JsonObject, JsonValue } from "../run/json.ts";
import { Collected } from "./collected.ts";
import type { LogRow } from "./row-values.ts";
import { type ConfigInput, Tracker } from "./tracker.ts";

/** One logged row. */
export interface DictRecord {
  readonly step: number;
  readonly values: JsonObject;
}

/** Rows, history and metadata of the last run, in memory. */
export class DictTracker extends Tracker {
  #collected = new Collected(this.reporter);

  /** Rows in the order of the calls. */
  get records(): readonly DictRecord[] {
    return this.#collected.records;
  }

  /** Per key its values in the order of the calls (keys that were not in every row have fewer). */
  get history(): ReadonlyMap<string, readonly JsonValue[]> {
    return this.#collected.history;
  }

  /** Configuration of the run. */
  get metadata(): JsonObject {
    return this.#collected.config;
  }

  /** Summary given to `finish`. */
  get summary(): JsonObject {
    return this.#collected.summary;
  }

  /** Run events that are not rows: media, artifacts, alerts, …. */
  get events(): readonly RunEvent[] {
    return this.#collected.events;
  }

  protected override _init(config?: ConfigInput): void {
    this.#collected = new Collected(this.reporter);
    if (config !== undefined) this.#collected.setConfig(config);
  }

  protected override _log(data: LogRow, step: number): void {
    this.#collected.add(data, step);
  }

  protected override _write(events: readonly RunEvent[]): void {
    this.#collected.write(events);
  }

  protected override _finish(summary?: ConfigInput): void {
    if (summary !== undefined) this.#collected.setSummary(summary);
  }
}
