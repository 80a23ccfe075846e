/** @file A progress bar for long work: on a terminal's standard error only, redrawn at most ten times a second, gone when the work is done. */
import { formatDuration } from "./format.ts";
import { clipText, padText } from "./text-width.ts";

/** Where a bar draws. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** A running bar. */
export interface Progress extends Disposable {
  /** Shows that `done` of the total is done; `note` is what is being worked on. */
  update(done: number, note?: string): void;
  /** Wipes the bar. Calling it again changes nothing. */
  end(): void;
}

/** What a bar shows. */
export interface ProgressOptions {
  readonly label: string;
  /** The amount that is 100 %; 0 when there is nothing to do. */
  readonly total: number;
  /** Milliseconds now, injectable for tests. */
  readonly nowMs?: () => number;
}

const REDRAW_MS = 100;
const BAR_CELLS = 24;

/**
 * Starts a progress bar.
 *
 * @example
 * using bar = startProgress(process.stderr, { label: "verify", total: runs.length });
 * for (const [i, run] of runs.entries()) { bar.update(i, run.name); check(run); }
 */
export function startProgress(stream: ProgressStream, options: ProgressOptions): Progress {
  if (stream.isTTY !== true) return { update: () => {}, end: () => {}, [Symbol.dispose]: () => {} };
  const nowMs = options.nowMs ?? Date.now;
  const begunMs = nowMs();
  let drawnMs = Number.NEGATIVE_INFINITY;
  let ended = false;
  const end = (): void => {
    if (!ended && Number.isFinite(drawnMs)) stream.write("\r\u001b[2K");
    ended = true;
  };
  const update = (done: number, note = ""): void => {
    if (ended || nowMs() - drawnMs < REDRAW_MS) return;
    drawnMs = nowMs();
    stream.write(
      `\r\u001b[2K${clipText(progressLine(options, done, [restText(options, done, drawnMs - begunMs), note]), (stream.columns ?? 80) - 1)}`,
    );
  };
  return { update, end, [Symbol.dispose]: end };
}

/** Time after which the past says something of the rest. */
const MIN_ELAPSED_MS = 2000;

/** How long it will take at the pace so far: `2 min left`; empty while that is a guess. */
function restText({ total }: ProgressOptions, done: number, elapsedMs: number): string {
  if (elapsedMs < MIN_ELAPSED_MS || done <= 0 || done >= total) return "";
  return `${formatDuration((elapsedMs * (total - done)) / done)} left`;
}

/** The bar as text: `verify  [███████─────]  57 %  2 min left  note`. */
function progressLine(options: ProgressOptions, done: number, notes: readonly string[]): string {
  const share = options.total > 0 ? Math.min(1, Math.max(0, done / options.total)) : 1;
  const bar = padText("█".repeat(Math.round(share * BAR_CELLS)), BAR_CELLS).replaceAll(" ", "─");
  return `${options.label}  [${bar}]  ${String(Math.floor(share * 100)).padStart(3)} %  ${notes.filter((note) => note !== "").join("  ")}`.trimEnd();
}
