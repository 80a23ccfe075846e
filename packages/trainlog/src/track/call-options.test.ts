import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DictTracker } from "./dict-tracker.ts";
import { type InitOptions, init } from "./init.ts";
import type { Run } from "./run.ts";

let dir = "";

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "trainlog-options-"));
});

afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

/** What a script in JavaScript may pass, whatever the types say. */
const loose = (value: unknown): never => value as never;

describe("init", () => {
  it.each<[options: unknown, message: string]>([
    [null, "init: expected options such as { project: … }, got null"],
    ["digits", 'init: expected options such as { project: … }, got "digits"'],
    [{ projct: "digits" }, 'init: unknown option "projct"; there are project, name, config, dir,'],
    [{ group: 5 }, "init: group: expected a text, got 5"],
    [{ notes: {} }, "init: notes: expected a text, got an object (Object)"],
    [{ tags: "a,b" }, 'init: tags: expected an array of texts, got "a,b"'],
    [{ tags: ["a", 1] }, "init: tags: expected an array of texts, got an array of 2"],
    [{ mode: "offline" }, 'init: mode: expected "enabled", "disabled", got "offline"'],
    [{ resume: true }, 'init: resume: expected "allow", "must", "never", got true'],
    [{ dir: "" }, 'init: dir: expected a text that is not empty, got ""'],
    [{ trackers: new DictTracker() }, "init: trackers: expected an array, got an object (DictTracker)"],
    [{ warn: "loud" }, 'init: warn: expected a function, got "loud"'],
    [{ capture: { gti: false } }, 'init: capture: unknown option "gti"; there are console, git,'],
    [{ capture: { git: "no" } }, 'init: capture: git: expected true or false, got "no"'],
    [{ capture: null }, "init: capture: expected options such as { console: … }, got null"],
  ])("refuses %j before anything is made", async (options, message) => {
    const given: unknown = typeof options === "object" && options !== null ? { dir, ...options } : options;
    for (const mode of ["enabled", "disabled"]) {
      const asked = loose(typeof given === "object" && given !== null ? { mode, ...given } : given);
      await expect(init(asked)).rejects.toMatchObject({
        code: "run/bad-options",
        message: expect.stringContaining(message),
      });
    }
    expect(readdirSync(dir)).toEqual([]);
  });

  it("takes options that are there without a value", async () => {
    const options: InitOptions = loose({ dir, capture: false, name: undefined, tags: undefined, capture_: undefined });
    await expect(init(options)).rejects.toThrow(/unknown option "capture_"/);
    const run = await init(loose({ dir, capture: false, name: undefined, tags: undefined, resume: undefined }));
    await run.finish();
    expect(run.name).toBe(run.id);
  });
});

describe("the calls of a run", () => {
  it.each<[call: (run: Run) => unknown, message: string]>([
    [(run) => run.log({ a: 1 }, loose(5)), "log: give the step as { step: 5 }"],
    [(run) => run.log({ a: 1 }, loose({ stp: 5 })), 'log: unknown option "stp"; there are step'],
    [
      (run) => run.defineMetric("a", loose("min")),
      'defineMetric: expected options such as { stepMetric: … }, got "min"',
    ],
    [(run) => run.defineMetric("a", loose({ summary: "minn" })), 'summary: expected "last", "min", "max",'],
    [(run) => run.defineMetric("a", loose({ goal: "maximize" })), 'goal: expected "min", "max", got "maximize"'],
    [(run) => run.defineMetric("a", loose({ type: "rows" })), 'unknown option "type"'],
    [
      (run) => run.alert("a", loose({ level: "warning" })),
      'alert: level: expected "info", "warn", "error", got "warning"',
    ],
    [(run) => run.alert("a", loose({ text: 5 })), "alert: text: expected a text, got 5"],
    [
      (run) => run.artifact({ a: "x" }, loose({ type: "model" })),
      'artifact: unknown option "type"; there are name, kind,',
    ],
    [(run) => run.artifact({ a: "x" }, loose({ aliases: "latest" })), "artifact: aliases: expected an array of texts"],
    [(run) => run.useArtifact({ a: "x" }, { name: "" }), "artifact: name: expected a text that is not empty"],
    [
      (run) => run.finish(loose({ status: "done" })),
      'finish: status: expected "finished", "failed", "killed", got "done"',
    ],
    [(run) => run.finish(loose({ summary: 5 })), "finish: summary: expected an object, got 5"],
    [(run) => run.finish({ timeoutMs: -1 }), "finish: timeoutMs: expected milliseconds, 0 or more, got -1"],
  ])("refuse what %s says, and the run goes on", async (call, message) => {
    const run = await init({ dir, capture: false });
    await expect((async () => call(run))()).rejects.toMatchObject({
      code: "run/bad-options",
      message: expect.stringContaining(message),
    });
    run.log({ loss: 1 });
    await run.finish();
    expect({ ...run.summary }).toEqual({ loss: 1 });
  });

  it.each<[source: unknown, code: string]>([
    [undefined, "artifact/bad-source"],
    [5, "artifact/bad-source"],
    ["", "artifact/bad-source"],
    [{ "model.bin": 5 }, "artifact/bad-source"],
    ["model:latest", "artifact/not-found"],
  ])("refuse the artifact %j by name and with a way out", async (source, code) => {
    const run = await init({ dir, capture: false });
    await expect(run.useArtifact(loose(source))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/s3:\/\/bucket\/key/),
    });
    await run.finish();
  });

  it("name the method that came after finish", async () => {
    const run = await init({ dir, capture: false });
    await run.finish();
    const after = (method: string): RegExp =>
      new RegExp(`^${method}\\(\\) was called on run ${run.id} after finish\\(\\)`);
    expect(() => run.log({ a: 1 })).toThrow(after("log"));
    expect(() => run.alert("a")).toThrow(after("alert"));
    expect(() => run.defineMetric("a")).toThrow(after("defineMetric"));
    await expect(run.artifact("a")).rejects.toThrow(after("artifact"));
    await expect(run.useArtifact("a")).rejects.toThrow(after("useArtifact"));
  });

  it("keep the objects of config and summary", async () => {
    const run = await init({ dir, capture: false, config: { lr: 1 } });
    for (const name of ["config", "summary"]) {
      expect(() => Object.assign(run, { [name]: {} })).toThrow(/Cannot set property/);
    }
    expect(run.config.lr).toBe(1);
    await run.finish();
  });
});
