import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { PointsAnswer } from "../api/index.ts";
import { post, startTestServer, testDir } from "./test-server.ts";

describe("with the real store", () => {
  it("a run that is sent is listed, charted, and comes live", async () => {
    const server = await startTestServer();
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

  it("a stream is reset when the server was started again, and a run keeps its points and its place", async () => {
    const first = await startTestServer();
    await first.ready;
    await post(first.url, "run-1", 0);
    const stream = (await fetch(`${first.url}/api/v1/events?run=run-1`)).body!.getReader();
    const hello = new TextDecoder().decode((await stream.read()).value);
    const lastEventId = /^id: (.*)$/m.exec(hello)![1]!;
    await first.close();
    expect((await stream.read()).done).toBe(true);
    const second = await startTestServer({ port: first.port });
    await second.ready;
    const resumed = await fetch(`${second.url}/api/v1/events?run=run-1`, { headers: { "last-event-id": lastEventId } });
    const reader = resumed.body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('"reason":"restarted"');
    await post(second.url, "run-1", 1);
    let live = "";
    while (!live.includes('"rows"')) live += new TextDecoder().decode((await reader.read()).value);
    expect(live).toContain('"firstIndex":1');
    await reader.cancel();
  });

  it("two servers on one folder: the second one names the first", async () => {
    const first = await startTestServer();
    await first.ready;
    const second = await startTestServer();
    await expect(second.ready).rejects.toMatchObject({
      code: "store/locked",
      message: expect.stringContaining(first.url),
    });
    await second.closed;
  });

  it("names are data: a run of a project with slashes, dots and markup is found by them", async () => {
    const server = await startTestServer();
    await server.ready;
    const project = `../../etc/<b>'"; DROP TABLE runs; -- 🎉 ${"x".repeat(10_000)}`;
    const body = JSON.stringify({ runId: "r", project, name: "a/../b", tags: ["%_'"], config: { lr: 0.1 } });
    const init = { method: "POST", body, headers: { "content-type": "application/json" } };
    expect((await fetch(`${server.url}/api/v1/runs`, init)).status).toBe(200);
    const found = async (query: string): Promise<number> => {
      const answer = await fetch(`${server.url}/api/v1/runs?${query}`);
      return ((await answer.json()) as { total: number }).total;
    };
    expect(await found(new URLSearchParams({ project }).toString())).toBe(1);
    expect(await found(new URLSearchParams({ tag: "%_'" }).toString())).toBe(1);
    expect(await found("tag=%25")).toBe(0);
    expect(await found("q=A/../B")).toBe(1);
    expect(await found("q=%25")).toBe(1);
    expect(await found("q=_zz")).toBe(0);
    expect(await (await fetch(`${server.url}/api/v1/runs/r`)).json()).toMatchObject({
      project,
      name: "a/../b",
      config: { lr: 0.1 },
    });
  });

  it("a run is edited, deleted and restored", async () => {
    const server = await startTestServer();
    await server.ready;
    await post(server.url, "run-1", 0);
    const call = async (
      method: string,
      path: string,
      body?: object,
    ): Promise<{ readonly status: number; readonly json: unknown }> => {
      const answer = await fetch(`${server.url}/api/v1/runs/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      });
      return { status: answer.status, json: await answer.json() };
    };
    expect(await call("PATCH", "run-1", { name: "best", tags: ["a"] })).toMatchObject({
      status: 200,
      json: { name: "best", tags: ["a"] },
    });
    expect(await call("DELETE", "run-1")).toEqual({ status: 200, json: { runId: "run-1" } });
    expect(await call("GET", "run-1")).toMatchObject({ status: 404, json: { code: "run/not-found" } });
    expect(await call("POST", "run-1/restore")).toMatchObject({ status: 200, json: { name: "best" } });
    expect(await call("GET", "run-1/points?key=loss")).toMatchObject({ status: 200, json: { values: [0] } });
  });

  it("killed again and again under a sending client, it has every acknowledged point exactly once", async () => {
    let seq = 0;
    for (let round = 0; round < 3; round++) {
      const { url, kill } = await serveInProcess();
      // It dies some milliseconds after its seventh answer, in the middle of whatever it is doing.
      const answers = seq + 7;
      for (let status = 200; status === 200; seq += status === 200 ? 1 : 0) {
        if (seq === answers) setTimeout(kill, 3 * round);
        // A batch without an answer is sent again, to the next server.
        status = await post(url, "run-1", seq).then(
          (answer) => answer.status,
          () => 0,
        );
      }
      await kill();
      expect(seq).toBeGreaterThanOrEqual(answers);
    }
    const server = await startTestServer();
    await (await server.ready).refresh();
    expect((await post(server.url, "run-1", seq)).status).toBe(200);
    const points = (await (await fetch(`${server.url}/api/v1/runs/run-1/points?key=loss`)).json()) as PointsAnswer;
    expect(points.values).toEqual(Array.from({ length: seq + 1 }, (_, i) => i));
  }, 60_000);
});

/** A server in a process of its own on the folder of this test. `kill` comes back when it is dead; it dies anyway when the test's time is over. */
async function serveInProcess(): Promise<{ readonly url: string; readonly kill: () => Promise<void> }> {
  const script = `
    import { startServer } from ${JSON.stringify(new URL("./listen.ts", import.meta.url).href)};
    const server = await startServer({ dir: process.argv[1], port: 0 });
    await server.ready;
    console.log(server.url);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script, testDir()], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 50_000,
    killSignal: "SIGKILL",
  });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (data) => resolve(String(data).trim()));
    child.once("close", (code) => reject(new Error(`the server ended with code ${code} before it said its address`)));
  });
  const kill = (): Promise<void> => {
    child.kill("SIGKILL");
    return closed;
  };
  return { url, kill };
}
