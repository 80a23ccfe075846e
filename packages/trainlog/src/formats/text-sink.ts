/** @file Joins small texts into large writes. */
import type { ByteSink } from "./run-source.ts";

/** Characters after which a write is worth its call. */
const WRITE_CHARACTERS = 1 << 16;

/** Text on its way to a sink. */
export class TextSink {
  readonly #sink: ByteSink;
  #parts: string[] = [];
  #characters = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** Adds text; the result is a promise only when something was written out, which must be awaited. */
  add(text: string): Promise<void> | undefined {
    this.#parts.push(text);
    this.#characters += text.length;
    return this.#characters < WRITE_CHARACTERS ? undefined : this.flush();
  }

  /** Writes out what was added. */
  async flush(): Promise<void> {
    const text = this.#parts.join("");
    this.#parts = [];
    this.#characters = 0;
    if (text !== "") await this.#sink.write(text);
  }
}
