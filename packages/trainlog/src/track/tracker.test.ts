import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { image } from "../run/media.ts";
import { ConsoleTracker } from "./console-tracker.ts";
import { DictTracker } from "./dict-tracker.ts";
import { JsonTracker } from "./json-tracker.ts";
import { ManyTracker } from "./many-tracker.ts";
import { NullTracker } from "./null-tracker.ts";
import { Reporter } from "./reporter.ts";
import type { LogRow } from "./row-values.ts";
import { memoryRun } from "./test-backend.ts";
import { type ConfigInput, DEFAULT_EXPERIMENT_NAME, Tracker, type TrackerOptions } from "./tracker.ts";
import { trackerSink } from "./tracker-sink.ts";

/** Records the calls of its hooks. */
class Spy extends Tracker {
  readonly calls: unknown[] = [];
  failure: Error | undefined;

  protected override _init(config?: ConfigInput): void {
    this.calls.push(["init", config]);
  }
  protected override _log(data: LogRow, step: number): void {
    if (this.failure !== undefined) throw this.failure;
    this.calls.push(["log", step, data]);
  }
  protected override _finish(summary?: ConfigInput): void {
    this.calls.push(["finish", summary]);
  }
}

function spy(options: TrackerOptions = {}): { tracker: Spy; warnings: string[] } {
  const warnings: string[] = [];
  return { tracker: new Spy({ ...options, warn: (message) => warnings.push(message) }), warnings };
}

describe("Tracker", () => {
  it("stores settings only until init, and merges configurations with the later one winning", async () => {
    const { tracker } = spy({ experimentConfig: { a: 1, b: 1 } });
    expect([tracker.calls, tracker.active, tracker.experimentName]).toEqual([[], false, DEFAULT_EXPERIMENT_NAME]);
    await tracker.init({ b: 2, c: 3 });
    expect(tracker.calls).toEqual([["init", { a: 1, b: 2, c: 3 }]]);
  });

  it("gives the hook no configuration when there is none", async () => {
    const { tracker } = spy();
    await tracker.init();
    expect(tracker.calls).toEqual([["init", undefined]]);
  });

  it("counts steps from 0, takes a given one, and is reusable after finish", async () => {
    const { tracker, warnings } = spy();
    for (let run = 0; run < 2; run++) {
      await tracker.init();
      tracker.log({ a: 1 });
      tracker.log({ a: 2 }, { step: 50 });
      tracker.log({ a: 3 });
      await tracker.finish({ best: run });
    }
    const once = (run: number): unknown[] => [
      ["init", undefined],
      ["log", 0, { a: 1 }],
      ["log", 50, { a: 2 }],
      ["log", 2, { a: 3 }],
      ["finish", { best: run }],
    ];
    expect(tracker.calls).toEqual([...once(0), ...once(1)]);
    expect(warnings).toEqual([]);
  });

  it("warns and finishes the former run when init comes twice", async () => {
    const { tracker, warnings } = spy();
    await tracker.init();
    await tracker.init({ second: true });
    expect(tracker.calls).toEqual([
      ["init", undefined],
      ["finish", undefined],
      ["init", { second: true }],
    ]);
    expect(warnings).toEqual([expect.stringContaining("not finished")]);
  });

  it("throws when log comes without a run, and warns when finish does", async () => {
    const { tracker, warnings } = spy();
    expect(() => tracker.log({ a: 1 })).toThrow(expect.objectContaining({ code: "track/inactive" }));
    await tracker.finish();
    expect(warnings).toEqual([expect.stringContaining("inactive")]);
    expect(tracker.calls).toEqual([]);
  });

  it("throws when log comes before an asynchronous init is done", async () => {
    class Slow extends NullTracker {
      protected override async _init(): Promise<void> {
        await Promise.resolve();
      }
    }
    const tracker = new Slow();
    const opening = tracker.init();
    expect(() => tracker.log({ a: 1 })).toThrow(/await it/);
    await opening;
    tracker.log({ a: 1 });
    await tracker.finish();
  });

  it("is ready at once when its hooks are synchronous", async () => {
    const { tracker } = spy();
    const opening = tracker.init();
    tracker.log({ a: 1 });
    await opening;
    expect(tracker.calls).toHaveLength(2);
  });

  it("reports a hook that throws once, counts it, and lets training go on", async () => {
    const { tracker, warnings } = spy();
    await tracker.init();
    tracker.failure = new Error("backend is down");
    for (let i = 0; i < 5; i++) tracker.log({ a: i });
    expect(warnings).toEqual([expect.stringContaining("backend is down")]);
    expect(tracker.troubles.get("log")).toBe(5);
  });

  it("is inactive again when its run could not be opened", async () => {
    class Broken extends NullTracker {
      protected override _init(): void {
        throw new Error("no");
      }
    }
    const tracker = new Broken();
    await expect(tracker.init()).rejects.toThrow("no");
    expect(tracker.active).toBe(false);
  });

  it("finishes with await using", async () => {
    const { tracker, warnings } = spy();
    {
      await using scoped = tracker;
      await scoped.init();
    }
    expect(tracker.active).toBe(false);
    expect(warnings).toEqual([]);
  });
});

describe("ManyTracker", () => {
  it("reaches every tracker although one cannot open and another throws", async () => {
    class Broken extends NullTracker {
      protected override _init(): void {
        throw new Error("cannot open");
      }
    }
    const { tracker: failing, warnings: failingWarnings } = spy();
    const { tracker: fine } = spy();
    failing.failure = new Error("full");
    const warnings: string[] = [];
    const many = new ManyTracker([new Broken(), failing, fine], { warn: (message) => warnings.push(message) });
    await many.init({ lr: 1 });
    many.log({ loss: 1 }, { step: 3 });
    many.log({ loss: 2 });
    await many.finish({ best: 1 });
    expect(fine.calls).toEqual([
      ["init", { lr: 1 }],
      ["log", 3, { loss: 1 }],
      ["log", 1, { loss: 2 }],
      ["finish", { best: 1 }],
    ]);
    expect(failing.calls).toEqual([
      ["init", { lr: 1 }],
      ["finish", { best: 1 }],
    ]);
    expect(warnings).toEqual([expect.stringContaining("cannot open")]);
    expect(failingWarnings).toHaveLength(1);
  });

  it("throws at init when none could open", async () => {
    class Broken extends NullTracker {
      protected override _init(): void {
        throw new Error("cannot open");
      }
    }
    await expect(new ManyTracker([new Broken()]).init()).rejects.toMatchObject({ code: "track/no-destination" });
  });

  it("hands on events that are not rows", async () => {
    const dict = new DictTracker();
    const many = new ManyTracker([dict]);
    await many.init();
    many.write([{ type: "alert", wallMs: 1, title: "hot", text: "", level: "warn" }]);
    await many.finish();
    expect(dict.events).toEqual([{ type: "alert", wallMs: 1, title: "hot", text: "", level: "warn" }]);
  });
});

describe("a tracker as a destination of a run", () => {
  it("gets rows, config, media and the rest, and is finished with the run", async () => {
    const dict = new DictTracker();
    const sink = await trackerSink(dict, { lr: 1 }, new Reporter());
    const { run } = memoryRun({ sinks: sink === undefined ? [] : [sink] });
    run.log({ loss: 1, note: "x" });
    run.log({ img: image(Uint8Array.of(1)) }, { step: 4 });
    run.config["seed"] = 7;
    run.summary["best"] = 1;
    await run.finish();
    expect(dict.active).toBe(false);
    expect(dict.records).toEqual([{ step: 0, values: { loss: 1, note: "x" } }]);
    expect(dict.metadata).toEqual({ lr: 1, seed: 7 });
    expect(dict.summary).toEqual({ best: 1 });
    expect(dict.events.map((event) => event.type)).toEqual(["media", "finish"]);
  });
});

describe("DictTracker", () => {
  it("keeps records, and a history per key whose lists may differ in length", async () => {
    const dict = new DictTracker();
    await dict.init({ lr: 1 });
    dict.log({ loss: 1, tensor: { item: () => 2 }, one: Float32Array.of(3) });
    dict.log({ loss: Number.NaN, __proto__x: 1 });
    await dict.finish({ best: 1 });
    expect(dict.records.map(({ values }) => values)).toEqual([
      { loss: 1, tensor: 2, one: 3 },
      { loss: Number.NaN, __proto__x: 1 },
    ]);
    expect(dict.history.get("loss")).toEqual([1, Number.NaN]);
    expect([dict.metadata, dict.summary]).toEqual([{ lr: 1 }, { best: 1 }]);
  });
});

describe("ConsoleTracker", () => {
  it("prints one line per row in upstream's form", async () => {
    const lines: string[] = [];
    const tracker = new ConsoleTracker({ keys: ["loss", "text"], print: (line) => lines.push(line) });
    await tracker.init();
    tracker.log({ loss: 0.123_456, text: "abc", other: 1 });
    tracker.log({ loss: 2 }, { step: 12_345 });
    await tracker.finish();
    expect(lines).toEqual(["step=   0 | loss=0.1235 | text='abc'", "step=12345 | loss=2"]);
  });
});

describe("JsonTracker", () => {
  it("writes upstream's file: indent 4, ASCII, Python's NaN, config and run_metadata beside the metrics", async () => {
    const dir = mkdtempSync(join(tmpdir(), "trainlog-json-"));
    try {
      const tracker = new JsonTracker({ experimentName: "exp", path: join(dir, "deep/{experiment_name}.json") });
      await tracker.init({ lr: 0.5 });
      tracker.log({ loss: 1, text: "ü" });
      tracker.log({ loss: Number.NaN });
      await tracker.finish({ best: 1 });
      expect(readFileSync(join(dir, "deep/exp.json"), "utf8")).toBe(
        '{\n    "config": {\n        "lr": 0.5\n    },\n    "loss": [\n        1,\n        NaN\n    ],\n    "text": [\n        "\\u00fc"\n    ],\n    "run_metadata": {\n        "best": 1\n    }\n}',
      );
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it("keeps a metric with a reserved name under another one, and says so", async () => {
    const dir = mkdtempSync(join(tmpdir(), "trainlog-json-"));
    const warnings: string[] = [];
    try {
      const tracker = new JsonTracker({ path: join(dir, "x.json"), warn: (message) => warnings.push(message) });
      await tracker.init();
      tracker.log({ config: 1 });
      await tracker.finish();
      expect(JSON.parse(readFileSync(join(dir, "x.json"), "utf8"))).toEqual({ "log/config": [1] });
      expect(warnings).toHaveLength(1);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
