/**
 * @file The same as `peers/log_cost.py`, for trainlog: CALLS calls of `log()` with 10 scalars into a local run folder.
 *
 * Usage: node log-cost.ts CALLS FOLDER float32|float64
 *
 * Console, git and system capture stay off, as they are off for the peers. Prints one JSON line.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { init } from "trainlog";
import { sealRun } from "trainlog/run-log";

const [calls, folder, precision] = [Number(process.argv[2]), process.argv[3] ?? ".", process.argv[4] ?? "float64"];
const born = precision === "float32" ? Math.fround : (value: number): number => value;
const rows = Array.from({ length: 1000 }, () =>
  Object.fromEntries(Array.from({ length: 10 }, (_, k) => [`train/metric_${k}`, born(Math.random())])),
);

const totalCpuS = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const logBytes = (dir: string): number =>
  readdirSync(dir)
    .filter((name) => /\.(log|sealed)$/.test(name))
    .reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);

const run = await init({ project: "bench", dir: folder, capture: false });
const [startCpuS, startMs] = [totalCpuS(), performance.now()];
for (let i = 0; i < calls; i++) run.log(rows[i % 1000]!);
const [loopCpuS, loopWallS] = [totalCpuS() - startCpuS, (performance.now() - startMs) / 1000];
await run.finish();
const finishedCpuS = totalCpuS();
const openBytes = logBytes(run.dir!);
sealRun(run.dir!);
console.log(
  JSON.stringify({
    calls,
    loopCpuS,
    loopWallS,
    totalCpuS: finishedCpuS,
    bytes: openBytes,
    sealedBytes: logBytes(run.dir!),
  }),
);
