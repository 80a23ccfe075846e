import type { LiveMessage } from "trainlog/api";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiClient } from "./http.ts";
import { type LiveState, LiveStream } from "./live-stream.ts";

/** A server that gives one stream per request, written to by the test. */
class FakeServer {
  readonly requests: { readonly url: string; readonly lastId: string | null }[] = [];
  status = 200;
  #writer: ReadableStreamDefaultController<Uint8Array> | undefined;

  readonly fetch: typeof fetch = (input, init) => {
    this.requests.push({ url: String(input), lastId: new Headers(init?.headers).get("last-event-id") });
    if (this.status !== 200) return Promise.resolve(new Response("{}", { status: this.status }));
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#writer = controller;
        init?.signal?.addEventListener("abort", () => controller.error(new DOMException("aborted", "AbortError")));
      },
    });
    return Promise.resolve(new Response(body));
  };

  write(text: string): void {
    this.#writer?.enqueue(new TextEncoder().encode(text));
  }

  message(id: string, message: LiveMessage): void {
    this.write(`id: ${id}\nevent: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`);
  }

  end(): void {
    this.#writer?.close();
  }
}

let server: FakeServer;
let stream: LiveStream;
let states: LiveState[];
let messages: LiveMessage[];
let unauthorized: number;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  states = [];
  messages = [];
  unauthorized = 0;
  const client = new ApiClient({ fetch: server.fetch, onUnauthorized: () => unauthorized++ });
  const listener = {
    onMessage: (message: LiveMessage) => messages.push(message),
    onState: (state: LiveState) => states.push(state),
  };
  stream = new LiveStream(client, { run: ["a"] }, listener, { firstWaitMs: 100, longestWaitMs: 400, silenceMs: 1000 });
});

afterEach(() => {
  stream.close();
  vi.useRealTimers();
});

const removed = (runId: string): LiveMessage => ({ type: "removed", runId });
const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe("LiveStream", () => {
  it("gives messages in order and says that it is live", async () => {
    await settle();
    server.message("b-1", removed("x"));
    server.message("b-2", removed("y"));
    await settle();
    expect(server.requests).toEqual([{ url: "/api/v1/events?run=a", lastId: null }]);
    expect(messages).toEqual([removed("x"), removed("y")]);
    expect(states).toEqual(["connecting", "live"]);
  });

  it("comes back after a break with the last id", async () => {
    await settle();
    server.message("b-7", removed("x"));
    await settle();
    server.end();
    await settle(200);
    expect(server.requests[1]).toEqual({ url: "/api/v1/events?run=a", lastId: "b-7" });
    expect(states).toEqual(["connecting", "live", "reconnecting", "live"]);
  });

  it("waits longer each time while the server is away, up to a bound", async () => {
    server.status = 503;
    await settle(10_000);
    const before = server.requests.length;
    expect(before).toBeGreaterThan(10);
    await settle(4000);
    expect(server.requests.length - before).toBeLessThanOrEqual(14);
    expect(states.at(-1)).toBe("reconnecting");
  });

  it("takes silence for death, and heartbeats for life", async () => {
    await settle();
    for (let i = 0; i < 4; i++) {
      await settle(800);
      server.write(": heartbeat\n\n");
    }
    await settle();
    expect(server.requests).toHaveLength(1);
    await settle(1300);
    expect(server.requests).toHaveLength(2);
  });

  it("asks for something else without losing its place", async () => {
    await settle();
    server.message("b-3", removed("x"));
    await settle();
    stream.retarget({ run: ["a"] });
    await settle(10);
    expect(server.requests).toHaveLength(1);
    stream.retarget({ run: ["b", "c"] });
    await settle(10);
    expect(server.requests[1]).toEqual({ url: "/api/v1/events?run=b&run=c", lastId: "b-3" });
    expect(states).not.toContain("reconnecting");
  });

  it("stops when the server wants a token: trying again would change nothing", async () => {
    stream.close();
    server.status = 401;
    const client = new ApiClient({ fetch: server.fetch, onUnauthorized: () => unauthorized++ });
    const listener = { onMessage: () => undefined, onState: (state: LiveState) => states.push(state) };
    const before = server.requests.length;
    stream = new LiveStream(client, {}, listener, { firstWaitMs: 10, longestWaitMs: 10, silenceMs: 1000 });
    await settle(1000);
    expect([server.requests.length - before, unauthorized]).toEqual([1, 1]);
  });

  it("ends when it is closed", async () => {
    await settle();
    stream.close();
    await settle(5000);
    expect(server.requests).toHaveLength(1);
  });
});
