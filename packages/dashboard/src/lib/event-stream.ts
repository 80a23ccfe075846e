/**
 * @file Parser of `text/event-stream` (HTML standard, section 9.2.6).
 *
 * The page reads the stream with `fetch` instead of `EventSource`, because `EventSource` says nothing about why it failed, hides heartbeats (so that a dead
 * connection looks alive), and forgets the last id when it is asked for other runs.
 */

/** One event of a stream. */
export interface StreamEvent {
  /** Id to resume from; the last one given when this event has none. */
  readonly id: string;
  /** `"message"` when the stream names none. */
  readonly type: string;
  readonly data: string;
}

/** Parses a stream from pieces of any size. Comments (heartbeats) and `retry` say nothing here. */
export class EventStreamParser {
  #rest = "";
  #id = "";
  #type = "";
  #data: string[] = [];

  /**
   * Takes the next piece of text.
   *
   * @returns The events that are complete with it, in order.
   */
  push(piece: string): StreamEvent[] {
    const text = this.#rest + piece;
    // A CR at the very end may be half of a CR LF: it waits for the next piece.
    const end = text.endsWith("\r") ? text.length - 1 : text.length;
    const lines = text.slice(0, end).split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? "") + text.slice(end);
    const events: StreamEvent[] = [];
    for (const line of lines) {
      const event = this.#line(line);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  #line(line: string): StreamEvent | undefined {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#type = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return undefined;
  }

  #dispatch(): StreamEvent | undefined {
    const event = { id: this.#id, type: this.#type === "" ? "message" : this.#type, data: this.#data.join("\n") };
    const complete = this.#data.length > 0;
    this.#type = "";
    this.#data = [];
    return complete ? event : undefined;
  }
}
