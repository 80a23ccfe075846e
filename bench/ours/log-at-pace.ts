/**
 * @file A script that logs one row of METRICS metrics every GAP milliseconds, for SECONDS seconds.
 *
 * Usage: node log-at-pace.ts FOLDER RUN METRICS GAP SECONDS. The value of every metric is the number of its row. Prints `{"row", "atMs"}` per row, the
 * time just before `log()`.
 */
import { init } from "trainlog";

const [dir = ".", id = "pace"] = process.argv.slice(2);
const [metrics = 1, gapMs = 100, seconds = 10] = process.argv.slice(4).map(Number);
const run = await init({ dir, id, project: "bench", name: id, capture: false });
const keys = Array.from({ length: metrics }, (_, k) => `live/metric_${k}`);
const startMs = performance.now();
for (let row = 1; performance.now() - startMs < seconds * 1000; row++) {
  const atMs = Date.now();
  run.log(Object.fromEntries(keys.map((key) => [key, row])));
  console.log(JSON.stringify({ row, atMs }));
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, startMs + row * gapMs - performance.now())));
}
await run.finish();
