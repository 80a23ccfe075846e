import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type RunningServer, startServer } from "../../src/server/index.ts";
import { makeSampleStore } from "./sample-store.ts";
import { trainlog } from "./trainlog-process.ts";

// Every test here starts processes, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let folder = "";
let server: RunningServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "trainlog-sync-"));
  await makeSampleStore(join(folder, "trainlog"));
  server = await startServer({ dir: join(folder, "server"), port: 0, token: "secret" });
  await server.ready;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("trainlog sync", () => {
  it("sends a run, once", async () => {
    const env = { TRAINLOG_TOKEN: "secret" };
    const sent = await trainlog(["sync", "baseline", "--url", server.url], { cwd: folder, env });
    expect(sent).toEqual({ code: 0, stdout: "sent  20260102-030405-aaaaaaaa\n", stderr: "" });
    const [run] = await (await server.ready).findRuns("baseline");
    expect(run).toMatchObject({ state: "finished", rowCount: 200, project: "digits" });
    const again = await trainlog(["sync", "baseline", "--url", server.url, "--json"], { cwd: folder, env });
    expect(JSON.parse(again.stdout).runs).toMatchObject([{ state: "unchanged" }]);
    expect((await trainlog(["sync", "--url", server.url], { cwd: folder, env })).stdout).toBe(
      `nothing left to send to ${server.url}\n`,
    );
  });

  it("fails with 1 and the reason when the server does not let it in", async () => {
    const { code, stdout } = await trainlog(["sync", "wide", "--url", server.url, "--timeout", "5"], { cwd: folder });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^not sent {2}20260102-030406-bbbbbbbb: .*token/);
  });

  it("asks where to, with 2", async () => {
    const { code, stderr } = await trainlog(["sync"], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain("--url URL");
    const wrong = await trainlog(["sync", "--url", "gpu-box:5000"], { cwd: folder });
    expect(wrong).toEqual({
      code: 2,
      stdout: "",
      stderr: 'trainlog: --url: expected an address such as http://gpu-box:5000, got "gpu-box:5000"\n',
    });
  });
});
