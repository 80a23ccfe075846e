/** @file Names and fields that nobody expects, from the script's call to the store's answer. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { init, text } from "../../src/index.ts";
import type { RunEvent } from "../../src/run/event.ts";
import { verifyRun } from "../../src/run-log/check/index.ts";
import { RunLogWriter } from "../../src/run-log/write/index.ts";
import { openStore, type Store } from "../../src/store/index.ts";

let folder = "";
let dir = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trainlog-hostile-"));
  dir = join(folder, "store");
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function withStore<T>(use: (store: Store) => Promise<T>): Promise<T> {
  await using store = await openStore(dir, { mode: "read" });
  return await use(store);
}

const NAMES: readonly string[] = [
  "a/b",
  "../../etc/passwd",
  "..",
  ".",
  "/",
  "C:\\Windows\\CON",
  "__proto__",
  "constructor",
  "toString",
  "👩‍👩‍👧‍👦 ü \u0301",
  "\u202egnp.exe",
  " \t\n",
  "\u0000",
  "\u001b[2J",
  "'; DROP TABLE runs; --",
  "%2e%2e%2f",
  "$float",
  "k".repeat(10_000),
];

describe("a name", () => {
  it.each(NAMES.map((name) => [name.length > 40 ? `${name.slice(0, 3)}… of ${name.length} characters` : name, name]))(
    "%j is a name like any other, wherever a script gives one",
    async (_, name) => {
      const own = { [name]: 1 };
      const run = await init({
        dir,
        capture: false,
        project: name,
        name,
        group: name,
        jobType: name,
        notes: name,
        tags: [name],
        config: Object.fromEntries([[name, { [name]: 1 }]]),
      });
      run.log(Object.fromEntries([[name, 2.5]]), { step: 7 });
      run.log(Object.fromEntries([["nested", Object.fromEntries([[name, 1]])]]));
      run.log({ [`media ${name}`]: text(name) });
      run.summary.update(Object.fromEntries([[name, 3]]));
      run.defineMetric(name, { summary: "min" });
      run.alert(name, { text: name });
      await run.artifact({ "file.txt": name }, { name, kind: name, aliases: [name], metadata: own });
      await run.finish();

      expect(readdirSync(folder)).toEqual(["store"]);
      expect(readdirSync(join(dir, "runs"))).toEqual([run.id]);
      await withStore(async (store) => {
        const [found] = (await store.listRuns({ project: name })).runs;
        expect(found).toMatchObject({
          runId: run.id,
          name,
          project: name,
          group: name,
          tags: [name],
          state: "finished",
        });
        const detail = await store.getRun(run.id);
        expect(Object.entries(detail.config)).toEqual([[name, Object.fromEntries([[name, 1]])]]);
        const metrics = await store.metrics(run.id);
        expect(new Set(metrics.map(({ key }) => key))).toEqual(new Set([name, `nested/${name}`]));
        expect(metrics.find(({ key }) => key === name)).toMatchObject({ last: 2.5, lastStep: 7 });
      });
      expect(verifyRun(run.dir ?? "").damage).toEqual([]);
    },
  );
});

describe("fields and events of a later minor version", () => {
  it("are passed over, and what is known is shown", async () => {
    const run = await init({ dir, capture: false, id: "r", project: "p" });
    run.log({ loss: 1 });
    await run.finish();
    for (const path of [join(dir, "store.json"), join(dir, "runs/r/run.json")]) {
      writeFileSync(
        path,
        JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), colour: "blue", extra: { a: [1] } }),
      );
    }
    const events = [
      { type: "dance", steps: 3 },
      { type: "summary", set: { best: 1 }, because: "later" },
      { type: "console", lines: [{ line: 0, stream: "stdout", text: "hi", wallMs: 1, colour: "red" }] },
    ];
    const writer = RunLogWriter.open(join(dir, "runs/r"), { runId: "r", project: "p", createdMs: 0 });
    writer.append(events as unknown as RunEvent[]);
    writer.close();
    const again = await init({ dir, capture: false, id: "r", resume: "must" });
    expect(again.summary["best"]).toBe(1);
    again.log({ loss: 2 });
    await again.finish();
    await withStore(async (store) => {
      expect(await store.getRun("r")).toMatchObject({ state: "finished", rowCount: 2, summary: { best: 1 } });
      expect((await store.metrics("r")).find(({ key }) => key === "loss")).toMatchObject({ count: 2, last: 2 });
    });
    expect(verifyRun(join(dir, "runs/r")).damage).toEqual([]);
  });
});
