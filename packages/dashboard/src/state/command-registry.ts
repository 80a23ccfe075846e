/** @file What the command bar can do: commands that are always there, and those of the page that is open. */
import type { Findable } from "../lib/command-match.ts";

/** One thing to do or place to go. */
export interface Command extends Findable {
  /** Stands before it, such as "Run" or "Metric". */
  readonly kind: string;
  /** Stands after it, in grey. */
  readonly detail?: string;
  /** Keys that do the same, for learning them. */
  readonly keys?: string;
  readonly run: () => void;
}

/** Gives the commands that can be run now. */
export type CommandSource = () => readonly Command[];

/** Sources of commands. They are asked when the bar opens: a page of 10,000 metrics makes none before. */
export class CommandRegistry {
  readonly #sources = new Set<CommandSource>();

  /** Adds a source; returns what removes it. */
  add(source: CommandSource): () => void {
    this.#sources.add(source);
    return () => this.#sources.delete(source);
  }

  /** All commands, those of the newest source first: what is nearest to the viewer. */
  list(): Command[] {
    return [...this.#sources].reverse().flatMap((source) => source());
  }
}
