import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RowsEvent } from "../../run/event.ts";
import { maskSecrets } from "./command-line.ts";
import { captureConsole } from "./console.ts";
import { gitFacts, withoutCredentials } from "./git.ts";
import { parseGpus } from "./gpu.ts";
import { packageFacts } from "./packages.ts";
import { parseNetwork, sampleSystem } from "./system-metrics.ts";

let dir = "";

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "trainlog-capture-"));
});

afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

function git(...args: string[]): void {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
  execFileSync("git", [...identity, ...args], { cwd: dir, stdio: "ignore" });
}

describe("gitFacts", () => {
  it("tells commit, branch, remote without credentials and the diff", async () => {
    git("init", "-b", "main");
    writeFileSync(join(dir, "a.txt"), "one\n");
    git("add", ".");
    git("commit", "-m", "first");
    git("remote", "add", "origin", "https://user:t0ken@example.org/x.git?key=1");
    expect(await gitFacts(dir)).toMatchObject({ branch: "main", dirty: false, remote: "https://example.org/x.git" });
    writeFileSync(join(dir, "a.txt"), "two\n");
    const facts = await gitFacts(dir);
    expect(facts["commit"]).toMatch(/^[0-9a-f]{40}$/);
    expect(facts).toMatchObject({ dirty: true, diff: expect.stringContaining("+two") });
  });

  it("runs no program that the repository names", async () => {
    git("init");
    writeFileSync(join(dir, "a.txt"), "one\n");
    writeFileSync(join(dir, ".gitattributes"), "*.txt filter=evil diff=evil\n");
    git("add", ".");
    git("commit", "-m", "first");
    const evil = `touch ${join(dir, "executed")}`;
    for (const name of [
      "filter.evil.clean",
      "filter.evil.process",
      "diff.evil.command",
      "diff.evil.textconv",
      "core.fsmonitor",
      "diff.external",
      "core.pager",
    ]) {
      git("config", name, evil);
    }
    writeFileSync(join(dir, "a.txt"), "two\n");
    expect(await gitFacts(dir)).toMatchObject({ dirty: true });
    expect(existsSync(join(dir, "executed"))).toBe(false);
  });

  it("bounds the diff, and tells nothing outside a repository", async () => {
    expect(await gitFacts(dir)).toEqual({});
    git("init");
    writeFileSync(join(dir, "a.txt"), "");
    git("add", ".");
    git("commit", "-m", "first");
    writeFileSync(join(dir, "a.txt"), "0123456789\n".repeat(200_000));
    const { diff, diffCut } = await gitFacts(dir);
    expect(String(diff).length).toBeLessThanOrEqual(1_048_576);
    expect(diffCut).toContain("1048576");
  });
});

describe("secrets", () => {
  it("are masked in arguments", () => {
    const args = [
      "node",
      "train.js",
      "--api-key=abc",
      "--api-key",
      "abc",
      "--lr=0.1",
      "--sort-key=loss",
      "TOKEN=abc",
      "http://u:p@host/x",
      "--password",
      "--verbose",
      "hf_abcdefghijklmnop",
    ];
    expect(maskSecrets(args)).toEqual([
      "node",
      "train.js",
      "--api-key=***",
      "--api-key",
      "***",
      "--lr=0.1",
      "--sort-key=loss",
      "TOKEN=***",
      "http://***@host/x",
      "--password",
      "--verbose",
      "***",
    ]);
  });

  it.each([
    ["git@github.com:a/b.git", "git@github.com:a/b.git"],
    ["ssh://git:pw@host/a", "ssh://git@host/a"],
    ["https://tok@host/a", "https://host/a"],
    ["/local/path", "/local/path"],
  ])("are taken out of %s", (remote, expected) => {
    expect(withoutCredentials(remote)).toBe(expected);
  });
});

describe("packageFacts", () => {
  it("lists dependencies with installed versions, and never leaves node_modules", async () => {
    mkdirSync(join(dir, "node_modules/@a/b"), { recursive: true });
    mkdirSync(join(dir, "src"));
    writeFileSync(join(dir, "node_modules/@a/b/package.json"), '{"version":"1.2.3"}');
    const dependencies = { "@a/b": "^1", missing: "^2", "../../x": "1" };
    writeFileSync(join(dir, "package.json"), JSON.stringify({ dependencies }));
    expect(await packageFacts(join(dir, "src"))).toEqual({ "@a/b": "1.2.3", missing: "^2" });
    writeFileSync(join(dir, "package.json"), '{"dependencies":5}');
    expect(await packageFacts(dir)).toEqual({});
  });
});

describe("captureConsole", () => {
  it("tells several listeners, survives one that throws or prints, and restores", () => {
    const original = process.stdout.write;
    const printed: string[] = [];
    vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
      printed.push(String(chunk));
      return true;
    });
    const replaced = process.stdout.write;
    const heard: string[] = [];
    const stops = [
      captureConsole(() => {
        process.stdout.write("inner");
        throw new Error("no");
      }),
      captureConsole((stream, text) => heard.push(`${stream}:${text}`)),
    ];
    process.stdout.write(Buffer.from("é").subarray(0, 1));
    process.stdout.write(Buffer.from("é").subarray(1));
    for (const stop of stops) stop();
    process.stdout.write("after");
    expect(process.stdout.write).toBe(replaced);
    vi.restoreAllMocks();
    expect(process.stdout.write).toBe(original);
    expect(heard).toEqual(["stdout:é"]);
    expect(printed.filter((text) => text === "inner")).toHaveLength(1);
  });
});

describe("system metrics", () => {
  it("come as rows under system/, with the second of the run as step", async () => {
    const samples: RowsEvent[] = [];
    const stop = sampleSystem({ dir, createdMs: Date.now() - 60_000, everyMs: 20 }, (event) => samples.push(event));
    await vi.waitFor(() => expect(samples.length).toBeGreaterThan(1), 10_000);
    stop();
    const rows = samples[1]?.rows;
    expect(rows?.steps[0]).toBeGreaterThanOrEqual(60);
    const keys = rows?.columns.map(({ key }) => key) ?? [];
    expect(keys).toEqual(
      expect.arrayContaining(["system/memory_percent", "system/process_memory_bytes", "system/disk_percent"]),
    );
    expect(rows?.columns.every(({ values }) => Number.isFinite(values[0]))).toBe(true);
  });

  it("are read from /proc/net/dev and nvidia-smi", () => {
    const text = "Inter-|\n face |\n    lo: 100 0 0 0 0 0 0 0 100 0\n  eth0: 5 0 0 0 0 0 0 0 7 0\n";
    expect(parseNetwork(text)).toEqual({ inBytes: 5, outBytes: 7 });
    expect(parseNetwork("")).toBeUndefined();
    const gpus = parseGpus("0, 35, 1024, 40960, 51, 70.5\n1, [N/A], 5, 6, 7, [Not Supported]\nrubbish\n");
    expect(gpus.get("gpu.0.power_watts")).toBe(70.5);
    expect([gpus.has("gpu.1.utilization_percent"), gpus.get("gpu.1.memory_used_mib")]).toEqual([false, 5]);
  });
});
