import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { exportEvents } from "../events/export-events.ts";
import { folderFixture, MemoryTarget, PICTURE_SHA256, pointsOf, sourceOf, testRun } from "../test-runs.ts";
import { type OpenImportOptions, openImport } from "./open-import.ts";
import { planImport } from "./plan-import.ts";
import { decideImport, writeImport } from "./write-import.ts";

const folder = folderFixture();

async function planOf(name: string, content: string, options: OpenImportOptions = {}) {
  await writeFile(folder.path(name), content);
  return planImport(await openImport(folder.path(name), options));
}

async function pointsIn(name: string, content: string, options: OpenImportOptions = { project: "p" }) {
  await writeFile(folder.path(name), content);
  const reader = await openImport(folder.path(name), options);
  const plan = await planImport(reader);
  const target = new MemoryTarget();
  await writeImport(reader, await decideImport(plan, target), target);
  return {
    plan,
    notes: reader.notes,
    points: [...target.runs].flatMap(([runId, events]) =>
      pointsOf(runId, events).map(([, key, step, wallMs, value]) => [key, step, wallMs, value]),
    ),
    names: [...target.runs.values()].map(([start]) => (start?.type === "start" ? start.name : undefined)),
  };
}

describe("a table of another program", () => {
  it("finds step and time by their usual names, and takes the other columns as metrics", async () => {
    const csv =
      "_step,_timestamp,train/loss,note\n0,1700000000,0.5,start\n1,1700000001.5,nan,\n2,1700000002,inf,True\n";
    const { points, notes } = await pointsIn("w.csv", csv);
    expect(points).toEqual([
      ["note", 0, 1_700_000_000_000, "start"],
      ["train/loss", 0, 1_700_000_000_000, 0.5],
      ["train/loss", 1, 1_700_000_001_500, Number.NaN],
      ["note", 2, 1_700_000_002_000, true],
      ["train/loss", 2, 1_700_000_002_000, Infinity],
    ]);
    expect(notes).toEqual(['step: column "_step"', 'time: column "_timestamp"']);
  });

  it("reads TensorBoard's CSV, semicolons, and a byte order mark", async () => {
    const { points } = await pointsIn("tb.csv", "\ufeffWall time;Step;Value\r\n1700000000.25;7;0.125\r\n");
    expect(points).toEqual([["Value", 7, 1_700_000_000_250, 0.125]]);
  });

  it("reads one value per line when there is a column of names and one of values", async () => {
    const { points, names } = await pointsIn("long.csv", "run,metric,step,value\na,loss,1,2\nb,loss,1,3\na,acc,1,4\n");
    expect(points.map(([key, step, , value]) => [key, step, value])).toEqual([
      ["loss", 1, 2],
      ["acc", 1, 4],
      ["loss", 1, 3],
    ]);
    expect(names).toEqual(["a", "b"]);
  });

  it("counts rows where nothing is a step, and says so", async () => {
    const { points, notes } = await pointsIn("plain.csv", "loss\n3\n2\n");
    expect(points.map(([key, step, , value]) => [key, step, value])).toEqual([
      ["loss", 0, 3],
      ["loss", 1, 2],
    ]);
    expect(notes.join()).toContain("--step-column");
  });

  it("reads flat JSON lines", async () => {
    const { points } = await pointsIn("flat.jsonl", '{"step":1,"loss":0.5,"extra":{"a":1}}\n{"step":2,"acc":1}\n');
    expect(points.map(([key, step, , value]) => [key, step, value])).toEqual([
      ["extra", 1, { a: 1 }],
      ["loss", 1, 0.5],
      ["acc", 2, 1],
    ]);
  });

  it("wants to know the project", async () => {
    await expect(planOf("x.csv", "step,loss\n1,2\n")).rejects.toThrow(/--project/);
  });

  it("names a column that is asked for and is not there, and those that are", async () => {
    const options = { project: "p", stepColumn: "iter" };
    await expect(planOf("x.csv", "step,loss\n1,2\n", options)).rejects.toThrow(/no column "iter".*step, loss/);
  });
});

describe("what cannot be read", () => {
  it("is named by file, line and column, and the rest is read", async () => {
    const csv = 'step,loss\n1,0.5\nx,0.4\n3\n4,"open\n5,0.1\n';
    const { bad, badCount, runs } = await planOf("bad.csv", csv, { project: "p" });
    expect(bad.map(({ place }) => place)).toEqual([
      "bad.csv, line 3, column step",
      "bad.csv, line 4",
      "bad.csv, line 5",
    ]);
    expect(bad[1]?.message).toBe("expected 2 columns, got 1");
    expect(badCount).toBe(3);
    expect(runs[0]?.points).toBe(2);
  });

  it("is named in event lines by the field", async () => {
    const lines = [
      '{"type":"start","runId":"r","project":"p","wallMs":1}',
      '{"type":"finish","wallMs":"late","status":"finished"}',
      "{oops",
      '{"type":"dance"}',
    ];
    const { bad, runs } = await planOf("r.jsonl", lines.join("\n"));
    expect(bad.map(({ place }) => place)).toEqual(["r.jsonl, line 2", "r.jsonl, line 3", "r.jsonl, line 4"]);
    expect(bad[0]?.message).toMatch(/^wallMs/);
    expect(runs).toHaveLength(1);
  });

  it("is refused where the format is unknown, the file missing, empty or no UTF-8", async () => {
    await expect(openImport(folder.path("none.csv"))).rejects.toThrow(/no such file/);
    await expect(planOf("x.bin", "")).rejects.toThrow(/--format/);
    await expect(planOf("x.csv", "")).rejects.toThrow(/empty/);
    await expect(planOf("x.parquet", "PAR1 nonsense")).rejects.toThrow(/no Parquet file/);
    await writeFile(folder.path("l.csv"), Uint8Array.of(0x61, 0xff, 0xfe));
    await expect(openImport(folder.path("l.csv"))).rejects.toThrow(/UTF-8/);
  });
});

describe("importing into a store that has the run", () => {
  const run = testRun("r1", [{ type: "config", set: { a: 1 } }]);

  async function exported(name: string, other = run) {
    await exportEvents({ source: sourceOf([other]), runIds: ["r1"] }, folder.tree(name));
    const reader = await openImport(folder.path(name));
    return { reader, plan: await planImport(reader) };
  }

  it("changes nothing when it says the same, whoever wrote it", async () => {
    const { plan } = await exported("a");
    const target = new MemoryTarget();
    target.runs.set("r1", [...run.events]);
    expect((await decideImport(plan, target))[0]?.outcome).toBe("unchanged");
  });

  it("refuses by name when it says something else", async () => {
    const { plan } = await exported("a");
    const target = new MemoryTarget();
    target.runs.set("r1", [...testRun("r1", []).events]);
    await expect(decideImport(plan, target)).rejects.toThrow(/run r1 is there already and says something else/);
  });

  it("goes on where an import was interrupted", async () => {
    const lines = Array.from({ length: 1200 }, (_, i) => ({
      type: "alert" as const,
      wallMs: i,
      title: "t",
      text: "",
      level: "info" as const,
    }));
    const long = testRun("r1", lines);
    const { reader, plan } = await exported("long", long);
    const target = new MemoryTarget();
    target.failAfter = 1;
    await expect(writeImport(reader, await decideImport(plan, target), target)).rejects.toThrow(/full/);
    target.failAfter = Infinity;
    const decisions = await writeImport(reader, await decideImport(plan, target), target);
    expect(decisions.map(({ outcome }) => outcome)).toEqual(["resumed"]);
    expect(target.runs.get("r1")).toEqual(long.events);
  });

  it("says which stored files the source has not got", async () => {
    const blobs = [{ sha256: PICTURE_SHA256.replaceAll("a", "b"), sizeBytes: 1 }];
    const { plan } = await exported(
      "m",
      testRun("r1", [{ type: "media", key: "k", step: 0, wallMs: 0, kind: "file", data: {}, blobs }]),
    );
    expect(plan.missingBlobs).toEqual([blobs[0]?.sha256]);
  });
});
