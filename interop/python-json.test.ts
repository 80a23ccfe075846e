/** @file Training logs through Python's own `json`: what people's scripts and notebooks do with the files. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JsonTracker } from "trainlog";
import { readConfusionMatrixJson, readJson, trainLog, writeJson } from "trainlog/log";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const SCRIPT = join(import.meta.dirname, "python_json.py");
let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "trainlog-interop-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Lets Python read `path`, gives what it saw, and leaves `path.py.json` in Python's own way of writing. */
function throughPython(path: string): unknown {
  return JSON.parse(execFileSync("python3", [SCRIPT, path, `${path}.py.json`], { encoding: "utf8" }));
}

describe("Python's json module", () => {
  it("reads a training log, and what it writes is the same log", async () => {
    const log = trainLog({
      title: "naïve ✓ \u{1f600}",
      steps: [0, 10, 2 ** 53 - 1],
      series: [
        { name: "loss", values: [0.1, Number.NaN, -Infinity], color: "#4e79a7" },
        { name: "__proto__", values: [5e-324, 1.7976931348623157e308, 1e21], color: "#0a7" },
      ],
      notes: ["project=torchlean", "config.lr=1e-3"],
    });
    const path = join(dir, "log.json");
    await writeJson(path, log);
    expect(throughPython(path)).toMatchObject({ title: log.title, steps: log.steps, notes: log.notes });
    expect(readFileSync(`${path}.py.json`, "utf8")).toMatch(/\bNaN,\s+-Infinity\b/);
    expect(await readJson(`${path}.py.json`)).toEqual(log);
  });

  it("reads a confusion matrix, and what it writes is the same matrix", async () => {
    const path = join(dir, "matrix.json");
    const matrix = [
      [9, 1],
      [0, 12],
    ];
    await writeJson(path, { counts: matrix });
    expect(throughPython(path)).toEqual(matrix);
    expect((await readConfusionMatrixJson(`${path}.py.json`)).counts).toEqual(matrix);
  });

  it("reads what a JSON tracker wrote: each key with its values in call order", async () => {
    const path = join(dir, "tracker.json");
    const tracker = new JsonTracker({ path });
    await tracker.init({ lr: 0.1 });
    tracker.log({ loss: 0.5, best_trigger_str: "a" });
    tracker.log({ loss: 0.25 });
    await tracker.finish();
    expect(throughPython(path)).toMatchObject({ loss: [0.5, 0.25], best_trigger_str: ["a"], config: { lr: 0.1 } });
  });
});
