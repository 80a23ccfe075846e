/** @file Server-sent events from text (https://html.spec.whatwg.org/multipage/server-sent-events.html): only what a reader of `/events` needs. */

/** One event of a stream. */
export interface SseEvent {
  /** The last id that the stream gave, this event's own or an earlier one. */
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/**
 * Takes a stream in pieces, cut anywhere, and gives its events.
 *
 * @example
 * const parser = new SseParser();
 * for await (const piece of texts) for (const { data } of parser.push(piece)) use(JSON.parse(data));
 */
export class SseParser {
  #rest = "";
  #id = "";
  #event = "";
  #data: string[] = [];

  /** The events that `text` completes. */
  push(text: string): SseEvent[] {
    const events: SseEvent[] = [];
    // A line that ends in \r may go on with \n in the next piece.
    const all = this.#rest + text;
    const end = all.endsWith("\r") ? all.length - 1 : all.length;
    const lines = all.slice(0, end).split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? "") + all.slice(end);
    for (const line of lines) {
      const event = this.#line(line);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  #line(line: string): SseEvent | undefined {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    // A line that begins with a colon is a comment: the server still lives.
    if (colon === 0) return undefined;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    if (field === "event") this.#event = value;
    if (field === "id" && !value.includes("\0")) this.#id = value;
    return undefined;
  }

  #dispatch(): SseEvent | undefined {
    const event = { id: this.#id, event: this.#event || "message", data: this.#data.join("\n") };
    const isEmpty = this.#data.length === 0;
    this.#data = [];
    this.#event = "";
    return isEmpty ? undefined : event;
  }
}
