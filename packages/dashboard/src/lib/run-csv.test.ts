import fc from "fast-check";
import type { RunRow } from "trainlog/api";
import { describe, expect, it } from "vitest";
import { runColumns } from "./run-columns.ts";
import { allColumns, csvHead, csvRow, groupsCsv } from "./run-csv.ts";

const run: RunRow = {
  runId: "a",
  project: "p",
  name: 'say "hi", twice',
  state: "finished",
  createdMs: 0,
  lastMs: 0,
  durationMs: 1500,
  tags: ["x", "y"],
  archived: false,
  rowCount: 0,
  pointCount: 0,
  metricCount: 1,
  damageCount: 0,
  metrics: [{ key: "loss", kind: "number", count: 2, finiteCount: 1, last: "NaN", min: 0.1 + 0.2 }],
  config: { "opt.lr": 1e-7, layers: [1, 2], gone: null },
};

/** Reads one line of RFC 4180. */
function parse(line: string): string[] {
  const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"\r\n]*))/gs)];
  return cells.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "");
}

describe("CSV of runs", () => {
  it("keeps all digits, and writes times, durations and lists so that other programs read them", () => {
    const columns = runColumns([
      "created",
      "duration",
      "tag",
      "metric.loss",
      "metric.loss.min",
      "config.opt.lr",
      "config.layers",
      "config.gone",
    ]);
    expect(csvHead(columns)).toBe(
      "id,name,created,duration_s,tag,metric.loss.last,metric.loss.min,config.opt.lr,config.layers,config.gone\r\n",
    );
    expect(csvRow(run, columns)).toBe(
      'a,"say ""hi"", twice",1970-01-01T00:00:00.000Z,1.5,"x, y",NaN,0.30000000000000004,1e-7,"[1,2]",\r\n',
    );
  });

  it("loses nothing of a name, whatever is in it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (name) => {
        expect(parse(csvRow({ ...run, name }, []).slice(0, -2))[1]).toBe(name);
      }),
    );
  });

  it("finds everything that runs have", () => {
    const ids = allColumns([run, { ...run, config: { b: 1 }, summary: { acc: 1 } }]).map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining([
        "state",
        "config.opt.lr",
        "config.b",
        "summary.acc",
        "metric.loss.last",
        "metric.loss.max",
      ]),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("writes groups with their numbers", () => {
    const group = {
      values: [{ field: "config.opt", value: "adam" }, { field: "tag" }],
      runCount: 2,
      runningCount: 0,
      numbers: [{ field: "metric.loss.last", count: 2, mean: 0.5, min: 0, max: 1 }],
    };
    expect(groupsCsv([group])).toBe(
      "config.opt,tag,runs,running,metric.loss.last mean,metric.loss.last min,metric.loss.last max,metric.loss.last count\r\nadam,,2,0,0.5,0,1,2\r\n",
    );
    expect(groupsCsv([])).toBe("");
  });
});
