/**
 * @file The live connection: server-sent events over `fetch`, which resumes where it was when the server or the network was gone.
 *
 * Every message carries an id; after a break the last one is sent back, and the server gives what was missed, or `reset`, after which the page fetches
 * again what it shows. A connection that is silent for longer than three heartbeats is dead even when nobody closed it.
 */
import type { LiveMessage, LiveQuery } from "trainlog/api";
import { EventStreamParser } from "../lib/event-stream.ts";
import { API_BASE, type ApiClient, ApiError, queryText } from "./http.ts";

/** How the connection is: `connecting` for the first time, `live`, or `reconnecting` after it was lost. */
export type LiveState = "connecting" | "live" | "reconnecting";

/** What a live connection tells. */
export interface LiveListener {
  onMessage(message: LiveMessage): void;
  onState(state: LiveState): void;
}

/** Times of a live connection, in milliseconds. */
export interface LiveTiming {
  /** First wait before trying again; it doubles up to `longestWaitMs`. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Silence after which a connection counts as dead. The server sends a heartbeat every 15 s. */
  readonly silenceMs: number;
}

const TIMING: LiveTiming = { firstWaitMs: 250, longestWaitMs: 5_000, silenceMs: 45_000 };

/** A connection to `GET /events` that lasts until it is closed. */
export class LiveStream {
  readonly #client: ApiClient;
  readonly #listener: LiveListener;
  readonly #timing: LiveTiming;
  readonly #closed = new AbortController();
  #query: LiveQuery;
  #attempt = new AbortController();
  #lastId = "";
  #waitMs: number;

  constructor(client: ApiClient, query: LiveQuery, listener: LiveListener, timing: LiveTiming = TIMING) {
    this.#client = client;
    this.#query = query;
    this.#listener = listener;
    this.#timing = timing;
    this.#waitMs = timing.firstWaitMs;
    void this.#run();
  }

  /** Asks for something else from now on, without losing what comes in between. */
  retarget(query: LiveQuery): void {
    if (JSON.stringify(query) === JSON.stringify(this.#query)) return;
    this.#query = query;
    this.#waitMs = 0;
    this.#attempt.abort();
  }

  /** Ends the connection. */
  close(): void {
    this.#closed.abort();
    this.#attempt.abort();
  }

  async #run(): Promise<void> {
    this.#listener.onState("connecting");
    while (!this.#closed.signal.aborted) {
      this.#attempt = new AbortController();
      const refused = await this.#connect(this.#attempt.signal);
      if (this.#closed.signal.aborted) return;
      if (refused) return this.#listener.onState("reconnecting");
      if (this.#waitMs > 0) this.#listener.onState("reconnecting");
      await this.#pause();
    }
  }

  /** One connection, from request to end. Says whether trying again is pointless. */
  async #connect(signal: AbortSignal): Promise<boolean> {
    try {
      const headers: Record<string, string> = { accept: "text/event-stream" };
      if (this.#lastId !== "") headers["last-event-id"] = this.#lastId;
      const url = `${API_BASE}/events${queryText({ ...this.#query })}`;
      const response = await this.#client.send(url, { headers, signal, cache: "no-store" });
      if (response.body !== null) await this.#read(response.body);
      return false;
    } catch (error) {
      return error instanceof ApiError && error.status === 401;
    }
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const parser = new EventStreamParser();
    const decoder = new TextDecoder();
    const reader = body.getReader();
    this.#waitMs = this.#timing.firstWaitMs;
    this.#listener.onState("live");
    for (;;) {
      const watchdog = setTimeout(() => this.#attempt.abort(), this.#timing.silenceMs);
      const { done, value } = await reader.read().finally(() => clearTimeout(watchdog));
      if (done) return;
      for (const event of parser.push(decoder.decode(value, { stream: true }))) this.#take(event.id, event.data);
    }
  }

  #take(id: string, data: string): void {
    if (this.#closed.signal.aborted) return;
    this.#lastId = id;
    // The server is of the same build and its messages are tested against their schema.
    this.#listener.onMessage(JSON.parse(data) as LiveMessage);
  }

  /** Waits before the next try: longer each time, with jitter, so that many pages do not come back in one instant. */
  async #pause(): Promise<void> {
    const waitMs = this.#waitMs * (0.75 + Math.random() / 2);
    this.#waitMs = Math.min(Math.max(this.#waitMs, this.#timing.firstWaitMs) * 2, this.#timing.longestWaitMs);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#attempt = new AbortController();
      this.#attempt.signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
