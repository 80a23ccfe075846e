/**
 * @file TROPT's `JSONTracker` file: one JSON object with the values of each key in the order of the calls.
 *
 * As upstream: indented by 4, ASCII only, `NaN` and `Infinity` as Python writes them, `config` and `run_metadata` beside the metrics. Unlike upstream, the file
 * is replaced as a whole and now and then during the run, so that a crash leaves the last state and never half a file.
 */
import { renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "../files/make-folder.ts";
import type { RunEvent } from "../run/event.ts";
import { randomText } from "../run/id.ts";
import type { JsonValue } from "../run/json.ts";
import { Collected } from "./collected.ts";
import { pythonJson } from "./python-json.ts";
import type { LogRow } from "./row-values.ts";
import { type ConfigInput, Tracker, type TrackerOptions } from "./tracker.ts";

/** Shortest time between two writes during a run. */
const SAVE_EVERY_MS = 5_000;

/** Share of the time that saving may take: as the file grows, it is saved less often. */
const SAVE_SHARE = 0.02;

/** Names that upstream keeps beside the metrics. */
const RESERVED = ["config", "run_metadata"];

/** Settings of {@link JsonTracker}. */
export interface JsonTrackerOptions extends TrackerOptions {
  /** Path of the file; `{experiment_name}` in it is replaced. `./logs/{experiment_name}.json` when absent. */
  readonly path?: string;
}

/** Writes upstream's JSON file. */
export class JsonTracker extends Tracker {
  /** Path of the file. */
  readonly path: string;
  #collected = new Collected(this.reporter);
  #hasConfig: boolean = false;
  #nextSaveMs = 0;
  readonly #saveAtExit = (): void => this.#save();

  constructor(options: JsonTrackerOptions = {}) {
    super(options);
    const path = options.path ?? "./logs/{experiment_name}.json";
    this.path = path.replaceAll("{experiment_name}", () => this.experimentName);
  }

  /** @throws the operating system's error when the folder cannot be made. */
  protected override _init(config?: ConfigInput): void {
    makeFolder(dirname(this.path));
    this.#collected = new Collected(this.reporter);
    this.#hasConfig = config !== undefined;
    if (config !== undefined) this.#collected.setConfig(config);
    this.#nextSaveMs = Date.now() + SAVE_EVERY_MS;
    process.once("exit", this.#saveAtExit);
  }

  protected override _log(data: LogRow, step: number): void {
    this.#collected.add(data, step);
    this.#saveIfDue();
  }

  protected override _write(events: readonly RunEvent[]): void {
    this.#hasConfig ||= events.some((event) => event.type === "config");
    this.#collected.write(events);
    this.#saveIfDue();
  }

  protected override _finish(summary?: ConfigInput): void {
    process.off("exit", this.#saveAtExit);
    if (summary !== undefined) this.#collected.setSummary(summary);
    this.#save();
  }

  #saveIfDue(): void {
    if (Date.now() < this.#nextSaveMs) return;
    const startMs = performance.now();
    this.#save();
    const tookMs = performance.now() - startMs;
    this.#nextSaveMs = Date.now() + Math.max(SAVE_EVERY_MS, tookMs / SAVE_SHARE);
  }

  #save(): void {
    const temporary = `${this.path}.${randomText(8)}.tmp`;
    writeFileSync(temporary, pythonJson(this.#document(), 4), { flag: "wx" });
    renameSync(temporary, this.path);
  }

  #document(): Map<string, JsonValue> {
    const document = new Map<string, JsonValue>();
    if (this.#hasConfig) document.set("config", this.#collected.config);
    for (const [key, values] of this.#collected.history) document.set(this.#nameOf(key), values);
    const { summary } = this.#collected;
    if (Object.keys(summary).length > 0) document.set("run_metadata", summary);
    return document;
  }

  /** A metric with a reserved name would be overwritten upstream; here it gets another name, said once. */
  #nameOf(key: string): string {
    if (!RESERVED.includes(key)) return key;
    this.reporter.once(
      `reserved:${key}`,
      `"${key}" is a reserved name in ${this.path}; the metric is written as "log/${key}"`,
    );
    return `log/${key}`;
  }
}
