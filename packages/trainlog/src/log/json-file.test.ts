import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LogDestination } from "./destination.ts";
import { ExperimentLog } from "./experiment-log.ts";
import { readConfusionMatrixJson, readJson, readLogFile, writeJson, writeToDestination } from "./json-file.ts";
import { beforeAfterLoss, trainLog } from "./train-log.ts";

const GOLDEN = new URL("../../test/golden/v1/", import.meta.url);
const log = beforeAfterLoss("MLP", 200, 0.69, 0.04);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "trainlog-json-file-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("writeJson", () => {
  it("makes parent folders and ends with one newline", async () => {
    const path = join(folder, "a/b/log.json");
    await writeJson(path, log);
    expect(await readFile(path, "utf8")).toMatch(/[^\n]\n$/);
    expect(await readJson(path)).toEqual(log);
    await writeJson(path, log, { pretty: false });
    expect((await readFile(path, "utf8")).split("\n")).toHaveLength(2);
  });

  it("replaces a file as a whole and leaves nothing beside it", async () => {
    const path = join(folder, "log.json");
    await writeJson(path, trainLog({ notes: ["x".repeat(10_000)] }));
    await writeJson(path, log);
    expect(await readJson(path)).toEqual(log);
    expect(await readdir(folder)).toEqual(["log.json"]);
  });

  it("keeps the old file when the new log cannot be encoded", async () => {
    const path = join(folder, "log.json");
    await writeJson(path, log);
    await expect(writeJson(path, trainLog({ steps: [-1] }))).rejects.toMatchObject({ code: "log/bad-field" });
    expect(await readJson(path)).toEqual(log);
  });

  it("writes through a symbolic link, and to a device", async () => {
    const path = join(folder, "real.json");
    await writeJson(path, trainLog());
    await symlink("real.json", join(folder, "link.json"));
    await writeJson(join(folder, "link.json"), log);
    expect(await readJson(path)).toEqual(log);
    await symlink("/dev/null", join(folder, "null"));
    await writeJson(join(folder, "null"), log);
    expect((await readFile("/dev/null")).length).toBe(0);
  });

  it("says which path cannot be written, and cleans up", async () => {
    const path = join(folder, "taken");
    await mkdir(path);
    await expect(writeJson(path, log)).rejects.toMatchObject({
      code: "log/write-failed",
      message: expect.stringContaining(path),
    });
    await writeFile(join(folder, "file"), "");
    await expect(writeJson(join(folder, "file/log.json"), log)).rejects.toMatchObject({ code: "log/write-failed" });
    expect((await readdir(folder)).sort()).toEqual(["file", "taken"]);
  });
});

describe("writeToDestination", () => {
  it("writes where it should, and nothing when disabled", async () => {
    await writeToDestination(LogDestination.disabled(), log);
    expect(await readdir(folder)).toEqual([]);
    await writeToDestination(
      LogDestination.json(join(folder, "log.json")),
      ExperimentLog.start({ name: "mlp" }).log(0, "loss", 1),
    );
    expect(await readJson(join(folder, "log.json"))).toMatchObject({
      title: "mlp",
      notes: ["project=torchlean", "run_name=mlp"],
    });
  });
});

describe("reading", () => {
  const reading = async (content: string | Uint8Array): Promise<unknown> => {
    const path = join(folder, "in.json");
    await writeFile(path, content);
    return readJson(path);
  };

  it("names the file and the field", async () => {
    await expect(reading('{"series": [{"name": "a", "values": [1, "abc"]}]}')).rejects.toMatchObject({
      code: "log/bad-field",
      message: `${join(folder, "in.json")}: series[0].values[1]: expected a number, got "abc"`,
    });
    await expect(reading('{"series": [')).rejects.toMatchObject({
      code: "log/bad-json",
      message: expect.stringContaining(`${join(folder, "in.json")}: expected JSON`),
    });
    await expect(readJson(join(folder, "none.json"))).rejects.toMatchObject({
      code: "log/read-failed",
      message: expect.stringMatching(/none\.json: could not be read: ENOENT/),
    });
  });

  it("refuses invalid UTF-8 and says where", async () => {
    const bytes = Uint8Array.from([...new TextEncoder().encode('{"title": "é'), 0xc3, 0x28, 0x22, 0x7d]);
    await expect(reading(bytes)).rejects.toMatchObject({
      code: "log/bad-utf8",
      message: `${join(folder, "in.json")}: expected UTF-8 text, got byte 0xc3 at offset 13; save the file as UTF-8`,
    });
  });

  it("takes a byte order mark, and NaN as Python writes it", async () => {
    expect(await reading('\ufeff{"series": [{"name": "a", "values": [NaN, -Infinity]}]}')).toMatchObject({
      series: [{ values: [Number.NaN, -Infinity] }],
    });
  });

  it("warns with the file's name", async () => {
    await writeFile(join(folder, "in.json"), '{"title": 1}');
    const onWarning = vi.fn();
    await readJson(join(folder, "in.json"), { onWarning });
    expect(onWarning.mock.calls).toEqual([
      [`${join(folder, "in.json")}: title: expected a text, got 1; "Training" is used`],
    ]);
  });

  it.skipIf(process.getuid?.() === 0)("says that a file may not be read", async () => {
    await writeFile(join(folder, "in.json"), "{}");
    await chmod(join(folder, "in.json"), 0);
    await expect(readJson(join(folder, "in.json"))).rejects.toMatchObject({ code: "log/read-failed" });
  });
});

describe("readLogFile", () => {
  it.each([
    ["{}", { kind: "train-log" }],
    ['{"counts": [[1]]}', { kind: "confusion-matrix", content: { counts: [[1]] } }],
    ['{"counts": [[1]], "series": []}', { kind: "train-log" }],
    ["[[1, 2], [3, 4]]", { kind: "confusion-matrix" }],
    ["[]", { kind: "confusion-matrix", content: { counts: [] } }],
  ])("recognises %s", async (text, expected) => {
    await writeFile(join(folder, "in.json"), text);
    expect(await readLogFile(join(folder, "in.json"))).toMatchObject(expected);
  });

  it.each(["1", "null", '"x"'])("refuses %s", async (text) => {
    await writeFile(join(folder, "in.json"), text);
    await expect(readLogFile(join(folder, "in.json"))).rejects.toThrow(
      /in\.json: log file: expected a training log \(an object\) or a confusion matrix \(an array of arrays\), got /,
    );
  });
});

describe("golden files of version 1", () => {
  const golden = (name: string): string => new URL(name, GOLDEN).pathname;

  it.each(["train-log.json", "experiment-log.json"])("%s reads, and is written again byte for byte", async (name) => {
    const read = await readJson(golden(name), { strict: true });
    await writeJson(join(folder, name), read);
    expect(await readFile(join(folder, name), "utf8")).toBe(await readFile(golden(name), "utf8"));
  });

  it("train-log.json holds what it says", async () => {
    expect(await readJson(golden("train-log.json"))).toEqual({
      title: 'Tiny "MLP" – é 日本 🙂',
      steps: [0, 10, 20, 30, 9007199254740991],
      series: [
        { name: "loss", values: [0.1234567890123456, Number.NaN, Infinity, 0.1, 1e-7], color: "#4e79a7" },
        { name: "__proto__", values: [-Infinity, 0, 5e-324, 1.7976931348623157e308, -2.5], color: "#0a7" },
      ],
      notes: ["free note", "a=b", ""],
    });
  });

  it("confusion-matrix.json reads, and is written again byte for byte", async () => {
    const matrix = await readConfusionMatrixJson(golden("confusion-matrix.json"));
    expect(matrix.counts[0]).toEqual([50, 0, 0]);
    await writeJson(join(folder, "m.json"), matrix);
    expect(await readFile(join(folder, "m.json"), "utf8")).toBe(
      await readFile(golden("confusion-matrix.json"), "utf8"),
    );
  });

  it("experiment-log.json gives the experiment back", async () => {
    const experiment = ExperimentLog.fromTrainLog(await readJson(golden("experiment-log.json")));
    expect(experiment.run).toEqual({
      project: "iris",
      name: "mlp-32",
      runId: "r-0007",
      group: "width sweep",
      tags: ["baseline", "cpu"],
      config: [
        { key: "lr", value: "0.05" },
        { key: "cmd", value: "train --lr=0.05" },
      ],
    });
    expect(experiment.notes).toEqual(["seed 7"]);
    expect(experiment.artifacts.map((artifact) => [artifact.name, artifact.kind])).toEqual([
      ["weights", "model"],
      ["curve", "file"],
    ]);
    expect(experiment.history.series.map((series) => series.values)).toEqual([
      [1.1, 0.6, 0.3],
      [Number.NaN, 0.8, 0.93],
    ]);
  });
});
