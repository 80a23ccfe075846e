import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RunEvent } from "../run/event.ts";
import { image } from "../run/media.ts";
import { RunLogReader } from "../run-log/read/index.ts";
import { readLock } from "../run-log/write/index.ts";
import { DictTracker } from "./dict-tracker.ts";
import { type InitOptions, init, withRun } from "./init.ts";
import { LocalTracker } from "./local-tracker.ts";
import type { Run } from "./run.ts";

let dir = "";
const warnings: string[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "trainlog-init-"));
  warnings.length = 0;
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

/** A run in the test's folder without capture, whose warnings are collected. */
function begin<C extends object = Record<never, never>>(options: InitOptions<C> = {}): Promise<Run<C>> {
  return init<C>({ dir, capture: false, warn: (message) => warnings.push(message), ...options });
}

function eventsOf(run: Pick<Run, "dir">): RunEvent[] {
  const reader = RunLogReader.open(run.dir ?? "", { rows: true });
  try {
    return reader.refresh().events;
  } finally {
    reader.close();
  }
}

function last<T extends RunEvent["type"]>(run: Pick<Run, "dir">, type: T): Extract<RunEvent, { type: T }> | undefined {
  return eventsOf(run).findLast((event): event is Extract<RunEvent, { type: T }> => event.type === type);
}

describe("init in a folder", () => {
  it("makes a store and a run that a reader shows, and gives the lock back", async () => {
    const run = await begin({
      project: "p/../ü",
      name: "n",
      tags: ["a"],
      group: "g",
      jobType: "train",
      notes: "hi",
      config: { lr: 0.1, deep: { x: [1, Number.NaN] } },
    });
    expect(run.config.lr * 2).toBe(0.2);
    run.log({ loss: 1 });
    await run.flush();
    expect(readLock(run.dir ?? "")).toMatchObject({ held: true });
    expect(eventsOf(run).map((event) => event.type)).toEqual(["start", "config", "rows"]);
    await run.finish();
    expect(readLock(run.dir ?? "")).toMatchObject({ held: false });
    expect(last(run, "start")).toMatchObject({
      project: "p/../ü",
      name: "n",
      tags: ["a"],
      group: "g",
      jobType: "train",
      notes: "hi",
    });
    expect(last(run, "config")?.set).toEqual({ lr: 0.1, deep: { x: [1, Number.NaN] } });
    const start = last(run, "start");
    expect([start?.host, start?.code]).toEqual([undefined, {}]); // all capture is off
    expect(last(run, "finish")).toMatchObject({ status: "finished" });
    expect(JSON.parse(readFileSync(join(dir, "store.json"), "utf8"))).toEqual({ format: "trainlog-store", version: 1 });
    expect(warnings).toEqual([]);
  });

  it("takes folder, project and mode from the environment, and options win", async () => {
    vi.stubEnv("TRAINLOG_DIR", join(dir, "env"));
    vi.stubEnv("TRAINLOG_PROJECT", "from-env");
    const run = await init({ capture: false });
    expect([run.project, run.dir?.startsWith(join(dir, "env"))]).toEqual(["from-env", true]);
    await run.finish();
    vi.stubEnv("TRAINLOG_MODE", "disabled");
    const disabled = await init({ dir: join(dir, "no"), config: { lr: 1 } });
    disabled.log({ loss: 1 });
    disabled.config.lr = 2;
    await disabled.artifact("/nowhere");
    await disabled.finish();
    expect(disabled.config.lr).toBe(2);
    expect(existsSync(join(dir, "no"))).toBe(false);
    const enabled = await begin({ mode: "enabled", project: "mine" });
    expect(enabled.project).toBe("mine");
    await enabled.finish();
  });

  it.each([
    [{ id: "../x" }, "run/bad-id"],
    [{ id: "" }, "run/bad-id"],
    [{ project: "" }, "run/bad-key"],
    [{ resume: "must" }, "run/bad-options"],
    [{ resume: "maybe" }, "run/bad-options"],
    [{ tags: "a,b" }, "run/bad-options"],
    [{ config: [1] }, "run/bad-config"],
    [{ url: "not an address" }, "run/bad-options"],
    [{ url: "ftp://x" }, "run/bad-options"],
  ])("refuses %j", async (options, code) => {
    await expect(Reflect.apply(begin, undefined, [options])).rejects.toMatchObject({ code });
  });

  it("goes on with a run: steps, config, summary and console lines continue", async () => {
    const first = await begin({ id: "r", config: { lr: 1 } });
    first.log({ loss: 3 });
    first.log({ loss: 2 });
    first.defineMetric("loss", { summary: "min" });
    first.summary["note"] = "x";
    first.addConsole("stdout", "one\n");
    await first.finish();
    await expect(begin({ id: "r" })).rejects.toMatchObject({ code: "run/exists" });
    const second = await begin({ id: "r", resume: "must", config: { seed: 2 } });
    second.log({ loss: 5 });
    second.addConsole("stdout", "two\n");
    expect([second.config["lr"], second.config["seed"], second.summary["loss"], second.summary["note"]]).toEqual([
      1,
      2,
      2,
      "x",
    ]);
    await second.finish();
    const rows = eventsOf(second).flatMap((event) => (event.type === "rows" ? [...event.rows.steps] : []));
    expect(rows).toEqual([0, 1, 2]);
    expect(eventsOf(second).filter((event) => event.type === "start")).toMatchObject([{}, { resumed: true }]);
    expect(last(second, "console")?.lines[0]?.line).toBe(1);
    await expect(begin({ id: "other", resume: "must" })).rejects.toMatchObject({ code: "run/not-found" });
    await (await begin({ id: "fresh", resume: "allow" })).finish();
  });

  it("names the run that another writer holds", async () => {
    const run = await begin({ id: "r" });
    await expect(begin({ id: "r", resume: "allow" })).rejects.toMatchObject({ code: "run/locked" });
    await run.finish();
  });

  it("refuses a folder of a newer version, and one that is something else", async () => {
    writeFileSync(join(dir, "store.json"), '{"format":"trainlog-store","version":2}');
    await expect(begin()).rejects.toMatchObject({ code: "store/newer-format" });
    writeFileSync(join(dir, "store.json"), "hello");
    await expect(begin()).rejects.toMatchObject({ code: "store/not-a-store" });
    writeFileSync(join(dir, "file"), "");
    await expect(begin({ dir: join(dir, "file") })).rejects.toMatchObject({ code: "store/unwritable" });
  });

  it("keeps two runs of one process apart", async () => {
    const [a, b] = await Promise.all([begin({ id: "a" }), begin({ id: "b" })]);
    a.log({ x: 1 });
    b.log({ x: 2 });
    await Promise.all([a.finish(), b.finish()]);
    const value = (run: Run): number | undefined => {
      const column = last(run, "rows")?.rows.columns[0];
      return column?.kind === "number" ? column.values[0] : undefined;
    };
    expect([value(a), value(b)]).toEqual([1, 2]);
  });

  it("stores media bytes by content, and equal bytes once", async () => {
    const run = await begin();
    const pixels = new Float32Array(12).fill(0.5);
    for (let i = 0; i < 3; i++) run.log({ img: image({ data: pixels, width: 2, height: 2, channels: 3 }) });
    await run.finish();
    const { sha256 = "" } = last(run, "media")?.blobs?.[0] ?? {};
    const png = readFileSync(join(dir, "blobs", sha256.slice(0, 2), sha256.slice(2)));
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect(png.readUInt32BE(16)).toBe(2);
    expect(readdirSync(join(dir, "blobs")).filter((name) => name !== "tmp")).toHaveLength(1);
    expect(readdirSync(join(dir, "blobs/tmp"))).toEqual([]);
  });

  it("gives further trackers everything, and goes without one that cannot open", async () => {
    const dict = new DictTracker();
    const run = await begin({ config: { lr: 1 }, trackers: [dict] });
    run.log({ loss: 1 });
    await run.finish();
    expect(dict.records).toEqual([{ step: 0, values: { loss: 1 } }]);
    expect(dict.metadata).toEqual({ lr: 1 });
  });
});

describe("run.artifact", () => {
  it("keeps files and folders, and gives equal content an equal digest", async () => {
    const run = await begin();
    const source = join(dir, "data");
    mkdirSync(join(source, "sub"), { recursive: true });
    writeFileSync(join(source, "b.txt"), "b");
    writeFileSync(join(source, "sub/a.txt"), "a");
    symlinkSync("b.txt", join(source, "link.txt"));
    symlinkSync(".", join(source, "sub/up"));
    const folder = await run.artifact(source, {
      name: "set",
      kind: "dataset",
      metadata: { n: 2 },
      aliases: ["latest"],
    });
    expect(folder.files.map(({ path }) => path)).toEqual(["b.txt", "link.txt", "sub/a.txt"]);
    const again = await run.useArtifact({ "b.txt": "b", "link.txt": new TextEncoder().encode("b"), "sub/a.txt": "a" });
    expect(again.digest).toBe(folder.digest);
    expect(await run.artifact("s3://bucket/model.bin")).toMatchObject({
      name: "model.bin",
      files: [{ uri: "s3://bucket/model.bin" }],
    });
    await run.finish();
    expect(eventsOf(run).filter((event) => event.type === "artifact")).toHaveLength(3);
  });

  it.each([
    ["gone", "artifact/not-found"],
    ["out", "artifact/outside"],
    ["empty", "artifact/empty"],
  ])("refuses %s", async (name, code) => {
    const run = await begin();
    mkdirSync(join(dir, "out"));
    mkdirSync(join(dir, "empty"));
    symlinkSync("/etc/hostname", join(dir, "out/link"));
    await expect(run.artifact(join(dir, name))).rejects.toMatchObject({ code });
    await expect(run.artifact({ "../up": "x" })).rejects.toMatchObject({ code: "artifact/bad-path" });
    await run.finish();
    expect(last(run, "artifact")).toBeUndefined();
  });
});

describe("withRun and await using", () => {
  it("finish by how the function ends", async () => {
    let id = "";
    const result = await withRun({ dir, capture: false }, (run) => {
      id = run.id;
      return 5;
    });
    expect(result).toBe(5);
    expect(last({ dir: join(dir, "runs", id) }, "finish")).toMatchObject({ status: "finished" });
    const failing = withRun({ dir, capture: false }, (run) => {
      id = run.id;
      throw new Error("NaN loss");
    });
    await expect(failing).rejects.toThrow("NaN loss");
    expect(last({ dir: join(dir, "runs", id) }, "finish")).toMatchObject({
      status: "failed",
      error: expect.stringContaining("NaN loss"),
    });
    let used: Run;
    {
      await using run = await begin();
      used = run;
    }
    expect(last(used, "finish")).toMatchObject({ status: "finished" });
  });
});

describe("LocalTracker", () => {
  it("opens a run per init under the experiment's name", async () => {
    const tracker = new LocalTracker({ experimentName: "exp", dir, capture: false });
    await tracker.init({ lr: 1 });
    tracker.log({ loss: 2 });
    tracker.run.alert("hot");
    await tracker.finish({ best: 2 });
    await tracker.init();
    await tracker.finish();
    expect(readdirSync(join(dir, "runs"))).toHaveLength(2);
    expect(() => tracker.run).toThrow(expect.objectContaining({ code: "track/inactive" }));
  });
});

const canMount = process.platform === "linux" && process.getuid?.() === 0;

describe.skipIf(!canMount)("a full disk (needs root for a small tmpfs)", () => {
  it("never reaches the script; rows logged meanwhile are written when there is space again", async () => {
    const disk = join(dir, "disk");
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk]);
    try {
      const run = await begin({ dir: disk });
      run.log({ before: 1 });
      run.flushNow();
      const filler = join(disk, "filler");
      try {
        writeFileSync(filler, new Uint8Array(1 << 20));
      } catch {
        // full, as meant
      }
      for (let i = 0; i < 5_000; i++) run.log({ noise: Math.random() });
      run.flushNow();
      expect(warnings.join()).toContain("the disk is full");
      rmSync(filler);
      await run.finish();
      const rows = eventsOf(run).flatMap((event) => (event.type === "rows" ? [...event.rows.steps] : []));
      expect(rows).toEqual(Array.from({ length: 5_001 }, (_, i) => i));
      expect(last(run, "finish")).toBeDefined();
    } finally {
      execFileSync("umount", [disk]);
    }
  });
});
