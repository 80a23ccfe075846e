import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseFilter } from "../../query/parse.ts";
import type { JsonValue } from "../../run/json.ts";
import type { ColumnInfo, RunInfo, RunSort } from "../types.ts";
import type { CatalogChange, IndexedMetric } from "./catalog.ts";
import { SqliteCatalog } from "./sqlite-catalog.ts";

let catalog: SqliteCatalog;
beforeEach(() => {
  catalog = SqliteCatalog.open(undefined);
});
afterEach(() => catalog.close());

function change(
  runId: string,
  fields: Partial<RunInfo> & {
    readonly config?: Record<string, JsonValue>;
    readonly summary?: Record<string, JsonValue>;
    readonly metrics?: readonly IndexedMetric[];
  } = {},
): CatalogChange {
  const { config, summary, metrics, ...info } = fields;
  return {
    runId,
    info: {
      ...{ runId, project: "p", name: runId, tags: [], archived: false, state: "finished" },
      ...{ createdMs: 0, lastMs: 0, durationMs: 0, rowCount: 0, pointCount: 0, metricCount: 0, damageCount: 0 },
      ...info,
    },
    ...(config === undefined ? {} : { config: new Map(Object.entries(config)) }),
    ...(summary === undefined ? {} : { summary: new Map(Object.entries(summary)) }),
    ...(metrics === undefined ? {} : { metrics }),
  };
}

function metric(key: string, min: number, max = min, extra: Partial<IndexedMetric> = {}): IndexedMetric {
  return {
    key,
    kind: "number",
    count: 2,
    finiteCount: 2,
    last: max,
    min,
    max,
    mean: (min + max) / 2,
    lastStep: 7,
    ...extra,
  };
}

const ids = async (query: Parameters<SqliteCatalog["list"]>[0]): Promise<string[]> =>
  (await catalog.list(query)).runs.map(({ runId }) => runId);

describe("columns", () => {
  it("are counted per project and type, whatever came, changed and went", async () => {
    const anyConfig = fc.dictionary(
      fc.constantFrom("a", "b", "c"),
      fc.oneof(fc.integer(), fc.constant("text"), fc.constant({ x: 1 }), fc.constant({ x: "t" })),
      { maxKeys: 3, noNullPrototype: true },
    );
    const anyStep = fc.record({
      runId: fc.constantFrom("r1", "r2", "r3"),
      project: fc.constantFrom("p", "q"),
      remove: fc.boolean(),
      config: anyConfig,
      metrics: fc.subarray(["m1", "m2"]),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 8 }), async (steps) => {
        for (const { runId } of await catalog.indexed()) await catalog.remove(runId);
        const runs = new Map<string, { project: string; keys: Map<string, string> }>();
        for (const { runId, project, remove, config, metrics } of steps) {
          const known = runs.get(runId);
          if (remove) {
            await catalog.remove(runId);
            runs.delete(runId);
            continue;
          }
          // A run that moves to another project was deleted and made anew.
          const reset = known !== undefined && known.project !== project;
          await catalog.write([
            { ...change(runId, { project, config, metrics: metrics.map((key) => metric(key, 1)) }), reset },
          ]);
          const formerMetrics = reset ? [] : [...(known?.keys ?? [])].filter(([key]) => key.startsWith("metric "));
          const fields = Object.entries(config).flatMap(([key, value]): [string, string][] =>
            typeof value === "object"
              ? [
                  [`config ${key}`, "object"],
                  [`config ${key}.x`, typeof value.x === "number" ? "number" : "text"],
                ]
              : [[`config ${key}`, typeof value === "number" ? "number" : "text"]],
          );
          runs.set(runId, {
            project,
            keys: new Map([
              ...formerMetrics,
              ...metrics.map((key): [string, string] => [`metric ${key}`, "number"]),
              ...fields,
            ]),
          });
        }
        for (const project of ["p", "q"]) {
          const counts = new Map<string, number>();
          for (const run of runs.values()) {
            if (run.project === project)
              for (const [key, type] of run.keys) counts.set(`${key} ${type}`, (counts.get(`${key} ${type}`) ?? 0) + 1);
          }
          const { columns, total } = await catalog.columns({ project });
          const found = columns.flatMap(({ what, key, types }) =>
            types.map(({ type, runCount }): [string, number] => [`${what} ${key} ${type}`, runCount]),
          );
          expect(new Map(found)).toEqual(counts);
          expect(total).toBe(columns.length);
        }
      }),
    );
  });

  it("come in pages, by kind, and by a part of the name", async () => {
    const metrics = Array.from({ length: 25 }, (_, i) => metric(`val/m${i}`, i));
    await catalog.write([change("r", { config: { Lr: 1, opt: { lr: 0.1 } }, summary: { best: 1 }, metrics })]);
    const pages: ColumnInfo[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await catalog.columns({ project: "p", limit: 10, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.total).toBe(29);
      pages.push(...page.columns);
      cursor = page.nextCursor;
      if (cursor === undefined) break;
    }
    expect(pages).toEqual((await catalog.columns({ project: "p" })).columns);
    const found = await catalog.columns({ project: "p", search: "LR" });
    expect(found.columns.map(({ key }) => key)).toEqual(["Lr", "opt.lr"]);
    expect((await catalog.columns({ project: "p", what: "summary" })).columns).toEqual([
      { what: "summary", key: "best", types: [{ type: "number", runCount: 1 }] },
    ]);
    await expect(catalog.columns({ project: "p", cursor: "x" })).rejects.toMatchObject({
      code: "store/bad-query",
      status: 400,
    });
  });
});

describe("a list", () => {
  it("gives nested values by path, everything below a prefix, and whole objects by their key", async () => {
    await catalog.write([
      change("r", {
        config: { opt: { lr: 0.1, adam: { beta: 0.9 } }, seed: 1 },
        metrics: [metric("val/a", 1), metric("val/b", 2), metric("c", 3)],
      }),
    ]);
    const row = async (query: Parameters<SqliteCatalog["list"]>[0]) => (await catalog.list(query)).runs[0]!;
    expect((await row({ config: ["opt.lr", "seed", "none"] })).config).toEqual({ seed: 1, "opt.lr": 0.1 });
    expect((await row({ config: ["opt"] })).config).toEqual({ opt: { lr: 0.1, adam: { beta: 0.9 } } });
    expect((await row({ config: ["opt*"] })).config).toEqual({ "opt.lr": 0.1, "opt.adam.beta": 0.9 });
    expect((await row({ config: "*" })).config).toEqual({ opt: { lr: 0.1, adam: { beta: 0.9 } }, seed: 1 });
    expect((await row({ metrics: ["val/*", "val/a"] })).metrics.map(({ key }) => key)).toEqual(["val/a", "val/b"]);
  });

  it("knows the best value by the goal of the run", async () => {
    await catalog.write([
      change("down", { metrics: [metric("x", 1, 5, { goal: "min" })] }),
      change("up", { metrics: [metric("x", 2, 3, { goal: "max" })] }),
      change("neither", { metrics: [metric("x", 0, 9)] }),
    ]);
    const { runs } = await catalog.list({ metrics: ["x"], sort: [{ by: "metric", key: "x", statistic: "best" }] });
    expect(runs.map(({ runId, metrics }) => [runId, metrics[0]?.best])).toEqual([
      ["down", 1],
      ["up", 3],
      ["neither", undefined],
    ]);
  });

  it("is paged rightly by several sorts with ties and missing values", async () => {
    const anyRuns = fc.array(
      fc.record({
        a: fc.option(fc.integer({ min: 0, max: 2 })),
        text: fc.option(fc.constantFrom("x", "X", "y")),
        loss: fc.option(fc.integer({ min: 0, max: 2 })),
      }),
      { maxLength: 12 },
    );
    const anySorts: fc.Arbitrary<RunSort[]> = fc.uniqueArray(
      fc
        .record({
          sort: fc.constantFrom<RunSort>(
            { by: "config", key: "n.a" },
            { by: "config", key: "text" },
            { by: "metric", key: "loss", statistic: "step" },
            { by: "summary", key: "loss" },
            { by: "state" },
          ),
          descending: fc.boolean(),
        })
        .map(({ sort, descending }) => ({ ...sort, descending })),
      { maxLength: 4, selector: (sort) => JSON.stringify({ ...sort, descending: undefined }) },
    );
    await fc.assert(
      fc.asyncProperty(anyRuns, anySorts, fc.integer({ min: 1, max: 4 }), async (runs, sort, limit) => {
        for (const { runId } of await catalog.indexed()) await catalog.remove(runId);
        await catalog.write(
          runs.map(({ a, text, loss }, i) =>
            change(`r${i}`, {
              config: { ...(a === null ? {} : { n: { a } }), ...(text === null ? {} : { text }) },
              metrics: loss === null ? [] : [metric("loss", loss, loss, { lastStep: loss })],
            }),
          ),
        );
        const whole = await ids({ sort });
        const paged: string[] = [];
        for (let cursor: string | undefined; ; ) {
          const page = await catalog.list({ sort, limit, ...(cursor === undefined ? {} : { cursor }) });
          paged.push(...page.runs.map(({ runId }) => runId));
          cursor = page.nextCursor;
          if (cursor === undefined) break;
        }
        expect(paged).toEqual(whole);
        expect(new Set(paged).size).toBe(runs.length);
      }),
    );
  });

  it("shows archived runs to a filter that speaks of them", async () => {
    await catalog.write([change("old", { archived: true }), change("new")]);
    expect(await ids({ filter: parseFilter("archived") })).toEqual(["old"]);
    expect(await ids({ filter: parseFilter("archived or name = new") })).toHaveLength(2);
    expect(await ids({ filter: parseFilter('name ~ "."') })).toEqual(["new"]);
    expect(await ids({ filter: parseFilter("archived"), archived: "exclude" })).toEqual([]);
  });
});

describe("groups", () => {
  it("count and reduce, the largest first", async () => {
    await catalog.write([
      change("a", { config: { lr: 0.1 }, tags: ["x", "y"], state: "running", metrics: [metric("loss", 1)] }),
      change("b", { config: { lr: 0.1 }, tags: ["x"], metrics: [metric("loss", 3)], summary: { acc: 0.5 } }),
      change("c", { config: { lr: "high" } }),
      change("d"),
      change("e", { archived: true, config: { lr: 0.1 } }),
    ]);
    const lr = { of: "config", path: "lr" } as const;
    const loss = { of: "metric", key: "loss", statistic: "min" } as const;
    expect(await catalog.groups({ by: [lr], reduce: [loss, { of: "summary", path: "acc" }] })).toEqual({
      total: 3,
      groups: [
        {
          values: [0.1],
          runCount: 2,
          runningCount: 1,
          numbers: [
            { count: 2, mean: 2, min: 1, max: 3 },
            { count: 1, mean: 0.5, min: 0.5, max: 0.5 },
          ],
        },
        { values: [undefined], runCount: 1, runningCount: 0, numbers: [{ count: 0 }, { count: 0 }] },
        { values: ["high"], runCount: 1, runningCount: 0, numbers: [{ count: 0 }, { count: 0 }] },
      ],
    });
    const byTag = await catalog.groups({ by: [{ of: "run", name: "tag" }], filter: parseFilter("exists(config.lr)") });
    expect(byTag.groups.map(({ values, runCount }) => [values[0], runCount])).toEqual([
      ["x", 2],
      [undefined, 1],
      ["y", 1],
    ]);
    expect(
      (await catalog.groups({ by: [{ of: "run", name: "archived" }], archived: "include" })).groups[1]?.values,
    ).toEqual([true]);
    expect((await catalog.groups({ by: [lr], search: "HIG" })).groups.map(({ values }) => values)).toEqual([["high"]]);
    expect(await catalog.groups({ by: [lr, { of: "run", name: "state" }], limit: 1, offset: 3 })).toMatchObject({
      total: 4,
      groups: [{ runCount: 1 }],
    });
  });

  it("refuse what cannot be grouped or reduced", async () => {
    const bad = { code: "store/bad-query", status: 400 };
    await expect(catalog.groups({ by: [] })).rejects.toMatchObject(bad);
    await expect(
      catalog.groups({ by: [{ of: "run", name: "name" }], reduce: [{ of: "run", name: "name" }] }),
    ).rejects.toMatchObject(bad);
    await expect(catalog.groups({ by: [{ of: "run", name: "name" }], offset: -1 })).rejects.toMatchObject(bad);
  });
});
