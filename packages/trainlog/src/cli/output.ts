/**
 * @file What a command prints: its result on standard output (text, or one JSON document under `--json`), everything said on the way on standard error.
 */
import type { JsonValue } from "../run/json.ts";
import { type Progress, startProgress } from "./terminal/progress.ts";
import { type Environment, makeStyle, type Style, wantsColour } from "./terminal/style.ts";

/** A standard stream, as far as commands need it. */
export interface CliStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string | Uint8Array): unknown;
}

/** Where a command's words go. */
export interface Output {
  /** True when the person (or program) asked for JSON; `text` then prints nothing. */
  readonly json: boolean;
  /** Cells per line of standard output; `Infinity` when it is not a terminal. */
  readonly width: number;
  /** Whether colours are wanted. */
  readonly coloured: boolean;
  readonly style: Style;
  /** Prints the result as text; nothing under `--json`. */
  text(lines: string): void;
  /** Prints the result as JSON; nothing without `--json`. */
  data(value: unknown): void;
  /** Prints a result that is a document of its own, such as a picture, as it is. */
  bytes(content: string | Uint8Array): void;
  /** Says something on the way, on standard error; in words even under `--json`. */
  note(line: string): void;
  /** Starts a progress bar on standard error; draws nothing when that is not a terminal. */
  progress(label: string, total: number): Progress;
  /** Standard error, for what draws its own progress. */
  readonly terminal: Terminal;
}

/** A place for lines, as `@trainlog/nn` knows it. */
export interface Terminal {
  /** Whether a line can be drawn over. */
  readonly isInteractive: boolean;
  /** Width in cells. */
  readonly columns: number;
  write(text: string): void;
}

/** The streams and settings behind an {@link Output}. */
export interface OutputOptions {
  readonly stdout: CliStream;
  readonly stderr: CliStream;
  readonly env: Environment;
  readonly json: boolean;
}

/** Width of a terminal that does not say its own. */
const USUAL_WIDTH = 80;

/** Makes the output of one command. */
export function makeOutput({ stdout, stderr, env, json }: OutputOptions): Output {
  const isTerminal = stdout.isTTY === true;
  const coloured = !json && wantsColour(isTerminal, env);
  return {
    json,
    width: isTerminal ? (stdout.columns ?? USUAL_WIDTH) : Infinity,
    coloured,
    style: makeStyle(coloured),
    text: (lines) => {
      if (!json) stdout.write(`${lines}\n`);
    },
    data: (value) => {
      if (json) stdout.write(`${toJson(value)}\n`);
    },
    bytes: (content) => {
      stdout.write(content);
    },
    note: (line) => {
      stderr.write(`${line}\n`);
    },
    progress: (label, total) => startProgress(stderr, { label, total }),
    terminal: {
      isInteractive: stderr.isTTY === true,
      columns: stderr.columns ?? USUAL_WIDTH,
      write: (text) => void stderr.write(text),
    },
  };
}

/** JSON text in which non-finite numbers are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`, because JSON has no numbers for them. */
function toJson(value: unknown): string {
  return JSON.stringify(value, jsonSafe, 2);
}

function jsonSafe(_key: string, value: unknown): JsonValue | unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value instanceof Float64Array || value instanceof Uint32Array) return Array.from(value);
  return value instanceof Map ? Object.fromEntries(value) : value;
}
