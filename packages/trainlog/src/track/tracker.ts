/**
 * @file Tracker: one destination with a guarded lifecycle. `init` opens a run, `log` adds to it, `finish` closes it; then the tracker can be used again.
 *
 * The life cycle is that of TROPT's `BaseTracker` (`tropt/tracker/base.py`): subclasses write `_init`, `_log` and `_finish`, this class guards their order.
 * `log` is synchronous, because it stands in a training loop; opening and closing may wait for something.
 */
import { TrainlogError } from "../run/error.ts";
import type { RunEvent } from "../run/event.ts";
import { stepOf } from "./options.ts";
import { messageOf, Reporter, type Warn } from "./reporter.ts";
import { checkRow, type LogRow } from "./row-values.ts";
import { rowsOf } from "./rows-of.ts";

/** Name of an experiment that was given none. */
export const DEFAULT_EXPERIMENT_NAME = "trainlog_experiment";

/** Names and values, as a script has them. */
export type ConfigInput = { readonly [key: string]: unknown };

/** Settings that every tracker has. */
export interface TrackerOptions {
  /** Name of the experiment; destinations use it as project, file name or title. */
  readonly experimentName?: string;
  /** Configuration of every run of this tracker; what `init` is given wins. */
  readonly experimentConfig?: ConfigInput;
  /** Where warnings go; `console.warn` when absent. */
  readonly warn?: Warn;
}

/**
 * Base of all trackers.
 *
 * @example
 * class MyTracker extends Tracker {
 *   protected _init(config?: ConfigInput): void { open(config); }
 *   protected _log(data: LogRow, step: number): void { write(step, data); }
 *   protected _finish(summary?: ConfigInput): void { close(summary); }
 * }
 */
export abstract class Tracker implements AsyncDisposable {
  readonly experimentName: string;
  readonly experimentConfig: ConfigInput | undefined;
  /** Says each kind of trouble once. */
  protected readonly reporter: Reporter;
  #state: "idle" | "opening" | "open" = "idle";
  #calls = 0;

  /** Stores the settings; nothing is opened before `init`. */
  constructor(options: TrackerOptions = {}) {
    this.experimentName = options.experimentName ?? DEFAULT_EXPERIMENT_NAME;
    this.experimentConfig = options.experimentConfig;
    this.reporter = new Reporter(options.warn);
  }

  /** Whether a run is open. */
  get active(): boolean {
    return this.#state !== "idle";
  }

  /** How often each kind of trouble was met. */
  get troubles(): ReadonlyMap<string, number> {
    return this.reporter.counts;
  }

  /**
   * Opens a run with `experimentConfig` and `config` merged (`config` wins). On an active tracker it warns and finishes the former run first.
   *
   * @throws what the destination throws when it cannot open a run; the tracker is then inactive.
   */
  async init(config?: ConfigInput): Promise<void> {
    if (this.active) {
      this.reporter.always(
        "init-active",
        "init() on an active tracker: the former run was not finished; it is finished now",
      );
      await this.finish();
    }
    this.#state = "opening";
    this.#calls = 0;
    const merged = { ...this.experimentConfig, ...config };
    try {
      // Awaited only if it is a promise, so that a tracker with synchronous hooks is ready when the call returns.
      const opening = this._init(Object.keys(merged).length === 0 ? undefined : merged);
      if (opening instanceof Promise) await opening;
      this.#state = "open";
    } catch (error) {
      this.#state = "idle";
      throw error;
    }
  }

  /**
   * Logs one row.
   *
   * @param options.step - The number of earlier calls since `init` when absent.
   * @throws TrainlogError `track/inactive` without a run, `run/bad-row`, `run/bad-step`. Never because of the destination.
   */
  log(data: LogRow, options?: { readonly step?: number }): void {
    this.#checkActive("log");
    checkRow(data);
    const step = stepOf(options, this._firstStep() + this.#calls);
    this.#calls += 1;
    this.#attempt("log", () => this._log(data, step));
  }

  /**
   * Takes run events: all that a run can say, not only rows.
   *
   * @throws TrainlogError `track/inactive` without a run.
   */
  write(events: readonly RunEvent[]): void {
    this.#checkActive("write");
    this.#attempt("write", () => this._write(events));
  }

  /** Closes the run. Without one it warns and does nothing. */
  async finish(summary?: ConfigInput): Promise<void> {
    if (!this.active) {
      this.reporter.always("finish-inactive", "finish() on an inactive tracker; ignored");
      return;
    }
    this.#state = "idle"; // first, so that a second call during a slow finish is the inactive one
    try {
      const closing = this._finish(summary);
      if (closing instanceof Promise) await closing;
    } catch (error) {
      this.reporter.once("finish", `${this.constructor.name}: finish failed: ${messageOf(error)}`);
    }
  }

  /** `await using`: finishes the run if one is open. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.active) await this.finish();
  }

  /** Opens a run. */
  protected abstract _init(config?: ConfigInput): void | Promise<void>;

  /** Writes one row. What it throws is reported once and counted. */
  protected abstract _log(data: LogRow, step: number): void;

  /** Closes the run. */
  protected abstract _finish(summary?: ConfigInput): void | Promise<void>;

  /** Writes run events. As it stands, rows reach `_log` one by one, and the rest is not for it; a destination that can hold more overrides it. */
  protected _write(events: readonly RunEvent[]): void {
    for (const event of events) {
      if (event.type === "rows") for (const { step, values } of rowsOf(event.rows)) this._log(values, step);
    }
  }

  /** Step of the first `log` without a step; a destination that resumes a run overrides it. */
  protected _firstStep(): number {
    return 0;
  }

  #checkActive(method: string): void {
    if (this.#state === "open") return;
    const detail =
      this.#state === "opening" ? "before init() was done; await it" : "on an inactive tracker; call init() first";
    throw new TrainlogError("track/inactive", `${method}() ${detail}`, { status: 409 });
  }

  #attempt(what: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.reporter.once(what, `${this.constructor.name}: ${what} failed: ${messageOf(error)}. Training goes on`);
    }
  }
}
