/** @file Prints rows, as TROPT's `PrintTracker` does: `step=   1 | loss=0.1234 | key='…'`. */
import { describeMedia, isMedia } from "../run/media.ts";
import type { LogRow } from "./row-values.ts";
import { Tracker, type TrackerOptions } from "./tracker.ts";

/** Settings of {@link ConsoleTracker}. */
export interface ConsoleTrackerOptions extends TrackerOptions {
  /** Keys to print, in this order; all of them when absent. */
  readonly keys?: readonly string[];
  /** Prints every n-th row; 1 when absent. */
  readonly every?: number;
  /** Where lines go; `console.log` when absent. */
  readonly print?: (line: string) => void;
}

/** Prints each row in one line. */
export class ConsoleTracker extends Tracker {
  readonly #keys: readonly string[] | undefined;
  readonly #every: number;
  readonly #print: (line: string) => void;
  #rows = 0;

  constructor(options: ConsoleTrackerOptions = {}) {
    super(options);
    this.#keys = options.keys;
    this.#every = options.every ?? 1;
    this.#print = options.print ?? printOnConsole;
  }

  protected override _init(): void {
    this.#rows = 0;
  }

  protected override _log(data: LogRow, step: number): void {
    if (this.#rows++ % this.#every !== 0) return;
    const keys = this.#keys ?? Object.keys(data);
    const values = keys.filter((key) => Object.hasOwn(data, key)).map((key) => `${key}=${textOf(data[key])}`);
    this.#print([`step=${String(step).padStart(4)}`, ...values].join(" | "));
  }

  protected override _finish(summary?: Readonly<Record<string, unknown>>): void {
    if (summary !== undefined)
      this.#print(
        `finished | ${Object.entries(summary)
          .map(([key, value]) => `${key}=${textOf(value)}`)
          .join(" | ")}`,
      );
  }
}

function textOf(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
  if (typeof value === "string") return `'${value}'`;
  if (isMedia(value)) return describeMedia(value);
  if (typeof value === "object" && value !== null && "item" in value && typeof value.item === "function")
    return textOf(value.item());
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function printOnConsole(line: string): void {
  // biome-ignore lint/suspicious/noConsole: printing is what this tracker is for
  console.log(line);
}
