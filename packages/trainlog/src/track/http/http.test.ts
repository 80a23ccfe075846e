import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { image, table } from "../../run/media.ts";
import { sealRun } from "../../run-log/seal/index.ts";
import { HttpTracker } from "../http-tracker.ts";
import { type InitOptions, init } from "../init.ts";
import type { Run } from "../run.ts";
import { backoffMs, retryAfterMs } from "./backoff.ts";
import { readBookmark, writeBookmark } from "./bookmark.ts";
import { FakeServer, type Fault, json } from "./fake-server.ts";
import { syncRuns } from "./sync-runs.ts";

let dir = "";
let server: FakeServer;
const warnings: string[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "trainlog-http-"));
  warnings.length = 0;
  server = await new FakeServer().listen();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close().catch(() => {});
  rmSync(dir, { recursive: true, force: true });
});

function begin(options: InitOptions = {}): Promise<Run> {
  return init({ dir, url: server.url, id: "r", capture: false, warn: (message) => warnings.push(message), ...options });
}

/** Answers the first `times` requests that are batches by `answer`. */
function failFirst(times: number, answer: (request: IncomingMessage, response: ServerResponse) => void): Fault {
  let left = times;
  return (request, response) => {
    if (!request.url?.endsWith("/batches") || left === 0) return false;
    left -= 1;
    answer(request, response);
    return true;
  };
}

async function logTen(run: Run): Promise<void> {
  for (let i = 0; i < 10; i++) {
    run.log({ i });
    run.flushNow();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const TEN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

describe("a run that goes to a server", () => {
  it("is a folder first and arrives whole, blobs before the events that refer to them", async () => {
    const run = await begin({ config: { lr: 1 } });
    expect(run.url).toBe(`${server.url}/runs/r`);
    await logTen(run);
    run.log({ img: image({ data: new Uint8Array(4), width: 2, height: 2 }) });
    await run.artifact({ "w.bin": Uint8Array.of(1, 2, 3) });
    await run.finish();
    expect(server.steps("r")).toEqual(TEN);
    expect(server.runs.get("r")?.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["start", "config", "media", "artifact", "finish"]),
    );
    expect(server.blobs.size).toBe(2);
    const lastPut = server.requests.findLastIndex((request) => request.startsWith("PUT"));
    const lastPost = server.requests.findLastIndex((request) => request.endsWith("/batches"));
    expect(lastPut).toBeLessThan(lastPost);
    expect(readBookmark(run.dir ?? "")).toMatchObject({ url: server.url, complete: true, refused: 0 });
    expect(warnings).toEqual([]);
  });

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ["500", (_, response) => json(response, 500, { detail: "oops" })],
    ["429 with Retry-After", (_, response) => json(response, 429, {}, { "retry-after": "0" })],
    ["503 while the server starts", (_, response) => json(response, 503, {}, { "retry-after": "0.05" })],
    ["garbage with status 200", (_, response) => response.end("<html>a captive portal</html>")],
    ["a connection cut before the answer", (request) => request.destroy()],
    [
      "a connection cut in the middle of the answer",
      (_, response) => {
        response.write("{");
        setTimeout(() => response.destroy(), 5);
      },
    ],
  ])("survives %s: everything arrives once, with one warning", async (_, answer) => {
    server.fault = failFirst(2, answer);
    const run = await begin();
    await logTen(run);
    await run.finish();
    expect(server.steps("r")).toEqual(TEN);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain("Training goes on");
    expect(warnings[1]).toContain("answers again");
  });

  it("is delivered once although the answers to stored batches are lost", async () => {
    let cut = 3;
    server.fault = (request, response) => {
      if (!request.url?.endsWith("/batches") || cut-- <= 0) return false;
      response.end = () => {
        request.socket.destroy();
        return response;
      };
      return false;
    };
    const run = await begin();
    await logTen(run);
    await run.finish();
    expect(server.steps("r")).toEqual(TEN);
  });

  it("stays on disk while the server is away; finish is bounded and prints the command that sends it", async () => {
    const { url } = server;
    await server.close();
    const run = await begin({ url });
    await logTen(run);
    const startMs = performance.now();
    await run.finish({ timeoutMs: 200 });
    expect(performance.now() - startMs).toBeLessThan(2_000);
    expect(warnings.at(-1)).toContain(`npx trainlog sync r --dir ${dir} --url ${url}`);
    const port = Number(new URL(url).port);
    server = await new FakeServer().listen(port);
    expect(await syncRuns(dir, { url })).toEqual([{ runId: "r", state: "sent", refused: 0 }]);
    expect(server.steps("r")).toEqual(TEN);
    expect(server.runs.get("r")?.at(-1)?.type).toBe("finish");
    expect(await syncRuns(dir, { url })).toEqual([]);
    expect(await syncRuns(dir, { url, runIds: ["r"] })).toEqual([{ runId: "r", state: "unchanged", refused: 0 }]);
    await expect(syncRuns(dir, { url, runIds: ["other"] })).rejects.toMatchObject({ code: "run/not-found" });
  });

  it("gives up a server that never answers, in time", async () => {
    server.fault = () => true;
    const run = await begin();
    run.log({ a: 1 });
    const startMs = performance.now();
    await run.finish({ timeoutMs: 100 });
    expect(performance.now() - startMs).toBeLessThan(2_000);
    expect(warnings.join()).toContain("trainlog sync");
  });

  it("is sent from the beginning to a server that lost it", async () => {
    const run = await begin();
    await logTen(run);
    await vi.waitFor(() => expect(server.steps("r")).toEqual(TEN));
    server.forget();
    run.log({ i: 10 });
    await run.finish();
    expect(server.steps("r")).toEqual([...TEN, 10]);
  });

  it("goes on behind a batch that the server refuses, and says so", async () => {
    const run = await begin();
    server.fault = (request, response) => {
      const isLarge = Number(request.headers["content-length"]) > 100_000;
      if (isLarge) {
        request.resume();
        json(response, 413, { code: "http/too-large", detail: "at most 100 kB" });
      }
      return isLarge;
    };
    await logTen(run);
    run.alert("x".repeat(200_000));
    run.flushNow();
    run.log({ i: 10 });
    await run.finish();
    expect(server.steps("r")).toEqual([...TEN, 10]);
    expect(server.runs.get("r")?.some(({ type }) => type === "alert")).toBe(false);
    expect(readBookmark(run.dir ?? "")).toMatchObject({ refused: 1, complete: true });
    expect(warnings).toEqual([expect.stringContaining("refused")]);
  });

  it("stops at a wrong token, and never writes the token down", async () => {
    vi.stubEnv("TRAINLOG_TOKEN", "s3cret-t0ken");
    const seen: (string | undefined)[] = [];
    server.fault = (request, response) => {
      seen.push(request.headers.authorization);
      json(response, 401, { code: "auth/bad-token", detail: "unknown token" });
      return true;
    };
    const run = await begin({ url: server.url.replace("//", "//user:pa55@") });
    run.log({ a: 1 });
    await run.finish();
    expect(seen).toContain("Bearer s3cret-t0ken");
    expect(warnings.join()).toContain("unknown token");
    const everything = readdirSync(run.dir ?? "")
      .map((name) => readFileSync(join(run.dir ?? "", name), "utf8"))
      .join();
    expect(everything + warnings.join()).not.toMatch(/s3cret|pa55/);
  });

  it("sends nothing, silently, when the server shows this very folder", async () => {
    server.fault = (_, response) => {
      json(response, 409, { code: "run/locked", detail: "written by process 1" });
      return true;
    };
    const run = await begin();
    run.log({ a: 1 });
    await run.finish();
    expect(warnings.join()).not.toContain("trainlog sync");
    expect(readdirSync(run.dir ?? "")).not.toContain("remote.json");
  });

  it("continues in another process's place: a resumed run sends what the first one could not", async () => {
    const { url } = server;
    await server.close();
    const first = await begin({ url });
    await logTen(first);
    await first.finish({ timeoutMs: 50 });
    server = await new FakeServer().listen(Number(new URL(url).port));
    const second = await begin({ url, resume: "must" });
    second.log({ i: 10 });
    await second.finish();
    expect(server.steps("r")).toEqual([...TEN, 10]);
  });

  it("never slows log: a thousand calls against a dead server take no time", async () => {
    server.fault = () => true;
    const run = await begin();
    const { user, system } = process.cpuUsage();
    for (let i = 0; i < 1000; i++) run.log({ i });
    const after = process.cpuUsage();
    expect((after.user + after.system - user - system) / 1000).toBeLessThan(200); // µs per call; usually 2
    await run.finish({ timeoutMs: 10 });
  });
});

describe("syncRuns", () => {
  it("sends a run that was never tracked over HTTP, twice without a change", async () => {
    const local = await init({ dir, id: "local", capture: false, warn: (message) => warnings.push(message) });
    await logTen(local);
    local.log({ t: table([{ a: 1 }]) });
    await local.finish();
    expect(existsSync(join(local.dir ?? "", "remote.json"))).toBe(false);
    const send = (): ReturnType<typeof syncRuns> => syncRuns(dir, { url: server.url, runIds: ["local"] });
    expect(await send()).toMatchObject([{ state: "sent" }]);
    rmSync(join(local.dir ?? "", "remote.json"));
    expect(await send()).toMatchObject([{ state: "sent" }]);
    expect(server.steps("local")).toEqual(TEN);
  });

  it("goes on after a run that fails", async () => {
    for (const id of ["a", "b"]) {
      const run = await init({ dir, id, capture: false });
      run.log({ x: 1 });
      await run.finish();
    }
    server.fault = (request, response) => {
      if (!request.url?.includes("/runs/a/")) return false;
      json(response, 403, { detail: "not yours" });
      return true;
    };
    const reports = await syncRuns(dir, { url: server.url, runIds: ["a", "b"], warn: () => {} });
    expect(reports).toMatchObject([
      { state: "failed", message: expect.stringContaining("not yours") },
      { state: "sent" },
    ]);
  });
});

describe("a run that goes on after it was sent, or was sealed", () => {
  const warn = (message: string): void => void warnings.push(message);
  const sync = (): ReturnType<typeof syncRuns> => syncRuns(dir, { url: server.url, runIds: ["r"], warn });
  const runDir = (): string => join(dir, "runs/r");

  /** Logs steps `from` to `from + 9`, without a server unless `url` names one. */
  async function logLocally(from: number, options: InitOptions = {}): Promise<void> {
    const run = await init({ dir, id: "r", capture: false, resume: "allow", warn, ...options });
    for (let step = from; step < from + 10; step++) {
      run.log({ i: step }, { step });
      run.flushNow();
    }
    await run.finish();
  }

  const steps = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

  it("is sent again from where it was: tracked here, then without a server", async () => {
    await logLocally(0, { url: server.url });
    expect(readBookmark(runDir())?.complete).toBe(true);
    await logLocally(10);
    expect(readBookmark(runDir())?.complete).toBe(false);
    expect(await syncRuns(dir, { url: server.url, warn })).toMatchObject([{ runId: "r", state: "sent" }]);
    expect(await sync()).toMatchObject([{ state: "unchanged" }]);
    expect(server.steps("r")).toEqual(steps(20));
  });

  it("is sent whole when it was sealed before anything was sent, once, also after a kill in the middle", async () => {
    await logLocally(0);
    sealRun(runDir());
    server.fault = failFirst(1, (_, response) => json(response, 403, { detail: "not now" }));
    expect(await sync()).toMatchObject([{ state: "failed", message: expect.stringContaining("not now") }]);
    server.fault = undefined;
    expect(await sync()).toMatchObject([{ state: "sent" }]);
    expect(await sync()).toMatchObject([{ state: "unchanged" }]);
    expect(server.steps("r")).toEqual(steps(10));
  });

  it.each(["with its server", "without"])("goes on behind a sealed file, %s", async (how) => {
    await logLocally(0, { url: server.url });
    sealRun(runDir());
    await logLocally(10, how === "without" ? {} : { url: server.url });
    if (how === "without") expect(await sync()).toMatchObject([{ state: "sent" }]);
    sealRun(runDir());
    await logLocally(20);
    expect(await sync()).toMatchObject([{ state: "sent" }]);
    expect(server.steps("r")).toEqual(steps(30));
  });

  it("goes on behind what was sent of a sealed run and of the segments after it", async () => {
    await logLocally(0);
    sealRun(runDir());
    await logLocally(10);
    expect(await sync()).toMatchObject([{ state: "sent" }]);
    await logLocally(20);
    expect(await sync()).toMatchObject([{ state: "sent" }]);
    await logLocally(30, { url: server.url });
    expect(server.steps("r")).toEqual(steps(40));
  });

  it("is refused with a way out when it was sealed and nobody can tell what the server has", async () => {
    server.fault = failFirst(1, (_, response) => json(response, 403, { detail: "no" }));
    await logLocally(0, { url: server.url });
    server.fault = undefined;
    await logLocally(10, { url: server.url });
    const position = readBookmark(runDir())?.position ?? { segment: 1, offset: 0, batches: 1 };
    // As by a version that sealed runs of which a part was sent.
    writeBookmark(runDir(), { url: server.url, runId: "r", position, refused: 0, complete: false });
    sealRun(runDir());
    const refused = { state: "failed", message: expect.stringMatching(/sealed after a part of it was sent; delete/) };
    expect(await sync()).toMatchObject([refused]);
    await expect(begin({ resume: "must" })).rejects.toMatchObject({ code: "sync/sealed" });
    rmSync(join(runDir(), "remote.json"));
    const known = { state: "failed", message: expect.stringMatching(/has this run already/) };
    expect(await sync()).toMatchObject([known]);
    await expect(begin({ resume: "must" })).rejects.toThrow(/first: npx trainlog sync r --dir/);
    expect(server.steps("r")).toEqual(steps(20));
    const away = await syncRuns(dir, { url: "http://127.0.0.1:1", runIds: ["r"], warn });
    expect(away).toMatchObject([{ state: "failed", message: expect.stringMatching(/^http:\/\/127.0.0.1:1: .*\w/) }]);
    server.fault = (_, response) => {
      json(response, 401, {});
      return true;
    };
    expect(await sync()).toMatchObject([{ state: "failed", message: expect.stringContaining("answered 401") }]);
    server.fault = undefined;
    server.forget();
    expect(await sync()).toMatchObject([{ state: "sent" }]);
    expect(server.steps("r")).toEqual(steps(20));
  });
});

describe("HttpTracker", () => {
  it("sends each of its runs", async () => {
    const tracker = new HttpTracker({ url: server.url, dir, capture: false, experimentName: "e" });
    await tracker.init({ lr: 1 });
    const { id } = tracker.run;
    tracker.log({ loss: 1 });
    await tracker.finish({ best: 1 });
    expect(server.runs.get(id)?.map(({ type }) => type)).toEqual(["start", "config", "rows", "summary", "finish"]);
    expect(server.runs.get(id)?.[0]).toMatchObject({ project: "e" });
  });
});

describe("back-off", () => {
  it("grows to a minute, with jitter, and never spins", () => {
    expect([1, 2, 3, 30].map((failures) => backoffMs(failures, 1))).toEqual([500, 1000, 2000, 60_000]);
    expect(backoffMs(5, 0)).toBe(50);
  });

  it("reads Retry-After as seconds or a date, and bounds it", () => {
    const now = Date.parse("2026-11-21T00:00:00Z");
    expect(retryAfterMs("2", now)).toBe(2000);
    expect(retryAfterMs("Sat, 21 Nov 2026 00:00:05 GMT", now)).toBe(5000);
    expect(retryAfterMs("99999999", now)).toBe(300_000);
    expect([retryAfterMs(null, now), retryAfterMs("soon", now)]).toEqual([undefined, undefined]);
  });
});
