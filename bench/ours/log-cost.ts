/**
 * @file The same as `peers/log_cost.py`, for trainlog: CALLS calls of `log()` with 10 scalars into a local run folder.
 *
 * Usage: node log-cost.ts CALLS FOLDER [flush-each]; with `flush-each` every row is written out by itself, as in a loop slower than the flush interval.
 *
 * Console, git and system capture stay off, as they are off for the peers. Prints one JSON line.
 */
import { init } from "trainlog";

const [calls, folder] = [Number(process.argv[2]), process.argv[3] ?? "."];
const flushesEach = process.argv[4] === "flush-each";
const rows = Array.from({ length: 1000 }, () =>
  Object.fromEntries(Array.from({ length: 10 }, (_, k) => [`train/metric_${k}`, Math.random()])),
);

const totalCpuS = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const run = await init({ project: "bench", dir: folder, capture: false });
const [startCpuS, startMs] = [totalCpuS(), performance.now()];
for (let i = 0; i < calls; i++) {
  run.log(rows[i % 1000]!);
  if (flushesEach) run.flushNow();
}
const [loopCpuS, loopWallS] = [totalCpuS() - startCpuS, (performance.now() - startMs) / 1000];
await run.finish();
const finishedCpuS = totalCpuS();
console.log(
  JSON.stringify({
    calls,
    loopCpuS,
    loopWallS,
    totalCpuS: finishedCpuS,
  }),
);
