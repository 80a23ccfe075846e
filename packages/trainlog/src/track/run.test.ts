import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { TrainlogError } from "../run/error.ts";
import { image, table } from "../run/media.ts";
import { Reporter } from "./reporter.ts";
import { MAX_WAITING_BYTES, SinkLane } from "./sink-lane.ts";
import { MemorySink, memoryRun } from "./test-backend.ts";

describe("Run.log", () => {
  it("keeps every row in order, with the call count as step when none is given", async () => {
    const { run, sink } = memoryRun();
    run.log({ loss: 3 });
    run.log({ loss: 2 }, { step: 100 });
    run.log({ loss: 1 });
    run.log({ loss: 0 }, { step: 7 });
    await run.finish();
    expect(sink.rows()).toEqual([
      [0, { loss: 3 }],
      [100, { loss: 2 }],
      [2, { loss: 1 }],
      [7, { loss: 0 }],
    ]);
  });

  it("keeps any numbers under any keys, whatever keys each row has", () => {
    const key = fc.oneof(
      fc.constantFrom("a", "b", "__proto__", "constructor", "ü/😀"),
      fc.string({ minLength: 1, unit: "grapheme" }),
    );
    const row = fc.dictionary(key, fc.double(), { minKeys: 1, maxKeys: 5 });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), fc.nat(7), (rows, flushEvery) => {
        const { run, sink, warnings } = memoryRun();
        rows.forEach((values, i) => {
          run.log(Object.fromEntries(Object.entries(values)));
          if (i % (flushEvery + 1) === 0) run.flushNow();
        });
        run.finishNow();
        expect(warnings).toEqual([]);
        expect(sink.rows()).toEqual(rows.map((values, i) => [i, Object.fromEntries(Object.entries(values))]));
      }),
      { numRuns: 200 },
    );
  });

  it("flattens nested objects and maps with /, and keeps values that are not numbers", async () => {
    const { run, sink } = memoryRun();
    const date = new Date(0);
    run.log({
      a: { b: { c: 1 }, d: "x" },
      map: new Map([["k", 2]]),
      big: 12n,
      huge: 2n ** 70n,
      flag: true,
      nothing: null,
      date,
      tensor: { item: () => 0.5 },
      one: Float32Array.of(1.5),
      list: [1, "two", [3]],
      empty: {},
    });
    await run.finish();
    expect(sink.rows()[0]?.[1]).toEqual({
      "a/b/c": 1,
      "a/d": "x",
      "map/k": 2,
      big: 12,
      huge: String(2n ** 70n),
      flag: true,
      nothing: null,
      date: date.toISOString(),
      tensor: 0.5,
      one: 1.5,
      list: [1, "two", [3]],
      empty: {},
    });
  });

  it("names what it cannot keep once, and keeps the rest of the row", async () => {
    const { run, sink, warnings } = memoryRun();
    const cycle: Record<string, unknown> = { deep: 1 };
    cycle["self"] = cycle;
    const row = { loss: 1, u: undefined, f: () => 1, s: Symbol("x"), cycle, "": 5, "bad\ud800": 6 };
    // The types refuse such a row; a script in JavaScript can pass it.
    for (let i = 0; i < 3; i++) Reflect.apply(run.log, run, [row]);
    await run.finish();
    expect(sink.rows()).toEqual([0, 1, 2].map((step) => [step, { loss: 1, "cycle/deep": 1 }]));
    for (const name of ['"u"', '"f"', '"s"', '"cycle/self"', 'got ""', "bad"]) {
      expect(warnings.filter((line) => line.includes(name))).toHaveLength(1);
    }
    expect(run.troubles.get("left-out:u")).toBe(3);
  });

  it("keeps the rest of a row in which an object is too deep or a getter throws", async () => {
    const { run, sink, warnings } = memoryRun();
    let deep: Record<string, unknown> = { leaf: 1 };
    for (let i = 0; i < 100; i++) deep = { d: deep };
    const trap = {
      get x(): number {
        throw new Error("no");
      },
    };
    Reflect.apply(run.log, run, [{ deep, trap, loss: 2 }]);
    await run.finish();
    expect(sink.rows()).toEqual([[0, { loss: 2 }]]);
    expect(warnings.join("\n")).toMatch(/deeper than 32.*reading it threw no/s);
  });

  it("says so when a row has a key twice, and keeps the last value", async () => {
    const { run, sink, warnings } = memoryRun();
    run.log({ a: { b: 1 }, "a/b": 2 });
    await run.finish();
    expect(sink.rows()).toEqual([[0, { "a/b": 2 }]]);
    expect(warnings).toHaveLength(1);
  });

  it.each([-1, 1.5, 2 ** 53, Number.NaN, "3", null])("refuses the step %s by name", (step) => {
    const { run } = memoryRun();
    const log = (): void => Reflect.apply(run.log, run, [{ a: 1 }, { step }]);
    expect(log).toThrow(expect.objectContaining({ code: "run/bad-step" }));
    run.finishNow();
  });

  it.each([5, "x", null, undefined, [1], Float64Array.of(1)])("refuses the row %s", (row) => {
    const { run } = memoryRun();
    expect(() => Reflect.apply(run.log, run, [row])).toThrow(expect.objectContaining({ code: "run/bad-row" }));
    run.finishNow();
  });

  it("throws after finish, and names the run", async () => {
    const { run } = memoryRun();
    await run.finish();
    expect(() => run.log({ a: 1 })).toThrow(expect.objectContaining({ code: "run/finished" }));
    expect(() => run.alert("x")).toThrow(/r1 after finish/);
    expect(() => {
      run.config["lr"] = 1;
    }).toThrow(expect.objectContaining({ code: "run/finished" }));
    await expect(run.artifact("x")).rejects.toMatchObject({ code: "run/finished" });
  });

  it("holds a million keys and keys of 10 kB", async () => {
    const { run, sink } = memoryRun();
    const long = "k".repeat(10_000);
    const row: Record<string, number> = {};
    for (let i = 0; i < 1_000_000; i++) row[`m${i}`] = i;
    run.log(row);
    run.log({ [long]: 1 });
    await run.finish();
    const columns = sink.of("rows").flatMap(({ rows }) => rows.columns);
    expect(columns).toHaveLength(1_000_001);
    expect(columns.at(-1)?.key).toBe(long);
  }, 120_000);

  it("flushes a row after quiet time at once, and rows that follow each other together", () => {
    vi.useFakeTimers();
    try {
      const { run, sink } = memoryRun();
      vi.advanceTimersByTime(1000);
      run.log({ a: 1 });
      vi.advanceTimersByTime(25);
      expect(sink.rows()).toHaveLength(1);
      run.log({ a: 2 });
      vi.advanceTimersByTime(100);
      run.log({ a: 3 });
      expect(sink.rows()).toHaveLength(1);
      vi.advanceTimersByTime(150);
      expect(sink.rows()).toHaveLength(3);
      run.finishNow();
    } finally {
      vi.useRealTimers();
    }
  });

  it("flushes by timer, by size, and in a loop that never yields", () => {
    vi.useFakeTimers();
    try {
      const { run, sink } = memoryRun();
      run.log({ a: 1 });
      expect(sink.events).toHaveLength(0);
      vi.advanceTimersByTime(250);
      expect(sink.rows()).toHaveLength(1);
      for (let i = 0; i < 5_000; i++) run.log({ a: i });
      expect(sink.rows().length).toBeGreaterThan(2_000);
      vi.advanceTimersByTime(250);
      const before = sink.rows().length;
      run.log({ a: 1 });
      vi.setSystemTime(Date.now() + 600); // time passes and no timer fires
      run.log({ a: 2 });
      expect(sink.rows()).toHaveLength(before + 2);
      run.finishNow();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a sink that fails", () => {
  it("never reaches the script, is reported once, and gets everything when it recovers", async () => {
    const { run, sink, warnings } = memoryRun();
    sink.failure = new TrainlogError("store/disk-full", "no space");
    for (let i = 0; i < 10; i++) {
      run.log({ loss: i });
      run.flushNow();
    }
    expect(sink.events).toEqual([]);
    sink.failure = undefined;
    run.log({ loss: 10 });
    await run.finish();
    expect(sink.rows().map(([step]) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("no space");
  });

  it("gives up the oldest events only when very many wait, and counts them", async () => {
    const sink = new MemorySink();
    const warnings: string[] = [];
    const lane = new SinkLane(sink, new Reporter((message) => warnings.push(message)));
    sink.failure = new TrainlogError("store/disk-full", "no space");
    const values = new Float64Array(100_000);
    const events = Math.ceil(MAX_WAITING_BYTES / (values.length * 28)) + 3;
    for (let i = 0; i < events; i++) {
      const rows = { steps: values, wallMs: values, columns: [{ kind: "number" as const, key: `k${i}`, values }] };
      lane.write([{ type: "rows", rows }]);
    }
    sink.failure = undefined;
    await lane.close(1);
    lane.write([{ type: "finish", wallMs: 0, status: "finished" }]);
    expect(lane.lostEvents).toBeGreaterThan(2);
    expect(warnings.at(-1)).toMatch(/\d+ events could not be kept/);
  });

  it("loses only the event that can never be kept", async () => {
    const { run, sink, warnings } = memoryRun();
    vi.spyOn(sink, "write").mockImplementation((events) => {
      if (events.some((event) => event.type === "alert")) throw new TrainlogError("run/batch-too-large", "too large");
      sink.events.push(...events);
    });
    run.alert("huge");
    run.log({ loss: 1 });
    await run.finish();
    expect(sink.rows()).toHaveLength(1);
    expect(sink.of("finish")).toHaveLength(1);
    expect(warnings.join()).toContain("a alert event is lost");
  });

  it("does not hurt another sink", async () => {
    const broken = new MemorySink();
    const fine = new MemorySink();
    broken.failure = new Error("broken");
    const { run } = memoryRun({ sinks: [broken, fine] });
    run.log({ a: 1 });
    await run.finish();
    expect(fine.rows()).toEqual([[0, { a: 1 }]]);
    expect([broken.closed, fine.closed]).toEqual([1, 1]);
  });
});

describe("Run.config and Run.summary", () => {
  it("keep assignments at any depth, delete and update as patches of top-level keys", async () => {
    const { run, sink } = memoryRun();
    run.config["lr"] = 0.1;
    run.config["net"] = { layers: [32], act: "relu" };
    run.flushNow();
    const net = run.config["net"];
    Reflect.get(Object(net), "layers").push(64);
    Reflect.set(Object(net), "__proto__", 5);
    delete run.config["lr"];
    run.config.update({ seed: 1, __proto__x: 2 });
    expect(run.config["seed"]).toBe(1);
    expect(Object.keys(run.config)).toEqual(["net", "seed", "__proto__x"]);
    await run.finish();
    const [first, second] = sink.of("config");
    expect(first).toEqual({ type: "config", set: { lr: 0.1, net: { layers: [32], act: "relu" } } });
    expect(second?.remove).toEqual(["lr"]);
    expect(JSON.stringify(second?.set)).toBe(
      '{"net":{"layers":[32,64],"act":"relu","__proto__":5},"seed":1,"__proto__x":2}',
    );
  });

  it("has the summary in effect by rule, and what the script sets wins", async () => {
    const { run } = memoryRun();
    run.defineMetric("val/*", { summary: "best", goal: "max" });
    run.defineMetric("low", { summary: "min" });
    run.defineMetric("avg", { summary: "mean" });
    run.defineMetric("hidden", { summary: "none" });
    for (const value of [2, 5, Number.NaN, 3])
      run.log({ val: { acc: value }, low: value, avg: value, last: value, hidden: value });
    expect(run.summary["val/acc"]).toBe(5);
    expect(run.summary["low"]).toBe(2);
    expect(run.summary["avg"]).toBeCloseTo(10 / 3);
    expect(run.summary["last"]).toBe(3);
    expect("hidden" in run.summary).toBe(false);
    run.summary["last"] = "mine";
    expect(run.summary["last"]).toBe("mine");
    await run.finish({ summary: { done: true } });
    expect(JSON.parse(JSON.stringify(run.summary))).toMatchObject({ low: 2, last: "mine", done: true });
  });
});

describe("media in a row", () => {
  it("becomes events with blobs at the row's step, several under one key numbered, beside the numbers", async () => {
    const { run, sink } = memoryRun();
    const pixels = image({ data: new Uint8Array(4), width: 2, height: 2 });
    run.log({ loss: 1, img: pixels, many: [pixels, pixels], t: table([{ a: 1 }]) }, { step: 9 });
    await run.finish();
    expect(sink.rows()).toEqual([[9, { loss: 1 }]]);
    expect(sink.of("media").map(({ key, step, data }) => [key, step, data["index"]])).toEqual([
      ["img", 9, undefined],
      ["many", 9, 0],
      ["many", 9, 1],
      ["t", 9, undefined],
    ]);
    expect(sink.of("media")[0]?.blobs?.[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it("moves a large payload out of the event", async () => {
    const { run, sink } = memoryRun();
    run.log({ t: table({ columns: ["n"], rows: Array.from({ length: 20_000 }, (_, i) => [i]) }) });
    await run.finish();
    const event = sink.of("media")[0];
    expect(event?.data).toEqual({ payload: "blob" });
    expect(event?.blobs).toHaveLength(1);
  });

  it("waits at finish for bytes on their way, and gives up in time", async () => {
    const slow = (): Promise<never> => new Promise(() => {});
    const { run, sink, warnings } = memoryRun({ putBlob: slow });
    run.log({ img: image(Uint8Array.of(1)) });
    await run.finish({ timeoutMs: 30 });
    expect(sink.of("finish")).toHaveLength(1);
    expect(warnings.join()).toContain("not stored within 30 ms");
  });

  it("reports bytes that cannot be kept, and keeps the row", async () => {
    const { run, sink, warnings } = memoryRun({
      putBlob: () => {
        throw new Error("no such file");
      },
    });
    run.log({ loss: 1, img: image("/nowhere.png") });
    await run.finish();
    expect(sink.rows()).toHaveLength(1);
    expect(warnings.join()).toContain("no such file");
  });
});

describe("the end of a run", () => {
  it("warns at a second finish, and is silent when await using follows a finish", async () => {
    const { run, sink, warnings } = memoryRun();
    await run.finish({ status: "failed", error: new Error("boom"), exitCode: 2 });
    await run[Symbol.asyncDispose]();
    expect(warnings).toEqual([]);
    await run.finish();
    expect(warnings).toHaveLength(1);
    expect(sink.of("finish")).toHaveLength(1);
    expect(sink.of("finish")[0]).toMatchObject({
      status: "failed",
      exitCode: 2,
      error: expect.stringContaining("boom"),
    });
    expect(sink.closed).toBe(1);
  });

  it("is complete when finish returns, before anything is awaited", () => {
    const { run, sink } = memoryRun();
    run.log({ a: 1 });
    void run.finish();
    expect(sink.events.map((event) => event.type)).toEqual(["rows", "finish"]);
  });

  it("keeps console lines: carriage returns overwrite, open lines are kept at the end", async () => {
    const { run, sink } = memoryRun();
    run.addConsole("stdout", "one\ntw");
    run.addConsole("stderr", "10%\r20%\r");
    run.addConsole("stdout", "o\n");
    run.addConsole("stderr", "100%");
    await run.finish();
    expect(
      sink.of("console").flatMap(({ lines }) => lines.map(({ line, stream, text }) => [line, stream, text])),
    ).toEqual([
      [0, "stdout", "one"],
      [1, "stdout", "two"],
      [2, "stderr", "100%"],
    ]);
  });
});
