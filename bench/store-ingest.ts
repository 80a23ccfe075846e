/** @file How fast a serving store takes points: bulk load and group commit. */

import type { RowsEvent } from "trainlog/run";
import { openStore } from "trainlog/store";
import { type Bench, cpuUs, digits, inFolder, median } from "./measure.ts";

const KEYS = Array.from({ length: 10 }, (_, k) => `train/metric_${k}`);

/** `count` rows of `keys.length` noisy metrics from step `firstStep` on. */
export function noisyRows(firstStep: number, count: number, keys: readonly string[] = KEYS): RowsEvent {
  const startMs = 1.7e12 + firstStep * 37;
  return {
    type: "rows",
    rows: {
      steps: Float64Array.from({ length: count }, (_, i) => firstStep + i),
      wallMs: Float64Array.from({ length: count }, (_, i) => startMs + i * 37 + Math.floor(Math.random() * 9)),
      columns: keys.map((key) => ({
        kind: "number",
        key,
        values: Float64Array.from({ length: count }, () => Math.random()),
      })),
    },
  };
}

/** Fills a store with `runs` runs of 10 metrics × `steps` steps, in batches of `batchRows` rows; gives the CPU nanoseconds per point. */
export async function fill(dir: string, runs: number, steps: number, batchRows: number): Promise<number> {
  const store = await openStore(dir, { mode: "serve", follow: false, sealAfterMs: false });
  let spentUs = 0;
  for (let r = 0; r < runs; r++) {
    const runId = `run-${r}`;
    await store.createRun({ runId, project: "bench" });
    for (let step = 0; step < steps; step += batchRows) {
      const event = noisyRows(step, batchRows);
      const origin = { writerId: "bench", seq: step / batchRows };
      spentUs += await cpuUs(() => store.append(runId, [{ origin, events: [event] }]));
    }
  }
  spentUs += await cpuUs(() => store.close());
  return (spentUs * 1000) / (runs * steps * KEYS.length);
}

/** Points per second when 64 writers each have one batch of 100 points under way. */
async function groupCommit(dir: string, rounds: number): Promise<number> {
  const store = await openStore(dir, { mode: "serve", follow: false, sealAfterMs: false });
  const runIds = Array.from({ length: 64 }, (_, r) => `run-${r}`);
  for (const runId of runIds) await store.createRun({ runId, project: "bench" });
  const batches = Array.from({ length: rounds }, (_, i) => noisyRows(i * 10, 10));
  const startMs = performance.now();
  for (const [seq, event] of batches.entries()) {
    await Promise.all(
      runIds.map((runId) => store.append(runId, [{ origin: { writerId: runId, seq }, events: [event] }])),
    );
  }
  const seconds = (performance.now() - startMs) / 1000;
  await store.close();
  return (rounds * runIds.length * 100) / seconds;
}

export async function storeIngest(): Promise<Bench> {
  const bulk: number[] = [];
  const group: number[] = [];
  for (let i = 0; i < 3; i++) bulk.push(await inFolder((folder) => fill(folder, 100, 10_000, 1000)));
  for (let i = 0; i < 5; i++) group.push(await inFolder((folder) => groupCommit(folder, 150)));
  const [cpuNs, perSecond] = [median(bulk), median(group)];
  return {
    title: "Ingest of a serving store",
    method:
      "Durable appends (each acknowledged after the write-ahead log's fdatasync). Bulk: 100 runs × 10 metrics × 10,000 steps in batches of 1000 rows, CPU of the whole process from the first append to the closed store. Group: 64 runs, one batch of 10 rows × 10 metrics each under way at a time, wall time.",
    figures: [
      { what: "10 M points, CPU per point", value: `${digits(cpuNs)} ns`, target: "≤ 200 ns", reached: cpuNs <= 200 },
      {
        what: "group commit, 64 × 100-point batches",
        value: `${digits(perSecond / 1e6)} M points/s`,
        target: "≥ 2 M/s",
        reached: perSecond >= 2e6,
      },
    ],
  };
}
