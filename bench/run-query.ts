/** @file How fast the run table gets its rows: lists, filters, groups and columns over ten thousand runs in the catalog of a server. */
import { join } from "node:path";
import { parseFilter } from "trainlog/query";
// The catalog alone: making ten thousand run folders would measure the disk.
import type { CatalogChange, IndexedMetric } from "../packages/trainlog/src/store/catalog/catalog.ts";
import { SqliteCatalog } from "../packages/trainlog/src/store/catalog/sqlite-catalog.ts";
import { type Bench, digits, type Figure, inFolder, median, timeMs } from "./measure.ts";

const RUNS = 10_000;
const METRICS = 100;
const WIDE_RUNS = 50;
const WIDE_METRICS = 12_000;

function metric(key: string, value: number): IndexedMetric {
  return {
    key,
    kind: "number",
    count: 100,
    finiteCount: 100,
    last: value,
    min: value / 2,
    max: value * 2,
    mean: value,
    lastStep: 99,
    lastWallMs: 1e12,
    goal: "min",
  };
}

function change(project: string, i: number, metrics: number): CatalogChange {
  const runId = `${project}-${i}`;
  const value = (k: number): number => ((i * 7919 + k * 104_729) % 10_007) / 10_007;
  return {
    runId,
    info: {
      ...{
        runId,
        project,
        name: `resnet-${i}`,
        group: `g${i % 20}`,
        tags: i % 10 === 0 ? ["best"] : [],
        archived: false,
        state: "finished",
      },
      ...{
        createdMs: 1e12 + i,
        lastMs: 1e12 + i,
        durationMs: i,
        rowCount: 100,
        pointCount: 100,
        metricCount: metrics,
        damageCount: 0,
      },
    },
    config: new Map(Object.entries({ seed: i, optimizer: { name: i % 3 === 0 ? "sgd" : "adam", lr: 10 ** -(i % 5) } })),
    metrics: Array.from({ length: metrics }, (_, k) => metric(`val/m${k}`, value(k))),
  };
}

async function fill(catalog: SqliteCatalog): Promise<number> {
  const startMs = performance.now();
  for (let i = 0; i < RUNS; i += 200)
    await catalog.write(Array.from({ length: 200 }, (_, k) => change("many", i + k, METRICS)));
  const rowUs = ((performance.now() - startMs) * 1000) / (RUNS * METRICS);
  for (let i = 0; i < WIDE_RUNS; i++) await catalog.write([change("wide", i, WIDE_METRICS)]);
  return rowUs;
}

async function figures(dir: string): Promise<Figure[]> {
  const catalog = SqliteCatalog.open(join(dir, "catalog.sqlite"));
  const rowUs = await fill(catalog);
  const timed = async (what: string, targetMs: number | undefined, ask: () => Promise<unknown>): Promise<Figure> => {
    const ms = median(await timeMs(15, ask));
    const target = targetMs === undefined ? {} : { target: `≤ ${targetMs} ms`, reached: ms <= targetMs };
    return { what, value: `${digits(ms)} ms`, ...target };
  };
  const project = "many";
  const byMetric = { by: "metric", key: "val/m7", statistic: "min" } as const;
  const filter = parseFilter("metric.`val/m3`.min < 0.2 and config.optimizer.lr >= 1e-3 and tag = best");
  const pattern = parseFilter('name ~ "^res(net)?-.*7$"');
  const columns = { metrics: ["val/m7", "val/m8", "val/m9"], config: ["optimizer.lr", "optimizer.name"] };
  const lr = { of: "config", path: "optimizer.lr" } as const;
  const loss = { of: "metric", key: "val/m7", statistic: "min" } as const;
  const made = [
    await timed("10,000 runs sorted by a metric, first 100 with 5 columns", 30, () =>
      catalog.list({ project, sort: [byMetric], ...columns }),
    ),
    await timed("sorted by two config paths and the best of a metric", 30, () =>
      catalog.list({
        project,
        sort: [
          { by: "config", key: "optimizer.name" },
          { by: "config", key: "optimizer.lr" },
          { ...byMetric, statistic: "best" },
        ],
        ...columns,
      }),
    ),
    await timed("filtered by metric, config and tag, sorted by a metric", 30, () =>
      catalog.list({ project, filter, sort: [byMetric], ...columns }),
    ),
    await timed("filtered by a pattern on the name", 30, () => catalog.list({ project, filter: pattern, ...columns })),
    await timed("all 10,000 rows at once with 5 columns", undefined, () =>
      catalog.list({ project, sort: [byMetric], limit: 10_000, ...columns }),
    ),
    await timed("groups by a config path with a metric's mean and range", 50, () =>
      catalog.groups({ project, by: [lr], reduce: [loss] }),
    ),
    await timed("columns of 10,000 runs × 100 metrics", 30, () => catalog.columns({ project })),
    await timed("columns of runs with 12,000 metrics, the first 1,000", 30, () => catalog.columns({ project: "wide" })),
    await timed("the same, searched by a part of the name", 30, () =>
      catalog.columns({ project: "wide", search: "m119" }),
    ),
    { what: "writing a new metric of a run into the catalog, its column counted", value: `${digits(rowUs)} µs` },
  ];
  await catalog.close();
  return made;
}

/** Measures the queries of the run table. */
export async function runQuery(): Promise<Bench> {
  return {
    title: "Run queries",
    method: `The catalog of a store (SQLite in a file) with ${RUNS} runs × ${METRICS} metrics and ${WIDE_RUNS} runs × ${WIDE_METRICS} metrics, in one process; median of 15 repeats after the first. The total of all matching runs is counted each time.`,
    figures: await inFolder(figures),
  };
}
