import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunState } from "../../run/event.ts";
import type { JsonValue } from "../../run/json.ts";
import type { MetricSummary, RunInfo, RunQuery, RunSort } from "../types.ts";
import type { CatalogChange } from "./catalog.ts";
import { SqliteCatalog } from "./sqlite-catalog.ts";

let catalog: SqliteCatalog;
beforeEach(() => {
  catalog = SqliteCatalog.open(undefined);
});
afterEach(() => catalog.close());

function info(runId: string, fields: Partial<RunInfo> = {}): RunInfo {
  return {
    ...{ runId, project: "p", name: runId, tags: [], archived: false, state: "finished" },
    ...{ createdMs: 0, lastMs: 0, durationMs: 0, rowCount: 0, pointCount: 0, metricCount: 0, damageCount: 0 },
    ...fields,
  };
}

const numbers = (key: string, last: number): MetricSummary => ({
  key,
  kind: "number",
  count: 1,
  finiteCount: 1,
  last,
  min: last,
});

const NASTY = [
  "'; DROP TABLE runs; --",
  "%",
  "_",
  "\\",
  '"',
  "__proto__",
  "🦊",
  "a/../b",
  "ä",
  "Ä",
  "é",
  "NULL",
  "*",
  "x".repeat(10_000),
];

async function all(query: RunQuery): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await catalog.list({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...page.runs.map((run) => run.runId));
    cursor = page.nextCursor;
    if (cursor === undefined) {
      expect(page.total).toBe(ids.length);
      return ids;
    }
  }
}

/** What a run of the model has. */
interface Model {
  readonly info: RunInfo;
  readonly loss: number | undefined;
  readonly lr: number | undefined;
}

const modelRun = fc.record({
  name: fc.constantFrom("a", "B", "b", "🦊", ""),
  group: fc.option(fc.constantFrom("g", "h"), { nil: undefined }),
  state: fc.constantFrom<RunState[]>("running", "finished", "failed"),
  createdMs: fc.nat(5),
  archived: fc.boolean(),
  tags: fc.uniqueArray(fc.constantFrom("x", "y", "z")),
  loss: fc.option(fc.constantFrom(1, -1, 0.5, Infinity, -Infinity, Number.NaN), { nil: undefined }),
  lr: fc.option(fc.constantFrom(0.1, 0.2), { nil: undefined }),
});

const modelSort = fc.constantFrom<RunSort[]>(
  { by: "name" },
  { by: "name", descending: true },
  { by: "group", descending: true },
  { by: "createdMs" },
  { by: "metric", key: "loss" },
  { by: "metric", key: "loss", descending: true },
  { by: "metric", key: "loss", statistic: "min" },
  { by: "config", key: "lr", descending: true },
);

function sortValue(run: Model, sort: RunSort): string | number | undefined {
  if (sort.by === "metric") return run.loss === undefined || Number.isNaN(run.loss) ? undefined : run.loss;
  if (sort.by === "config" || sort.by === "summary") return run.lr;
  const value = run.info[sort.by];
  // NOCASE folds ASCII letters only.
  return typeof value === "string"
    ? value.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
    : (value as number | undefined);
}

function compare(a: Model, b: Model, sorts: readonly RunSort[]): number {
  for (const sort of sorts) {
    const [x, y] = [sortValue(a, sort), sortValue(b, sort)];
    if (x === undefined && y === undefined) continue;
    if (x === undefined || y === undefined) return x === undefined ? 1 : -1;
    if (x !== y) return (x < y ? -1 : 1) * (sort.descending ? -1 : 1);
  }
  return a.info.runId < b.info.runId ? 1 : -1;
}

describe("a list of runs", () => {
  it("is what filtering and sorting plain objects gives, on pages of any size", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(modelRun, { maxLength: 25 }),
        fc.uniqueArray(modelSort, { minLength: 1, maxLength: 3, selector: (sort) => sort.by }),
        fc.integer({ min: 1, max: 30 }),
        fc.uniqueArray(fc.constantFrom("x", "y")),
        fc.constantFrom("exclude" as const, "only" as const, "include" as const),
        async (runs, sort, limit, tags, archived) => {
          await catalog.close();
          catalog = SqliteCatalog.open(undefined);
          const model = runs.map(({ loss, lr, group, ...fields }, i): Model => {
            return { info: info(`run${i}`, { ...fields, ...(group === undefined ? {} : { group }) }), loss, lr };
          });
          await catalog.write(
            model.map(
              (run): CatalogChange => ({
                runId: run.info.runId,
                info: run.info,
                metrics: run.loss === undefined ? [] : [numbers("loss", run.loss)],
                config: new Map(run.lr === undefined ? [] : [["lr", run.lr]]),
              }),
            ),
          );
          const wanted = model
            .filter((run) => archived === "include" || run.info.archived === (archived === "only"))
            .filter((run) => tags.every((tag) => run.info.tags.includes(tag)))
            .sort((a, b) => compare(a, b, sort));
          expect(await all({ sort, limit, tags, archived })).toEqual(wanted.map((run) => run.info.runId));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("takes any text as data: names, tags, keys, searches", async () => {
    await catalog.write(
      NASTY.map((text, i) => ({
        runId: `r${i}`,
        info: info(`r${i}`, { project: text, name: text, group: text, notes: text, tags: [text] }),
        config: new Map<string, JsonValue>([[text, text]]),
        metrics: [numbers(text, i), { key: text, kind: "json", count: 1, finiteCount: 0, last: text }],
        console: [{ line: 0, stream: "stdout", text, wallMs: 0 }],
      })),
    );
    for (const [i, text] of NASTY.entries()) {
      expect(await all({ project: text })).toEqual([`r${i}`]);
      expect(await all({ tags: [text] })).toEqual([`r${i}`]);
      expect(await all({ group: text })).toEqual([`r${i}`]);
      expect(await all({ text })).toContain(`r${i}`);
      expect((await all({ sort: [{ by: "metric", key: text }] }))[0]).toBe(`r${i}`);
      expect((await catalog.find(text, 20)).map((run) => run.runId)).toContain(`r${i}`);
      const [row] = (await catalog.list({ runIds: [`r${i}`], config: [text], metrics: [text] })).runs;
      expect(Object.entries(row!.config)).toEqual([[text, text]]);
      expect(row!.metrics.map((metric) => metric.last)).toEqual([text, i]);
      expect((await catalog.metrics(`r${i}`, { prefix: text })).map((metric) => metric.kind)).toEqual([
        "number",
        "json",
      ]);
    }
    expect(await all({ text: "ä" })).toEqual(["r9", "r8"]);
    expect(await catalog.find("%", 20)).toHaveLength(1);
  });

  it.each<RunQuery>([
    { limit: 0 },
    { limit: 1.5 },
    { limit: 10_001 },
    { cursor: "nonsense" },
    { cursor: Buffer.from("[1]").toString("base64url") },
    { cursor: Buffer.from('[{"a":1},"x"]').toString("base64url") },
    // biome-ignore lint/suspicious/noExplicitAny: what a client may send although the types forbid it
    { sort: [{ by: "name; DROP TABLE runs" as any }] },
    // biome-ignore lint/suspicious/noExplicitAny: as above
    { sort: [{ by: "constructor" as any }] },
    // biome-ignore lint/suspicious/noExplicitAny: as above
    { sort: [{ by: "metric", key: "x", statistic: "name" as any }] },
  ])("refuses %j", async (query) => {
    await expect(catalog.list(query)).rejects.toMatchObject({ code: "store/bad-query", status: 400 });
  });

  it("goes on behind the last run of a page when others come and go meanwhile", async () => {
    const write = (...ids: number[]): Promise<void> =>
      catalog.write(ids.map((id) => ({ runId: `r${id}`, info: info(`r${id}`, { createdMs: id }) })));
    await write(1, 2, 3, 4, 5, 6);
    const first = await catalog.list({ limit: 3 });
    expect(first.runs.map((run) => run.createdMs)).toEqual([6, 5, 4]);
    await catalog.remove("r4");
    await write(7);
    const second = await catalog.list({ limit: 3, cursor: first.nextCursor! });
    expect(second.runs.map((run) => run.createdMs)).toEqual([3, 2, 1]);
  });
});

describe("what is written", () => {
  it("comes back as it was, also NaN, infinities, -0 and every JSON value", async () => {
    await fc.assert(
      fc.asyncProperty(fc.double(), fc.jsonValue(), async (number, json) => {
        const metrics: MetricSummary[] = [
          { key: "n", kind: "number", count: 3, finiteCount: 2, last: number },
          // biome-ignore lint/suspicious/noExplicitAny: fast-check's type of JSON values is wider than ours
          { key: "n", kind: "json", count: 1, finiteCount: 0, last: json as any, lastStep: -5 },
        ];
        await catalog.write([{ runId: "r", reset: true, info: info("r"), metrics, config: new Map([["c", number]]) }]);
        expect(await catalog.metrics("r")).toEqual(metrics);
        expect(await catalog.config("r")).toEqual([["c", number]]);
      }),
      { numRuns: 100 },
    );
  });

  it("may be written twice without a difference, and is gone when the run is removed", async () => {
    const change: CatalogChange = {
      runId: "r",
      info: info("r", { tags: ["t"] }),
      console: [{ line: 1, stream: "stderr", text: "x", wallMs: 1 }],
      media: [
        {
          type: "media",
          key: "k",
          step: 1,
          wallMs: 1,
          kind: "text",
          data: {},
          blobs: [{ sha256: "a".repeat(64), sizeBytes: 1 }],
        },
      ],
      firstMedia: 0,
      artifacts: [{ type: "artifact", direction: "used", name: "n", kind: "k", wallMs: 1, digest: "d", files: [] }],
      firstArtifact: 0,
    };
    await catalog.write([change]);
    const once = [
      await catalog.console("r"),
      await catalog.media("r"),
      await catalog.artifacts("r"),
      await catalog.blobUses(),
    ];
    await catalog.write([change, change]);
    expect([
      await catalog.console("r"),
      await catalog.media("r"),
      await catalog.artifacts("r"),
      await catalog.blobUses(),
    ]).toEqual(once);
    await catalog.remove("r");
    expect(await catalog.blobUses()).toEqual([]);
    await catalog.write([{ runId: "r", info: info("r") }]);
    expect(await catalog.console("r")).toEqual({ lines: [], totalLines: 0 });
    expect(await all({ tags: ["t"] })).toEqual([]);
  });

  it("is all there or not at all", async () => {
    const bad = { runId: "bad", info: info("bad"), config: new Map([["big", 1n as unknown as number]]) };
    await expect(catalog.write([{ runId: "good", info: info("good") }, bad])).rejects.toThrow();
    expect((await catalog.list({})).total).toBe(0);
  });
});

describe("console pages", () => {
  it("replace lines that were written again, never split a line number, and reach every line", async () => {
    const lines = Array.from({ length: 50 }, (_, i) => i).flatMap((line) => [
      { line, stream: "stdout" as const, text: `out ${line}`, wallMs: 0 },
      { line, stream: "stderr" as const, text: `err ${line}`, wallMs: 0 },
    ]);
    await catalog.write([
      { runId: "r", info: info("r"), console: [...lines, { line: 3, stream: "stdout", text: "again", wallMs: 1 }] },
    ]);
    const got: string[] = [];
    for (let from: number | undefined = 0; from !== undefined; ) {
      const page = await catalog.console("r", { from, limit: 7 });
      got.push(...page.lines.map((line) => line.text));
      from = page.nextFrom;
    }
    expect(got).toHaveLength(100);
    expect(new Set(got).size).toBe(100);
    expect(got).toContain("again");
    expect((await catalog.console("r", { last: 2, stream: "stdout" })).lines.map((line) => line.text)).toEqual([
      "out 48",
      "out 49",
    ]);
  });
});

describe("ten thousand runs", () => {
  it("are listed and sorted by a metric with only the columns asked for", async () => {
    const changes = Array.from({ length: 10_000 }, (_, i): CatalogChange => {
      const metrics = Array.from({ length: 5 }, (_, m) => numbers(`m${m}`, (i * 7919) % 10_007));
      return { runId: `run${i}`, info: info(`run${i}`, { createdMs: i }), metrics };
    });
    await catalog.write(changes);
    const { runs, total } = await catalog.list({ sort: [{ by: "metric", key: "m3" }], metrics: ["m1"], limit: 50 });
    expect(total).toBe(10_000);
    expect(runs.map((run) => run.metrics.length)).toEqual(runs.map(() => 1));
    const values = runs.map((run) => Number(run.metrics[0]!.last));
    expect(values).toEqual(values.toSorted((a, b) => a - b));
  });
});
