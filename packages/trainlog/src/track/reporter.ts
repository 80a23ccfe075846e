/** @file Says each kind of trouble once, and counts every time: a training loop must not drown in the same warning. */

/** Prints a line for a person. */
export type Warn = (message: string) => void;

/** Most distinct kinds of trouble that are remembered; after that, further kinds are counted only. */
const MAX_KINDS = 256;

/** Warns once per kind and counts all. */
export class Reporter {
  readonly #warn: Warn;
  readonly #counts = new Map<string, number>();

  /** @param warn - Where lines go; `console.warn` when absent. */
  constructor(warn: Warn = warnOnConsole) {
    this.#warn = warn;
  }

  /** How often each kind of trouble was met. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Prints `message` unless trouble of this `kind` was printed before. */
  once(kind: string, message: string): void {
    const known = this.#counts.get(kind);
    if (known === undefined && this.#counts.size >= MAX_KINDS) return;
    this.#counts.set(kind, (known ?? 0) + 1);
    if (known === undefined) this.#print(message);
  }

  /** Prints `message` every time. */
  always(kind: string, message: string): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    this.#print(message);
  }

  #print(message: string): void {
    try {
      this.#warn(`trainlog: ${message}`);
    } catch {
      // A warning that cannot be printed (closed stderr) must not stop training.
    }
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function warnOnConsole(message: string): void {
  // biome-ignore lint/suspicious/noConsole: warnings for people go to the console of their script
  console.warn(message);
}
