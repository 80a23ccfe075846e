/**
 * @file How a script ends, for the runs that are open then: normally, by an uncaught error, by a signal.
 *
 * Nothing of Node's own behaviour changes: an uncaught error still prints its stack and exits with its code, a signal still kills. A process has one end,
 * so the handlers are installed once per process while a run is open.
 */
import type { FinishOptions, Run } from "../run.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type Signal = (typeof SIGNALS)[number];

/** How often the event loop is looked at. */
const TICK_MS = 250;

/** After this long without a turn of the event loop, signals get their default back: see {@link ProcessEnd.looksStuck}. */
const STUCK_MS = 1_000;

/** A run that is told how the process ends. */
type OpenRun = Pick<Run, "finishNow" | "finish" | "amendFailed" | "finished">;

/** Watches the end of this process. One instance per process, because signals and exit are the process's. */
class ProcessEnd {
  readonly #runs = new Set<OpenRun>();
  /** Runs whose `await using` block ended in this turn of the event loop: an error may be on its way out of it. */
  readonly #justDisposed = new Set<OpenRun>();
  readonly #handlers = new Map<Signal, () => void>();
  #timer: NodeJS.Timeout | undefined;
  #lastTurnMs = 0;
  #error: unknown;
  #signal: Signal | undefined;

  add(run: OpenRun): void {
    this.#runs.add(run);
    if (this.#timer !== undefined) return;
    process.on("exit", this.#onExit);
    process.on("beforeExit", this.#onBeforeExit);
    process.on("uncaughtExceptionMonitor", this.#onError);
    this.#lastTurnMs = performance.now();
    this.#timer = setInterval(() => this.#onTurn(), TICK_MS).unref();
    this.#listenToSignals();
  }

  remove(run: OpenRun, disposed: boolean): void {
    this.#runs.delete(run);
    if (disposed) this.#justDisposed.add(run);
    setImmediate(() => {
      this.#justDisposed.delete(run);
      if (this.#runs.size === 0 && this.#justDisposed.size === 0) this.#stop();
    }).unref();
  }

  /**
   * Called by a run's `log`. A signal listener runs only when the event loop turns, so a script that never yields could not be stopped with
   * Ctrl-C while one is installed: then the listeners are taken away, and the default (death) is back. They return with the next turn.
   */
  looksStuck(nowMs: number): void {
    if (nowMs - this.#lastTurnMs > STUCK_MS && this.#handlers.size > 0) this.#ignoreSignals();
  }

  #onTurn(): void {
    this.#lastTurnMs = performance.now();
    if (this.#handlers.size === 0) this.#listenToSignals();
  }

  #listenToSignals(): void {
    for (const signal of SIGNALS) {
      const handler = (): void => this.#onSignal(signal);
      this.#handlers.set(signal, handler);
      process.on(signal, handler);
    }
  }

  #ignoreSignals(): void {
    for (const [signal, handler] of this.#handlers) process.off(signal, handler);
    this.#handlers.clear();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    process.off("exit", this.#onExit);
    process.off("beforeExit", this.#onBeforeExit);
    process.off("uncaughtExceptionMonitor", this.#onError);
    this.#ignoreSignals();
  }

  #onSignal(signal: Signal): void {
    this.#signal = signal;
    // A script with a handler of its own decides what the signal means and may yet finish its runs.
    if (process.listenerCount(signal) > 1) return;
    this.#finishAll({ status: "killed", error: `ended by ${signal}` });
    this.#ignoreSignals();
    process.kill(process.pid, signal);
  }

  /** The error is remembered, not acted on: a script may have a handler of its own and live on. */
  readonly #onError = (error: unknown): void => {
    this.#error = error;
    if (process.listenerCount("uncaughtException") > 0 || process.hasUncaughtExceptionCaptureCallback()) return;
    for (const run of this.#justDisposed) run.amendFailed(error);
  };

  /** The script is done and forgot `finish`: there is still time to send what is left. */
  readonly #onBeforeExit = (code: number): void => {
    for (const run of this.#runs) if (!run.finished) void run.finish(endOf(code, undefined, undefined));
  };

  readonly #onExit = (code: number): void => {
    this.#finishAll(endOf(code, this.#error, this.#signal));
  };

  #finishAll(options: FinishOptions): void {
    for (const run of this.#runs) run.finishNow(options);
  }
}

/** Exit code 0 is success, whatever was caught on the way. */
function endOf(code: number, error: unknown, signal: Signal | undefined): FinishOptions {
  if (code === 0) return { status: "finished", exitCode: 0 };
  if (signal !== undefined) return { status: "killed", exitCode: code, error: `ended by ${signal}` };
  return error === undefined ? { status: "failed", exitCode: code } : { status: "failed", exitCode: code, error };
}

/** State of the module because the process's end is the process's: see the file's note. */
const processEnd = new ProcessEnd();

/** Tells `run` how the process ends, until it finishes by itself. */
export function watchProcessEnd(run: Run): void {
  processEnd.add(run);
  run.onClosed((disposed) => processEnd.remove(run, disposed));
}

/** To be called by a run that flushes inside `log`: notices a script that never yields. */
export function noticeBusyLoop(): void {
  processEnd.looksStuck(performance.now());
}
