import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openStore } from "../../src/store/index.ts";
import { makeSampleStore } from "./sample-store.ts";
import { type CommandOptions, type RunningCommand, startTrainlog, trainlog } from "./trainlog-process.ts";

// Every test here starts processes, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let folder = "";
let running: RunningCommand[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trainlog-serve-"));
});
afterEach(async () => {
  for (const { child } of running) child.kill("SIGKILL");
  await Promise.all(running.map(({ result }) => result));
  running = [];
  rmSync(folder, { recursive: true, force: true });
});

function start(args: readonly string[], options: CommandOptions = {}): RunningCommand {
  const command = startTrainlog(args, { cwd: folder, ...options });
  running.push(command);
  return command;
}

/** The address that a starting server prints. */
async function addressOf(command: RunningCommand): Promise<string> {
  return (await command.until(/trainlog is at (http:\S+)/))[1]!;
}

/** Takes a port; 0 takes any. */
async function takePort(port: number): Promise<{ server: Server; port: number } | undefined> {
  const server = createServer();
  const taken = await new Promise<boolean>((settle) => {
    server.once("error", () => settle(false));
    server.listen(port, "127.0.0.1", () => settle(true));
  });
  const address = server.address();
  return taken && address !== null && typeof address === "object" ? { server, port: address.port } : undefined;
}

describe("trainlog serve", () => {
  it("serves a store, and ends well on Ctrl-C", async () => {
    await makeSampleStore(join(folder, "trainlog"));
    const command = start(["serve", "--port", "0"]);
    const url = await addressOf(command);
    await command.until(/folder .*trainlog, 3 runs/);
    const answer = await fetch(`${url}/api/v1/runs`);
    expect(await answer.json()).toMatchObject({ total: 3 });
    command.child.kill("SIGINT");
    const { code, stdout, stderr } = await command.result;
    expect(code).toBe(0);
    // A slow machine may say that the store is still opening.
    expect(stderr).toMatch(/^(opening the store …\n)?stopping …\n$/);
    expect(stdout).toMatch(/^trainlog is at http/);
    expect(stdout).not.toContain("no runs yet");
  });

  it("makes the folder, and says how to log the first run", async () => {
    const command = start(["serve", "--port", "0", "--dir", "new/store"]);
    await command.until(/trainlog\.init\(/);
    command.child.kill("SIGTERM");
    expect((await command.result).code).toBe(0);
  });

  it("takes the next free port and says so, but only when no port was asked for", async () => {
    // On a machine where 5000 is taken already, that one does.
    const taken = await takePort(5000);
    try {
      const command = start([]);
      const url = await addressOf(command);
      await command.until(/\(port 5000 is taken by another program; this is the next free one\)/);
      expect(Number(new URL(url).port)).toBeGreaterThan(5000);
      expect((await fetch(`${url}/api/v1/health`)).status).toBe(200);
    } finally {
      taken?.server.close();
    }
  });

  it("fails when the port that was asked for is taken", async () => {
    const taken = await takePort(0);
    try {
      const { code, stdout, stderr } = await trainlog(["serve", "--port", String(taken!.port)], { cwd: folder });
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain(`port ${taken!.port} on 127.0.0.1 is taken by another program`);
    } finally {
      taken?.server.close();
    }
  });

  it("refuses an address that others can reach without a token, and asks for the token when there is one", async () => {
    const refused = await trainlog(["serve", "--host", "0.0.0.0", "--port", "0"], { cwd: folder });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("token");
    const command = start(["serve", "--port", "0"], { env: { TRAINLOG_TOKEN: "open sesame" } });
    const url = await addressOf(command);
    await command.until(/it asks for the token/);
    await command.until(/folder /);
    expect((await fetch(`${url}/api/v1/runs`)).status).toBe(401);
    expect((await fetch(`${url}/api/v1/runs`, { headers: { authorization: "Bearer open sesame" } })).status).toBe(200);
    expect(command.output.stdout + command.output.stderr).not.toContain("sesame");
  });

  it("gives its address as JSON, for programs", async () => {
    const command = start(["serve", "--port", "0", "--json"]);
    await command.until(/^\}/m);
    const facts = JSON.parse(command.output.stdout);
    expect(facts).toMatchObject({ dir: join(folder, "trainlog"), pid: command.child.pid, runCount: 0 });
    expect((await fetch(`${facts.url}/api/v1/health`)).status).toBe(200);
  });

  it("refuses to serve a store twice, and names the server that has it", async () => {
    const first = start(["serve", "--port", "0"]);
    const url = await addressOf(first);
    await first.until(/folder /);
    const { code, stdout, stderr } = await trainlog(["serve", "--port", "0"], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(url);
    expect(stderr).toContain(String(first.child.pid));
  });
});

describe("trainlog rm and restore beside a server", () => {
  it("ask the server, which shows the change at once", async () => {
    await makeSampleStore(join(folder, "trainlog"));
    const command = start(["serve", "--port", "0"], { env: { TRAINLOG_TOKEN: "secret" } });
    const url = await addressOf(command);
    await command.until(/folder /);
    const total = async (): Promise<number> => {
      const answer = await fetch(`${url}/api/v1/runs`, { headers: { authorization: "Bearer secret" } });
      return ((await answer.json()) as { total: number }).total;
    };
    const withoutToken = await trainlog(["rm", "baseline"], { cwd: folder });
    expect(withoutToken.code).toBe(1);
    expect(withoutToken.stderr).toContain("set $TRAINLOG_TOKEN");
    expect(await total()).toBe(3);
    const env = { TRAINLOG_TOKEN: "secret" };
    expect((await trainlog(["rm", "baseline"], { cwd: folder, env })).code).toBe(0);
    expect(await total()).toBe(2);
    expect((await trainlog(["restore", "20260102-030405-aaaaaaaa"], { cwd: folder, env })).code).toBe(0);
    expect(await total()).toBe(3);
    const again = await trainlog(["restore", "20260102-030405-aaaaaaaa"], { cwd: folder, env });
    expect(again.code).toBe(1);
    expect(again.stderr).toContain(`no run "20260102-030405-aaaaaaaa" in the trash`);
  });
});

describe("trainlog demo", () => {
  it("trains, shows it while it trains, and exits with --once", async () => {
    const command = start(["demo", "--once", "--port", "0", "--steps", "60", "--seconds", "6"]);
    const url = await addressOf(command);
    await command.until(/training 10 small models for 6\.0 s/);
    const moving = async (): Promise<number> => {
      const { runs } = (await (await fetch(`${url}/api/v1/runs`)).json()) as {
        runs: { state: string; lastStep?: number }[];
      };
      return runs.filter(({ state, lastStep = 0 }) => state === "running" && lastStep > 0 && lastStep < 59).length;
    };
    await expect.poll(moving, { timeout: 30_000, interval: 100 }).toBeGreaterThan(0);
    const { code, stderr } = await command.result;
    expect(code).toBe(0);
    expect(stderr).toMatch(/^(opening the store …\n)?$/);
    await using store = await openStore(join(folder, "trainlog"), { mode: "read" });
    const { runs } = await store.listRuns();
    expect(runs.map(({ state, lastStep }) => `${state} ${lastStep}`)).toEqual(new Array(10).fill("finished 60"));
    const looks = async (name: string): Promise<Set<string>> => {
      const [run] = await store.findRuns(name);
      expect((await store.console(run!.runId)).lines.at(-1)?.text).toMatch(/^step 60 {2}loss \d.* eval\/loss \d/);
      expect(await store.artifacts(run!.runId)).toMatchObject([{ name: "model", kind: "model" }]);
      expect((await store.metrics(run!.runId)).map(({ key }) => key)).toEqual(
        expect.arrayContaining(["loss", "eval/loss", "learning_rate", "gradient_norm", "examples_per_s"]),
      );
      const { keys } = await store.media(run!.runId);
      return new Set(keys.map(({ key, kind }) => `${kind} ${key}`).filter((look) => !look.startsWith("histogram")));
    };
    expect(await looks("relu-lr-0.01")).toEqual(
      new Set(["confusion-matrix eval/confusion_matrix", "image eval/decision boundary", "table eval/predictions"]),
    );
    expect(await looks("cnn")).toEqual(
      new Set(["confusion-matrix eval/confusion_matrix", "image eval/surest mistakes", "table eval/mistakes"]),
    );
    expect(await looks("mlp-8")).toEqual(new Set(["table eval/probes"]));
  });

  it("stays up when the training is done, until Ctrl-C", async () => {
    const command = start(["demo", "--port", "0", "--steps", "5", "--seconds", "0"]);
    const url = await addressOf(command);
    await command.until(/the training is done; the runs are in .*\ncompare them at http/);
    expect((await fetch(`${url}/api/v1/health`)).status).toBe(200);
    command.child.kill("SIGINT");
    expect((await command.result).code).toBe(0);
  });

  it("ends its training too when it is stopped in the middle", async () => {
    const command = start(["demo", "--port", "0", "--steps", "100000", "--seconds", "3600"]);
    await command.until(/training 10 small models/);
    const url = await addressOf(command);
    await expect
      .poll(async () => ((await (await fetch(`${url}/api/v1/runs`)).json()) as { total: number }).total, {
        timeout: 15_000,
      })
      .toBe(10);
    command.child.kill("SIGTERM");
    expect((await command.result).code).toBe(0);
    await using store = await openStore(join(folder, "trainlog"), { mode: "read" });
    const { runs } = await store.listRuns();
    expect(runs.map(({ state }) => state)).toEqual(new Array(10).fill("killed"));
  });
});
