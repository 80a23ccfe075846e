/** @file What one `log()` of 10 scalars costs in trainlog, wandb (offline) and trackio, side by side in one run; and what a scalar takes on disk. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bench, digits, type Figure, inFolder, median, runJson } from "./measure.ts";
import { PEERS, pythonWithPeers } from "./peers/python.ts";

const RUNS = 5;
const here = fileURLToPath(new URL(".", import.meta.url));

interface Cost {
  /** CPU of everything that the tracker does: all threads, its child processes, `finish()`. */
  readonly totalUs: number;
  /** CPU of the loop alone. */
  readonly loopUs: number;
}

type Measure = (calls: number) => Promise<Record<string, number>>;

/** Cost per call as the slope between two numbers of calls, so that start-up does not count. */
async function costOf(measure: Measure, few: number, many: number): Promise<Cost> {
  const [small, large] = [await measure(few), await measure(many)];
  const slope = (field: string): number => ((large[field]! - small[field]!) / (many - few)) * 1e6;
  return { totalUs: slope("totalCpuS"), loopUs: slope("loopCpuS") };
}

const peer =
  (python: string, name: string): Measure =>
  (calls) =>
    inFolder((folder) => runJson(python, [join(here, "peers", "log_cost.py"), name, String(calls), folder], folder));

const ours =
  (...options: string[]): Measure =>
  (calls) =>
    inFolder((folder) =>
      runJson(process.execPath, [join(here, "ours", "log-cost.ts"), String(calls), folder, ...options], here),
    );

const medianCost = (costs: readonly Cost[]): Cost => ({
  totalUs: median(costs.map((cost) => cost.totalUs)),
  loopUs: median(costs.map((cost) => cost.loopUs)),
});

async function diskFigures(): Promise<Figure[]> {
  const steps = 50_000;
  const sizes = (precision: string): Promise<Record<string, number>> =>
    inFolder((folder) =>
      runJson(process.execPath, [join(here, "ours", "disk-size.ts"), String(steps), folder, precision], here),
    );
  const [single, double] = [await sizes("float32"), await sizes("float64")];
  const figure = (what: string, bytes: number | undefined, target: number): Figure => {
    const perScalar = (bytes ?? Number.NaN) / (steps * 10);
    return {
      what,
      value: `${perScalar.toFixed(2)} bytes`,
      target: `≤ ${target}`,
      reached: perScalar <= target,
    };
  };
  return [
    figure("on disk per scalar, open, float64 noise", double["openBytes"], 12),
    figure("on disk per scalar, sealed, float32-born noise", single["sealedBytes"], 5),
    figure("on disk per scalar, sealed, float64 noise", double["sealedBytes"], 8.5),
  ];
}

/** Measures the three trackers in turn, `RUNS` times. */
export async function logCost(): Promise<Bench> {
  const python = pythonWithPeers();
  const costs: Record<"trainlog" | "rowByRow" | "wandb" | "trackio", Cost[]> = {
    trainlog: [],
    rowByRow: [],
    wandb: [],
    trackio: [],
  };
  for (let i = 0; i < RUNS; i++) {
    costs.trainlog.push(await costOf(ours(), 50_000, 250_000));
    costs.rowByRow.push(await costOf(ours("flush-each"), 10_000, 50_000));
    costs.wandb.push(await costOf(peer(python, "wandb"), 1000, 6000));
    costs.trackio.push(await costOf(peer(python, "trackio"), 1000, 6000));
  }
  const own = medianCost(costs.trainlog);
  const row = (what: string, cost: Cost): Figure => ({
    what,
    value: `${digits(cost.totalUs)} µs`,
    note: `${digits(cost.loopUs)} µs of it in the loop; ${digits(cost.totalUs / own.totalUs)} × trainlog`,
  });
  return {
    title: "`log()` of 10 scalars",
    method: `CPU per call, all threads and child processes and \`finish()\` included, as the slope between two numbers of calls; the three in turn, ${RUNS} times. wandb ${PEERS.wandb} offline, trackio ${PEERS.trackio}, console and system capture off everywhere. Disk: 50,000 rows of 10 metrics, flushed every 8 rows.`,
    figures: [
      {
        ...row("trainlog, local tracker", own),
        target: "≤ 5 µs",
        reached: own.totalUs <= 5,
        note: `${digits(own.loopUs)} µs of it in the loop`,
      },
      row("trainlog, every row written out by itself", medianCost(costs.rowByRow)),
      row("wandb, offline", medianCost(costs.wandb)),
      row("trackio", medianCost(costs.trackio)),
      ...(await diskFigures()),
    ],
  };
}
