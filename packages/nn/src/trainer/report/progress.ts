/** @file How far training is: a bar with the time left on a terminal, a line now and then when the output is piped. */
import { nowMs, showDuration } from "../clock.ts";
import { showNumber } from "./show-number.ts";
import type { Terminal } from "./terminal.ts";

/** Shows how far training is. */
export interface Progress {
  /** Steps after which {@link Progress.at} wants to be called whatever the time; undefined: now and then is enough. */
  readonly every: number | undefined;
  /** Called after steps. */
  at(step: number, loss: number): void;
  /** Writes a line of its own. */
  note(line: string): void;
  /** The end: leaves the last state on the screen. */
  end(step: number, loss: number): void;
}

/** Time between two drawings of the bar: fast enough to look alive, slow enough to cost nothing. */
const REDRAW_MS = 100;

/** Lines of a whole training run when the output is piped. */
const PIPED_LINES = 8;

const BAR_CELLS = 24;

/** What a progress display needs. */
export interface ProgressOptions {
  readonly terminal: Terminal;
  /** Number of the first step: more than 0 after a resume. */
  readonly firstStep: number;
  readonly steps: number;
  /** Steps between two lines when the output is piped. Default: an eighth of them. */
  readonly every?: number;
}

/** A progress display for a terminal, or for a pipe. */
export function progressOn(options: ProgressOptions): Progress {
  return options.terminal.isInteractive ? bar(options) : lines(options);
}

function bar({ terminal, firstStep, steps }: ProgressOptions): Progress {
  const startMs = nowMs();
  let drawnMs = -Infinity;
  const draw = (step: number, loss: number): void => {
    const line = describeProgress({ step, steps, loss, done: step - firstStep, elapsedMs: nowMs() - startMs });
    // Carriage return, then "erase to the end of the line".
    terminal.write(`\r${line.slice(0, terminal.columns - 1)}\u001b[K`);
  };
  return {
    every: undefined,
    at(step, loss) {
      const now = nowMs();
      if (now - drawnMs < REDRAW_MS) return;
      drawnMs = now;
      draw(step, loss);
    },
    note: (line) => terminal.write(`\r\u001b[K${line}\n`),
    end(step, loss) {
      draw(step, loss);
      terminal.write("\n");
    },
  };
}

function lines({
  terminal,
  steps,
  firstStep,
  every = Math.max(1, Math.ceil(steps / PIPED_LINES)),
}: ProgressOptions): Progress {
  let last = firstStep;
  const show = (step: number, loss: number): void => {
    last = step;
    terminal.write(`step ${step}/${steps}: loss ${showNumber(loss)}\n`);
  };
  return {
    every,
    at(step, loss) {
      if (step % every === 0) show(step, loss);
    },
    note: (line) => terminal.write(`${line}\n`),
    end(step, loss) {
      if (step > last) show(step, loss);
    },
  };
}

/** A bar in words: `████████░░░░ 66% 132/200 loss 0.0123 1,234 steps/s, 0:03 left`. */
export function describeProgress(facts: {
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly done: number;
  readonly elapsedMs: number;
}): string {
  const { step, steps, loss, done, elapsedMs } = facts;
  const part = steps === 0 ? 1 : step / steps;
  const full = Math.round(part * BAR_CELLS);
  const rate = done / Math.max(elapsedMs / 1000, 1e-9);
  const left =
    done === 0
      ? ""
      : step < steps
        ? `, ${showDuration(((steps - step) / rate) * 1000)} left`
        : ` in ${showDuration(elapsedMs)}`;
  const speed =
    done === 0 ? "" : ` ${rate >= 10 ? Math.round(rate).toLocaleString("en-US") : rate.toPrecision(2)} steps/s`;
  const percent = String(Math.floor(part * 100)).padStart(3);
  return `${"█".repeat(full)}${"░".repeat(BAR_CELLS - full)} ${percent}% ${step}/${steps} loss ${showNumber(loss)}${speed}${left}`;
}
