import { createHash, randomBytes } from "node:crypto";
import { createServer, request as httpRequest } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { BATCH_TYPE } from "../api/index.ts";
import { FakeStore } from "./fake-store.ts";
import type { RunningServer, ServeOptions } from "./listen.ts";
import { post, startTestServer } from "./test-server.ts";

/** Starts a server over a store in memory. */
async function startFake(options: Partial<ServeOptions> = {}): Promise<{ server: RunningServer; store: FakeStore }> {
  const store = new FakeStore();
  const server = await startTestServer({ openStore: async () => store, ...options });
  await server.ready;
  return { server, store };
}

/** A server of somebody else on a free port. */
async function foreignServer(): Promise<{ port: number; close: () => void }> {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  return { port: (other.address() as AddressInfo).port, close: () => other.close() };
}

describe("a port", () => {
  it("that is taken is an error when it was asked for, and otherwise the next free one is used and said", async () => {
    const other = await foreignServer();
    try {
      await expect(startFake({ port: other.port })).rejects.toMatchObject({ code: "server/port-taken" });
      const { server } = await startFake({ port: other.port, portWasAsked: false });
      expect([server.port > other.port, server.takenPort]).toEqual([true, other.port]);
      expect((await fetch(`${server.url}/api/v1/health`)).status).toBe(200);
    } finally {
      other.close();
    }
  });

  it("on an address that is not ours is refused in words", async () => {
    await expect(startFake({ host: "192.0.2.1", token: "t" })).rejects.toMatchObject({ code: "server/bad-host" });
  });

  it("is not opened to the network without a token", async () => {
    await expect(startFake({ host: "0.0.0.0" })).rejects.toMatchObject({ code: "server/public-without-token" });
  });
});

describe("while the store opens", () => {
  it("health answers, data routes say 503 with Retry-After, and both are right once it is open", async () => {
    const { promise, resolve } = Promise.withResolvers<FakeStore>();
    const server = await startTestServer({ openStore: () => promise });
    expect((await fetch(`${server.url}/api/v1/health`)).status).toBe(200);
    expect((await fetch(`${server.url}/api/v1/ready`)).status).toBe(503);
    const early = await fetch(`${server.url}/api/v1/runs`);
    expect([early.status, early.headers.get("retry-after"), await early.json()]).toEqual([
      503,
      "1",
      expect.objectContaining({ code: "server/starting" }),
    ]);
    resolve(new FakeStore());
    await server.ready;
    expect((await fetch(`${server.url}/api/v1/runs`)).status).toBe(200);
  });

  it("a store that cannot be opened is told by `ready`, and the port is free again", async () => {
    const server = await startTestServer({
      openStore: async () => {
        throw new Error("no such luck");
      },
    });
    await expect(server.ready).rejects.toThrow("no such luck");
    await server.closed;
    await expect(fetch(`${server.url}/api/v1/health`)).rejects.toThrow();
  });

  it("a server that is stopped meanwhile closes the store that comes too late", async () => {
    const { promise, resolve } = Promise.withResolvers<FakeStore>();
    const store = new FakeStore();
    const server = await startTestServer({ openStore: () => promise });
    await sleep(5);
    const closing = server.close();
    resolve(store);
    await closing;
    expect(store.closed).toBe(true);
  });
});

describe("stopping", () => {
  it("finishes what is in flight, ends streams, closes the store, and may be asked twice", async () => {
    const { server, store } = await startFake();
    await store.createRun({ runId: "run-1", project: "p" });
    const stream = await fetch(`${server.url}/api/v1/events`);
    const { promise, resolve } = Promise.withResolvers<void>();
    const { promise: arrived, resolve: sayArrived } = Promise.withResolvers<void>();
    store.beforeAppend = () => {
      sayArrived();
      return promise;
    };
    const inFlight = post(server.url, "run-1", 0);
    await arrived;
    const closing = Promise.all([server.close(), server.close()]);
    resolve();
    expect((await inFlight).status).toBe(200);
    await stream.text();
    await closing;
    expect(store.closed).toBe(true);
  });

  it("follows a signal", async () => {
    const abort = new AbortController();
    const { server, store } = await startFake({ signal: abort.signal });
    abort.abort();
    await server.closed;
    expect(store.closed).toBe(true);
  });
});

describe("on a real socket", () => {
  it("a foreign Host is refused, also in an absolute request target", async () => {
    const { server } = await startFake();
    const status = (target: string, host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const request = httpRequest({ port: server.port, path: target, headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        request.on("error", reject).end();
      });
    expect(await status("/api/v1/runs", "evil.com")).toBe(403);
    expect(await status("http://localhost/api/v1/runs", "evil.com")).toBe(403);
    expect(await status("/api/v1/runs", `localhost:${server.port}`)).toBe(200);
  });

  it("a body above the limit is refused before it was sent whole", async () => {
    const { server } = await startFake();
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, "127.0.0.1");
      socket.on("data", (data) => {
        resolve(String(data));
        socket.destroy();
      });
      socket.on("error", reject);
      socket.write(
        `POST /api/v1/runs/r/batches HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${BATCH_TYPE}\r\ncontent-length: 9999999999\r\n\r\nabc`,
      );
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413/);
  });

  it("a blob goes up and down in a stream, and half an upload is not there", async () => {
    const server = await startTestServer();
    await server.ready;
    const bytes = randomBytes(3_000_000);
    const path = `${server.url}/api/v1/blobs/${createHash("sha256").update(bytes).digest("hex")}`;
    const half = httpRequest(path, { method: "PUT", headers: { "content-length": bytes.length } });
    half.on("error", () => {});
    await new Promise<void>((resolve) => half.write(bytes.subarray(0, 1_000_000), () => resolve()));
    await sleep(50);
    half.destroy();
    expect((await fetch(path, { method: "HEAD" })).status).toBe(404);
    expect((await fetch(path, { method: "PUT", body: bytes })).status).toBe(201);
    expect((await fetch(path, { method: "PUT", body: bytes })).status).toBe(200);
    expect(Buffer.from(await (await fetch(path)).arrayBuffer()).equals(bytes)).toBe(true);
    const part = await fetch(path, { headers: { range: "bytes=-10" } });
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(-10))).toBe(true);
  });

  it("a client that reads nothing is not buffered for, and is told to fetch again", async () => {
    const { server, store } = await startFake();
    await store.createRun({ runId: "r", project: "p" });
    const socket = connect(server.port, "127.0.0.1");
    socket.write("GET /api/v1/events?run=r HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await new Promise((resolve) => socket.once("data", resolve));
    socket.pause();
    const n = 20_000;
    const values = new Float64Array(n).map(Math.random);
    for (let i = 0; i < 150; i++) {
      const rows = { steps: values, wallMs: values, columns: [{ kind: "number" as const, key: "x", values }] };
      store.runs.get("r")!.events.length = 0;
      await store.append("r", [{ events: [{ type: "rows", rows }] }]);
      await sleep(2);
    }
    let text = "";
    socket.on("data", (data) => {
      text = text.slice(-10_000) + String(data);
    });
    socket.resume();
    while (!text.includes('"too-slow"')) await sleep(10);
    socket.destroy();
    expect(text).toContain("event: reset");
  });
});
