/**
 * @file Run: one run as a script sees it. Buffers what is logged and hands it to the sinks as run events; knows nothing of files or networks.
 */
import { describeValue, TrainlogError } from "../run/error.ts";
import type { ArtifactEvent, FinishEvent, FinishStatus, MetricEvent, RunEvent, SummaryRule } from "../run/event.ts";
import { checkKey } from "../run/limits.ts";
import type { Media } from "../run/media.ts";
import { type ArtifactOptions, artifactEvent } from "./artifact.ts";
import { type LiveObject, LiveStore } from "./live-object.ts";
import { mediaEvent } from "./media-events.ts";
import { MetricSummary } from "./metric-summary.ts";
import { stepOf } from "./options.ts";
import { messageOf, Reporter } from "./reporter.ts";
import { RowBuffer } from "./row-buffer.ts";
import { checkRow, type LogRow, RowValues } from "./row-values.ts";
import type { ArtifactSource, RunBackend } from "./sink.ts";
import { SinkLane } from "./sink-lane.ts";

/** Longest time that a logged row waits in memory while the event loop turns: rows are written together this often. */
export const FLUSH_AFTER_MS = 250;

/** How long a row waits that comes when nothing was written for that long: who logs twice a second sees the charts move at once. */
const FLUSH_SOON_MS = 25;

/** A row that has waited this long although its timer should have fired sits in a loop that never yields: `log` flushes then. */
const OVERDUE_MS = 500;

/** Bytes of rows that are flushed at once: large enough to amortise the write, small enough to be no pause. */
const FLUSH_BYTES = 65_536;

/** Longest time that `finish` spends on what is not delivered yet. */
export const FINISH_TIMEOUT_MS = 10_000;

/** What identifies a run. */
export interface RunIdentity {
  readonly id: string;
  readonly project: string;
  readonly name?: string;
}

/** Options of {@link Run.log}. */
export interface LogOptions {
  /** Training step, a whole number of 0 or more; it may repeat and go back. The count of earlier `log` calls when absent. */
  readonly step?: number;
}

/** Options of {@link Run.finish}. */
export interface FinishOptions {
  /** `"finished"` when absent. */
  readonly status?: FinishStatus;
  readonly exitCode?: number;
  /** What ended the run: its message and stack are kept. */
  readonly error?: unknown;
  /** Last words for `run.summary`. */
  readonly summary?: { readonly [key: string]: unknown };
  /** Longest time to spend on what is not delivered yet, milliseconds. */
  readonly timeoutMs?: number;
}

/** Options of {@link Run.defineMetric}. */
export interface DefineMetricOptions {
  /** Metric to draw on the x axis instead of the step. */
  readonly stepMetric?: string;
  /** Which value stands for the metric in `run.summary` and in tables. */
  readonly summary?: SummaryRule;
  /** Direction of `summary: "best"`; `"min"` when absent. */
  readonly goal?: "min" | "max";
}

/** Options of {@link Run.alert}. */
export interface AlertOptions {
  readonly text?: string;
  /** `"info"` when absent. */
  readonly level?: "info" | "warn" | "error";
}

/**
 * A run that is being logged. Made by `init`.
 *
 * @example
 * await using run = await trainlog.init({ project: "digits", config: { lr: 0.1 } });
 * for (const batch of batches) run.log({ loss: train(batch, run.config.lr) });
 */
export class Run<Config extends object = Record<never, never>> implements AsyncDisposable {
  readonly id: string;
  readonly project: string;
  /** What people call the run; the id when it was given no name. */
  readonly name: string;
  /** Folder of the run; `undefined` when it has none. */
  readonly dir: string | undefined;
  /** Address where the run can be seen; `undefined` without a server. */
  readonly url: string | undefined;

  readonly #config: LiveObject<Config>;
  readonly #summary: LiveObject;
  readonly #backend: RunBackend;
  readonly #reporter: Reporter;
  readonly #lanes: readonly SinkLane[];
  readonly #buffer = new RowBuffer();
  readonly #values: RowValues;
  readonly #metrics = new MetricSummary();
  readonly #configStore: LiveStore;
  readonly #summaryStore: LiveStore;
  /** Events that are not rows, waiting for the next flush. */
  readonly #events: RunEvent[] = [];
  /** Blobs and artifacts on their way. */
  readonly #pending = new Set<Promise<unknown>>();
  readonly #onFinish: (() => void)[] = [];
  readonly #onClosed: ((disposed: boolean) => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Since when the oldest row waits; while none does, when rows were last written. */
  #waitingSinceMs = 0;
  #nextStep: number;
  #rowStep = 0;
  #rowWallMs = 0;
  /** Set by the first `finish`; from then on nothing is taken. */
  #finished: Promise<void> | undefined;
  /** `ended` once the finish event is written; until then blobs on their way may still add events. */
  #state: "open" | "ended" | "closed" = "open";
  /** Whether `await using` ended the run, which does not tell whether its block threw. */
  #disposed = false;

  /** @param backend - Where the events go. Scripts call `init` instead. */
  constructor(identity: RunIdentity, backend: RunBackend, reporter: Reporter = new Reporter()) {
    this.id = identity.id;
    this.project = identity.project;
    this.name = identity.name ?? identity.id;
    this.dir = backend.dir;
    this.url = backend.url;
    this.#backend = backend;
    this.#reporter = reporter;
    this.#lanes = backend.sinks.map((sink) => new SinkLane(sink, reporter));
    this.#nextStep = backend.past?.nextStep ?? 0;
    this.#values = new RowValues(this.#buffer, reporter, (key, value, index) => this.#addMedia(key, value, index));
    this.#configStore = this.#liveStore("config");
    this.#summaryStore = this.#liveStore("summary");
    this.#config = this.#configStore.proxy<Config>();
    this.#summary = this.#summaryStore.proxy();
    this.#loadPast();
  }

  /** The configuration: reads, assignments at any depth, `delete` and `update` are kept with the run. */
  get config(): LiveObject<Config> {
    return this.#config;
  }

  /** The summary: what the rows imply by each metric's rule, and what the script sets, which wins. */
  get summary(): LiveObject {
    return this.#summary;
  }

  /** Says whether the run was finished. */
  get finished(): boolean {
    return this.#finished !== undefined;
  }

  /** Step that the next `log` without a step gets. */
  get nextStep(): number {
    return this.#nextStep;
  }

  /** How often each kind of trouble was met (every kind is printed once). */
  get troubles(): ReadonlyMap<string, number> {
    return this.#reporter.counts;
  }

  /**
   * Logs one row of values. Costs microseconds, does no network I/O and never throws because of a destination.
   *
   * Numbers (NaN and ±Infinity too), strings, booleans, null, bigint, `Date`, one-element tensors, media values; nested objects are flattened with `/`.
   * What cannot be kept is named once on the console; the rest of the row is kept.
   *
   * @throws TrainlogError `run/finished` after `finish`, `run/bad-row` for something that is not an object, `run/bad-step`.
   *
   * @example
   * run.log({ loss: 0.3, val: { acc: 0.9 } }, { step: 10 }); // metrics "loss" and "val/acc"
   */
  log(row: LogRow, options?: LogOptions): void {
    this.#checkOpen("log");
    checkRow(row);
    const step = stepOf(options, this.#nextStep);
    if (options !== undefined && options.step === undefined) this.#backend.checkOptions?.("log", options);
    this.#nextStep += 1;
    if (this.#lanes.length === 0) return;
    const wallMs = Date.now();
    this.#rowStep = step;
    this.#rowWallMs = wallMs;
    this.#values.add(row, step, wallMs);
    if (this.#timer === undefined) this.#startWaiting(wallMs);
    else if (this.#buffer.sizeBytes >= FLUSH_BYTES || Math.abs(wallMs - this.#waitingSinceMs) >= OVERDUE_MS) {
      this.#flush();
      this.#backend.onFlushInLog?.();
    }
  }

  /**
   * Says how a metric is to be read: its x axis and which value stands for it.
   *
   * @param key - A metric, or a prefix that ends in `*`.
   * @throws TrainlogError `run/finished`, `run/bad-key`, `run/bad-options`.
   *
   * @example
   * run.defineMetric("val/*", { stepMetric: "epoch", summary: "best", goal: "max" });
   */
  defineMetric(key: string, options: DefineMetricOptions = {}): void {
    this.#backend.checkOptions?.("defineMetric", options);
    const event: MetricEvent = { type: "metric", key: checkKey(key, "defineMetric"), ...options };
    this.#checkOpen("defineMetric");
    this.#flush(); // rows logged before keep the order of the events
    this.write([event]);
  }

  /**
   * Raises a message for people, shown with the run.
   *
   * @throws TrainlogError `run/finished`, `run/bad-options`.
   */
  alert(title: string, options: AlertOptions = {}): void {
    this.#backend.checkOptions?.("alert", options);
    this.#checkOpen("alert");
    const { text = "", level = "info" } = options;
    const words = { title: String(title).toWellFormed(), text: text.toWellFormed() };
    this.write([{ type: "alert", wallMs: Date.now(), ...words, level }]);
  }

  /**
   * Keeps files as an artifact that this run produced.
   *
   * Files and folders are streamed into the blob store by content, so equal content is stored once; an unchanged artifact is the same version.
   *
   * @param source - Path of a file or a folder (or several), contents by name, or a reference such as `s3://…`, which is recorded and not copied.
   * @returns The artifact's event, with its files and digest.
   * @throws TrainlogError `run/finished`, `artifact/not-found`, `artifact/outside` (a link that leaves the folder), `artifact/unsupported` (paths in a browser).
   *
   * @example
   * await run.artifact("checkpoints/last", { name: "policy", kind: "model", aliases: ["latest"] });
   */
  artifact(source: ArtifactSource, options: ArtifactOptions = {}): Promise<ArtifactEvent> {
    return this.#addArtifact("produced", source, options);
  }

  /**
   * Records that this run used an artifact: as {@link artifact}, with the other direction.
   *
   * @throws TrainlogError as {@link artifact}.
   */
  useArtifact(source: ArtifactSource, options: ArtifactOptions = {}): Promise<ArtifactEvent> {
    return this.#addArtifact("used", source, options);
  }

  /**
   * Takes run events as they are: for importers and for fanning out.
   *
   * @throws TrainlogError `run/finished`.
   */
  write(events: readonly RunEvent[]): void {
    this.#checkOpen("write");
    for (const event of events) {
      if (event.type === "rows") this.#foldRows(event);
      else if (event.type === "config") this.#configStore.load(event.set);
      else if (event.type === "summary") this.#summaryStore.load(event.set);
      else if (event.type === "metric") this.#metrics.define(event);
      this.#events.push(event);
    }
    this.#arm();
  }

  /** Adds a piece of console output; carriage returns overwrite the current line. Never throws. */
  addConsole(stream: "stdout" | "stderr", text: string): void {
    const { console } = this.#backend;
    if (this.#finished !== undefined || console === undefined) return;
    console.add(stream, text, Date.now());
    if (console.sizeChars > FLUSH_BYTES) this.#flush();
    else this.#arm();
  }

  /** Calls `stop` once when the run finishes, before its last events are written. */
  onFinish(stop: () => void): void {
    this.#onFinish.push(stop);
  }

  /** Calls `listener` once when the run is closed, with whether `await using` closed it. */
  onClosed(listener: (disposed: boolean) => void): void {
    this.#onClosed.push(listener);
  }

  /** Hands over everything logged so far, at once. Happens by itself every {@link FLUSH_AFTER_MS}. */
  flushNow(): void {
    this.#flush();
  }

  /** Hands over everything logged so far and waits until it is safe on disk (or sent, for a sink without a disk). */
  async flush(): Promise<void> {
    if (this.#pending.size > 0) await Promise.allSettled([...this.#pending]);
    this.#flush();
    await Promise.all(this.#lanes.map((lane) => lane.sync()));
  }

  /**
   * Ends the run. Never throws because of a destination, and takes at most `timeoutMs`; what is left to send by then stays on disk and the command
   * that sends it is printed. A second call warns and waits for the first.
   *
   * @throws TrainlogError `run/bad-options` for a status that there is not.
   */
  finish(options: FinishOptions = {}): Promise<void> {
    if (this.#finished !== undefined) {
      this.#reporter.once("finish-twice", `finish() of run ${this.id} was called before; ignored`);
      return this.#finished;
    }
    this.#backend.checkOptions?.("finish", options);
    const timeoutMs = options.timeoutMs ?? FINISH_TIMEOUT_MS;
    const end = Date.now() + timeoutMs;
    this.#stopHooks();
    // Without anything on its way all of this happens before the first await, so that even `run.finish(); process.exit()` is complete.
    if (this.#pending.size === 0) {
      this.#end(options);
      this.#finished = this.#closeLanes(timeoutMs);
    } else {
      this.#finished = this.#settlePending(timeoutMs).then(() => {
        this.#end(options);
        return this.#closeLanes(Math.max(0, end - Date.now()));
      });
    }
    return this.#finished;
  }

  /** Ends the run at once, for the end of the process: nothing is sent any more, everything is written. */
  finishNow(options: FinishOptions = {}): void {
    if (this.#state === "closed") return;
    this.#stopHooks();
    this.#end(options);
    this.#finished ??= Promise.resolve();
    for (const lane of this.#lanes) lane.closeNow();
    this.#closed();
  }

  /** Corrects the end of a run that finished a moment ago: an error that nobody caught came out of its block. */
  amendFailed(error: unknown): void {
    for (const lane of this.#lanes) lane.amend(finishEvent({ status: "failed", error, exitCode: 1 }));
  }

  /** `await using`: finishes the run unless it is finished. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = this.#finished === undefined;
    await (this.#finished ?? this.finish());
  }

  // ── buffering ─────────────────────────────────────────────────────────

  /** Starts the timer, unless it runs, so that what was just added is flushed soon. */
  #arm(): void {
    if (this.#timer === undefined) this.#startWaiting(Date.now());
  }

  #startWaiting(nowMs: number): void {
    const wasQuiet = nowMs - this.#waitingSinceMs > FLUSH_AFTER_MS;
    this.#timer = setTimeout(() => this.#flush(), wasQuiet ? FLUSH_SOON_MS : FLUSH_AFTER_MS);
    this.#waitingSinceMs = nowMs;
    // A browser's timer is a number; Node's must not keep a finished script alive.
    this.#timer.unref?.();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waitingSinceMs = Date.now();
    const events = this.#takeEvents();
    for (const lane of this.#lanes) lane.write(events);
  }

  #takeEvents(): RunEvent[] {
    const rows = this.#buffer.take();
    if (rows !== undefined) this.#metrics.fold(rows);
    const config = this.#configStore.takePatch();
    const summary = this.#summaryStore.takePatch();
    const lines = this.#backend.console?.take() ?? [];
    const events = this.#events.splice(0);
    if (config !== undefined) events.push({ type: "config", ...config });
    if (rows !== undefined) events.push({ type: "rows", rows });
    if (summary !== undefined) events.push({ type: "summary", ...summary });
    if (lines.length > 0) events.push({ type: "console", lines });
    return events;
  }

  #foldRows(event: Extract<RunEvent, { type: "rows" }>): void {
    this.#metrics.fold(event.rows);
  }

  // ── media and artifacts ───────────────────────────────────────────────

  #addMedia(key: string, value: Media, index: number | undefined): void {
    const place = { key, step: this.#rowStep, wallMs: this.#rowWallMs, ...(index === undefined ? {} : { index }) };
    try {
      const event = mediaEvent(value, place, this.#backend.putBlob);
      if (event instanceof Promise)
        this.#track(
          event.then((made) => this.#events.push(made)),
          `media ${key}`,
        );
      else this.#events.push(event);
    } catch (error) {
      this.#reporter.once(`media:${key}`, `log: ${describeValue(key)} could not be kept: ${messageOf(error)}`);
    }
  }

  async #addArtifact(
    direction: "produced" | "used",
    source: ArtifactSource,
    options: ArtifactOptions,
  ): Promise<ArtifactEvent> {
    this.#checkOpen(direction === "used" ? "useArtifact" : "artifact");
    const made = artifactEvent(direction, source, options, this.#backend);
    const kept = made.then((event) => {
      this.#events.push(event);
      this.#arm();
    });
    // The caller gets the error of `made`; waiting at finish must not make a second, unhandled one.
    this.#track(kept, undefined);
    return await made;
  }

  /** Remembers work in flight; `what` names it in a warning when it fails, unless someone else hears of the error. */
  #track(work: Promise<unknown>, what: string | undefined): void {
    const tracked = work
      .catch((error: unknown) => {
        if (what !== undefined) this.#reporter.once(what, `${what} could not be kept: ${messageOf(error)}`);
      })
      .finally(() => {
        this.#pending.delete(tracked);
        if (this.#finished === undefined) this.#arm();
      });
    this.#pending.add(tracked);
  }

  async #settlePending(timeoutMs: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([Promise.allSettled([...this.#pending]), late]);
    clearTimeout(timer);
    if (this.#pending.size === 0) return;
    this.#reporter.always(
      "late",
      `${this.#pending.size} media or artifacts were not stored within ${timeoutMs} ms and are lost`,
    );
  }

  // ── ending ────────────────────────────────────────────────────────────

  #stopHooks(): void {
    for (const stop of this.#onFinish.splice(0)) {
      try {
        stop();
      } catch (error) {
        this.#reporter.once("stop", `while finishing: ${messageOf(error)}`);
      }
    }
  }

  #end(options: FinishOptions): void {
    if (this.#state !== "open") return; // the process ended while finish() waited for a blob
    if (options.summary !== undefined) this.#summaryStore.update(options.summary);
    this.#backend.console?.endLines();
    this.#events.push(...this.#takeEvents(), finishEvent(options));
    this.#flush();
    this.#state = "ended";
  }

  async #closeLanes(timeoutMs: number): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close(timeoutMs)));
    this.#closed();
  }

  #closed(): void {
    this.#state = "closed";
    for (const listener of this.#onClosed.splice(0)) listener(this.#disposed);
  }

  #checkOpen(what: string): void {
    if (this.#finished !== undefined) throw this.#finishedError(what);
  }

  #finishedError(what: string): TrainlogError {
    return new TrainlogError(
      "run/finished",
      `${what}() was called on run ${this.id} after finish(); call it before, or init({ id: "${this.id}", resume: "must" }) to go on`,
      { status: 409 },
    );
  }

  // ── state ─────────────────────────────────────────────────────────────

  #liveStore(name: "config" | "summary"): LiveStore {
    return new LiveStore({
      name,
      onChange: () => {
        if (this.#state !== "open") throw this.#finishedError(name);
        this.#arm();
      },
      onLeftOut: (path, reason) => this.#reporter.once(`left-out:${path}`, `${path} is left out: ${reason}`),
      ...(name === "summary" ? { implied: () => this.#impliedSummary() } : {}),
    });
  }

  #impliedSummary(): ReturnType<MetricSummary["values"]> {
    if (this.#buffer.rowCount > 0) this.#flush();
    return this.#metrics.values();
  }

  #loadPast(): void {
    const { past } = this.#backend;
    if (past === undefined) return;
    this.#configStore.load(past.config);
    this.#summaryStore.load(past.summary);
    this.#metrics.load(past.metrics);
    for (const definition of past.definitions) this.#metrics.define(definition);
  }
}

function finishEvent(options: FinishOptions): FinishEvent {
  const { status = "finished", exitCode, error } = options;
  return {
    type: "finish",
    wallMs: Date.now(),
    status,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(error === undefined ? {} : { error: errorText(error) }),
  };
}

/** Message and stack of whatever was thrown, at most 64 k characters. */
function errorText(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? String(error)) : describeValue(error);
  return text.slice(0, 65_536).toWellFormed();
}
