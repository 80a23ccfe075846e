import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BATCH_TYPE, type PointsAnswer } from "../api/index.ts";
import type { RunEvent } from "../run/event.ts";
import { encodeBody } from "../run-log/codec/body.ts";
import { FakeStore } from "./fake-store.ts";
import { type RunningServer, type ServeOptions, startServer } from "./listen.ts";

let dir = "";
const running: RunningServer[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "trainlog-server-"));
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
  rmSync(dir, { recursive: true, force: true });
});

async function start(options: Partial<ServeOptions> = {}): Promise<RunningServer> {
  const server = await startServer({ dir, port: 0, onProblem: () => {}, ...options });
  running.push(server);
  return server;
}

/** Starts a server over a store in memory. */
async function startFake(options: Partial<ServeOptions> = {}): Promise<{ server: RunningServer; store: FakeStore }> {
  const store = new FakeStore();
  const server = await start({ openStore: async () => store, ...options });
  await server.ready;
  return { server, store };
}

function batch(runId: string, seq: number): Uint8Array<ArrayBuffer> {
  const first: RunEvent[] = seq === 0 ? [{ type: "start", runId, project: "p", wallMs: 1 }] : [];
  const rows = {
    steps: Float64Array.of(seq),
    wallMs: Float64Array.of(seq),
    columns: [{ kind: "number" as const, key: "loss", values: Float64Array.of(seq) }],
  };
  return encodeBody([{ origin: { writerId: "w", seq }, events: [...first, { type: "rows", rows }] }]);
}

function post(url: string, runId: string, seq: number): Promise<Response> {
  const init = { method: "POST", body: batch(runId, seq), headers: { "content-type": BATCH_TYPE } };
  return fetch(`${url}/api/v1/runs/${runId}/batches`, init);
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
    const server = await start({ openStore: () => promise });
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
    const server = await start({
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
    const server = await start({ openStore: () => promise });
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
    const server = await start();
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

describe("with the real store", () => {
  it("a run that is sent is listed, charted, and comes live", async () => {
    const server = await start();
    await server.ready;
    const stream = (await fetch(`${server.url}/api/v1/events?run=run-1`)).body!.getReader();
    await stream.read();
    for (let seq = 0; seq < 3; seq++) expect((await post(server.url, "run-1", seq)).status).toBe(200);
    let live = "";
    while (!/"firstIndex":2|"values":\[[\d,]*2\]/.test(live))
      live += new TextDecoder().decode((await stream.read()).value);
    await stream.cancel();
    const series = await (await fetch(`${server.url}/api/v1/runs/run-1/series?key=loss`)).json();
    expect(series).toMatchObject({ series: [{ form: "exact", x: [0, 1, 2], values: [0, 1, 2], nextIndex: 3 }] });
    const list = (await (await fetch(`${server.url}/api/v1/runs?project=p`)).json()) as { runs: unknown[] };
    expect(list.runs).toMatchObject([{ runId: "run-1", state: "running" }]);
  });

  it("killed again and again under a sending client, it has every acknowledged point exactly once", async () => {
    const script = `
      import { startServer } from ${JSON.stringify(new URL("./listen.ts", import.meta.url).href)};
      const server = await startServer({ dir: process.argv[1], port: 0 });
      await server.ready;
      console.log(server.url);`;
    let seq = 0;
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, ["--input-type=module", "--eval", script, dir], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const url = await new Promise<string>((resolve) =>
        child.stdout.once("data", (data) => resolve(String(data).trim())),
      );
      // It dies some milliseconds after its seventh answer, in the middle of whatever it is doing.
      const answers = seq + 7;
      for (let status = 200; status === 200; seq += status === 200 ? 1 : 0) {
        if (seq === answers) setTimeout(() => child.kill("SIGKILL"), 3 * round);
        // A batch without an answer is sent again, to the next server.
        status = await post(url, "run-1", seq).then(
          (answer) => answer.status,
          () => 0,
        );
      }
      expect(seq).toBeGreaterThanOrEqual(answers);
      child.kill("SIGKILL");
      await new Promise((resolve) => child.once("close", resolve));
    }
    const server = await start();
    await (await server.ready).refresh();
    expect((await post(server.url, "run-1", seq)).status).toBe(200);
    const points = (await (await fetch(`${server.url}/api/v1/runs/run-1/points?key=loss`)).json()) as PointsAnswer;
    expect(points.values).toEqual(Array.from({ length: seq + 1 }, (_, i) => i));
  });
});
