/** @file How fast charts get their buckets. */
import { openStore, type Store } from "trainlog/store";
import { type Bench, digits, type Figure, inFolder, median, timeMs } from "./measure.ts";
import { noisyRows } from "./store-ingest.ts";

const QUERY = { x: "step", buckets: 1500 } as const;

async function withStore(dir: string, work: (store: Store) => Promise<void>): Promise<void> {
  const store = await openStore(dir, { mode: "serve", follow: false, sealAfterMs: false });
  await work(store);
  await store.close();
}

/** One run with one metric of a million points, open or sealed. */
async function million(dir: string, sealed: boolean): Promise<Figure[]> {
  await withStore(dir, async (store) => {
    await store.createRun({ runId: "long", project: "bench" });
    for (let step = 0; step < 1_000_000; step += 10_000)
      await store.append("long", [{ events: [noisyRows(step, 10_000, ["loss"])] }]);
    await store.finishRun("long", { status: "finished" });
    if (sealed) await store.sealRun("long");
  });
  const startMs = performance.now();
  let coldMs = 0;
  let times: number[] = [];
  await withStore(dir, async (store) => {
    const ask = (): Promise<unknown> => store.series([{ runId: "long", key: "loss" }], QUERY);
    await ask();
    coldMs = performance.now() - startMs;
    times = await timeMs(51, ask);
  });
  const ms = median(times);
  const what = `1 M points → 1,500 buckets, ${sealed ? "sealed" : "open"}`;
  return [
    {
      what,
      value: `${digits(ms)} ms`,
      target: "≤ 2 ms",
      reached: ms <= 2,
      note: `first answer, opening the store included: ${digits(coldMs)} ms`,
    },
  ];
}

async function overlay(dir: string): Promise<Figure> {
  const targets = Array.from({ length: 50 }, (_, r) => ({ runId: `run-${r}`, key: "loss" }));
  await withStore(dir, async (store) => {
    for (const { runId } of targets) {
      await store.createRun({ runId, project: "bench" });
      await store.append(runId, [{ events: [noisyRows(0, 10_000, ["loss", "acc"])] }]);
    }
  });
  let times: number[] = [];
  await withStore(dir, async (store) => {
    times = await timeMs(21, () => store.series(targets, QUERY));
  });
  const ms = median(times);
  return { what: "50 runs × 10 k points overlay", value: `${digits(ms)} ms`, target: "≤ 50 ms", reached: ms <= 50 };
}

export async function series(): Promise<Bench> {
  const figures = [
    ...(await inFolder((dir) => million(dir, false))),
    ...(await inFolder((dir) => million(dir, true))),
    await inFolder(overlay),
  ];
  return {
    title: "Series queries",
    method:
      "`store.series` in one process, median of 51 (21) repeats after the first; exact buckets by step (minimum, maximum, mean, first, last).",
    figures,
  };
}
