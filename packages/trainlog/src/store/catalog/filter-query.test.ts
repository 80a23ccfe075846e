/** The catalog's SQL and the evaluator of the query room agree on random runs and random filters, because they share nothing but the tree. */
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type FilterMetric, type FilterSubject, matches } from "../../query/evaluate.ts";
import { flatten } from "../../query/flatten.ts";
import { parseFilter } from "../../query/parse.ts";
import { printFilter } from "../../query/print.ts";
import { anyFilter, NAMES, NOW_MS, NUMBERS, TEXTS } from "../../query/test-filters.ts";
import type { JsonValue } from "../../run/json.ts";
import type { RunInfo } from "../types.ts";
import type { CatalogChange, IndexedMetric } from "./catalog.ts";
import { filterSql } from "./filter-query.ts";
import { SqliteCatalog } from "./sqlite-catalog.ts";

const anyText = fc.constantFrom(...TEXTS);
const anyNumber = fc.oneof(fc.constantFrom(...NUMBERS, -0), fc.integer({ min: -5, max: 5 }));
const anyValue: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.oneof(anyText, anyNumber, fc.boolean(), fc.constant(null)),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("lr", "a b", "x"), tie("value"), { maxKeys: 2 }),
  ),
})).value;
const anyEntries = fc.dictionary(fc.constantFrom(...NAMES), anyValue, { maxKeys: 4, noNullPrototype: true });

const anyInfo: fc.Arbitrary<RunInfo> = fc.record(
  {
    runId: fc.uuid(),
    project: anyText,
    name: anyText,
    group: anyText,
    jobType: anyText,
    tags: fc.uniqueArray(anyText, { maxLength: 3 }),
    notes: anyText,
    parentRunId: anyText,
    source: anyText,
    archived: fc.boolean(),
    state: fc.constantFrom("running", "finished", "failed", "killed", "crashed"),
    createdMs: fc.integer({ min: -100, max: 100 }).map((minutes) => NOW_MS + minutes * 60_000),
    finishedMs: fc.integer({ min: -100, max: 100 }).map((hours) => NOW_MS + hours * 3_600_000),
    lastMs: fc.constantFrom(NOW_MS, NOW_MS - 60_000),
    durationMs: fc.integer({ min: 0, max: 100 }).map((minutes) => minutes * 60_000),
    exitCode: fc.integer({ min: 0, max: 3 }),
    error: anyText,
    rowCount: fc.integer({ min: 0, max: 3 }),
    pointCount: fc.integer({ min: 0, max: 3 }),
    metricCount: fc.integer({ min: 0, max: 3 }),
    lastStep: fc.integer({ min: -3, max: 3 }),
    damageCount: fc.integer({ min: 0, max: 1 }),
  },
  {
    requiredKeys: [
      ...(["runId", "project", "name", "tags", "archived", "state", "createdMs", "lastMs", "durationMs"] as const),
      ...(["rowCount", "pointCount", "metricCount", "damageCount"] as const),
    ],
  },
);

/** Statistics that fit each other in kind, not in value: SQL and evaluator must not care. */
const anyMetric: fc.Arbitrary<IndexedMetric> = fc
  .record(
    {
      key: fc.constantFrom(...NAMES),
      kind: fc.constantFrom("number" as const, "number" as const, "json" as const),
      count: fc.integer({ min: 1, max: 5 }),
      last: anyNumber,
      min: fc.integer({ min: -5, max: 5 }),
      max: fc.integer({ min: -5, max: 5 }),
      mean: fc.constantFrom(0.1, 1),
      lastStep: fc.integer({ min: -5, max: 5 }),
      goal: fc.constantFrom("min" as const, "max" as const),
      rule: fc.constantFrom("last" as const, "min" as const, "max" as const, "mean" as const, "none" as const),
    },
    { requiredKeys: ["key", "kind", "count", "last"] },
  )
  .map((metric) => ({ ...metric, finiteCount: 1, ...(metric.kind === "json" ? { last: "text" } : {}) }));

interface AnyRun {
  readonly info: RunInfo;
  readonly config: { readonly [key: string]: JsonValue };
  readonly summary: { readonly [key: string]: JsonValue };
  readonly metrics: readonly IndexedMetric[];
}

const anyRun: fc.Arbitrary<AnyRun> = fc.record({
  info: anyInfo,
  config: anyEntries,
  summary: anyEntries,
  metrics: fc.uniqueArray(anyMetric, { selector: ({ key, kind }) => `${kind} ${key}`, maxLength: 4 }),
});

function subjectOf({ info, config, summary, metrics }: AnyRun): FilterSubject {
  const numbers = metrics.filter(({ kind }) => kind === "number");
  const inEffect = flatten(Object.entries(summary));
  for (const metric of numbers) {
    const rule = metric.rule ?? "last";
    const value = rule === "none" ? undefined : metric[rule];
    if (value !== undefined && !inEffect.has(metric.key)) inEffect.set(metric.key, value);
  }
  return {
    run: { ...info },
    config: flatten(Object.entries(config)),
    summary: inEffect,
    metrics: new Map(
      numbers.map((metric) => [metric.key, { ...metric, last: Number(metric.last) } satisfies FilterMetric]),
    ),
    otherMetrics: new Set(metrics.filter(({ kind }) => kind === "json").map(({ key }) => key)),
  };
}

const catalog = SqliteCatalog.open(undefined);
afterAll(() => catalog.close());

async function fill(runs: readonly AnyRun[]): Promise<void> {
  for (const { runId } of await catalog.indexed()) await catalog.remove(runId);
  await catalog.write(
    runs.map(({ info, config, summary, metrics }): CatalogChange => {
      return {
        runId: info.runId,
        info,
        config: new Map(Object.entries(config)),
        summary: new Map(Object.entries(summary)),
        metrics,
      };
    }),
  );
}

describe("filterSql", () => {
  it("finds the runs that the evaluator says match", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRun, { minLength: 1, maxLength: 5 }),
        fc.array(anyFilter, { minLength: 10, maxLength: 10 }),
        async (runs, filters) => {
          await fill(runs);
          for (const filter of filters) {
            const found = catalog.matching(filterSql(filter, NOW_MS));
            const expected = runs
              .filter((run) => matches(filter, subjectOf(run), { nowMs: NOW_MS }))
              .map(({ info }) => info.runId);
            expect({ filter: printFilter(filter), found: new Set(found) }).toEqual({
              filter: printFilter(filter),
              found: new Set(expected),
            });
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it("binds what it is given, whatever it looks like", async () => {
    await fill([]);
    for (const text of [`'; DROP TABLE runs; --`, `" OR 1=1`, "%", "\u0000", "?"]) {
      const filter = parseFilter(
        `name = ${JSON.stringify(text)} or config.\`${text}\` contains ${JSON.stringify(text)}`,
      );
      expect(catalog.matching(filterSql(filter, NOW_MS))).toEqual([]);
    }
    expect(await catalog.projects()).toEqual([]);
  });

  it("takes the largest filters that can be read", async () => {
    await fill([]);
    const values = Array.from({ length: 1000 }, (_, i) => i).join(",");
    const many = (condition: string, count: number): string =>
      Array.from({ length: count }, () => condition).join(" and ");
    for (const text of [
      `config.x in (${values})`,
      `summary.x in (${values})`,
      `(summary.x = 1 or ${many("metric.a.best < 1", 199)})`,
      many("not not not summary.a.b != null", 200),
      many('name !~ "(a|b)*c"', 20),
      `${"not ".repeat(50)}archived`,
    ]) {
      expect(catalog.matching(filterSql(parseFilter(text), NOW_MS))).toEqual([]);
    }
  });

  it("refuses a pattern that cannot be read, before it is looked for", () => {
    expect(() => filterSql(parseFilter('name ~ "("'), NOW_MS)).toThrow(
      expect.objectContaining({ code: "query/bad-pattern" }),
    );
  });
});
