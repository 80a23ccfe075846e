/**
 * @file Console output as numbered lines, as a terminal shows them: a carriage return starts the current line over (progress bars).
 *
 * A line is said again under its number when it changes; of the versions between two flushes only the last is kept.
 */
import type { ConsoleLine } from "../run/event.ts";

/** Longest line kept. A program that prints megabytes without a line end is not writing for people. */
const MAX_LINE_CHARS = 65_536;

/** Lines of both streams since the last {@link ConsoleLines.take}. */
export class ConsoleLines {
  readonly #open = new Map<ConsoleLine["stream"], { line: number; text: string }>();
  readonly #changed = new Map<number, ConsoleLine>();
  #nextLine: number;
  #sizeChars = 0;

  /** @param nextLine - Number of the first new line. */
  constructor(nextLine: number) {
    this.#nextLine = nextLine;
  }

  /** About how many characters are held. */
  get sizeChars(): number {
    return this.#sizeChars;
  }

  /** Adds what a stream printed. */
  add(stream: ConsoleLine["stream"], text: string, wallMs: number): void {
    const pieces = text.toWellFormed().split("\n");
    pieces.forEach((piece, i) => {
      if (piece !== "" || this.#open.has(stream) || i < pieces.length - 1) this.#extend(stream, piece, wallMs);
      if (i < pieces.length - 1) this.#open.delete(stream);
    });
  }

  /** Ends the lines that have no line end yet. */
  endLines(): void {
    this.#open.clear();
  }

  /** Takes the new and changed lines, by number. */
  take(): ConsoleLine[] {
    const lines = [...this.#changed.values()].sort((a, b) => a.line - b.line);
    this.#changed.clear();
    this.#sizeChars = 0;
    return lines;
  }

  #extend(stream: ConsoleLine["stream"], piece: string, wallMs: number): void {
    let open = this.#open.get(stream);
    if (open === undefined) {
      open = { line: this.#nextLine++, text: "" };
      this.#open.set(stream, open);
    }
    open.text = overwritten(open.text + piece);
    this.#changed.set(open.line, { line: open.line, stream, text: visible(open.text), wallMs });
    this.#sizeChars += piece.length + 16;
  }
}

/** What is left of a line after its carriage returns. One at the end is kept, because it takes effect with the next character. */
function overwritten(text: string): string {
  const end = text.endsWith("\r") ? text.length - 1 : text.length;
  const start = text.lastIndexOf("\r", end - 1) + 1;
  return start === 0 && text.length <= MAX_LINE_CHARS ? text : text.slice(start, start + MAX_LINE_CHARS);
}

function visible(text: string): string {
  return text.endsWith("\r") ? text.slice(0, -1) : text;
}
