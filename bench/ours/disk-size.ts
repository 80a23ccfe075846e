/**
 * @file What a run takes on disk: STEPS rows of 10 metrics that are noise, 30 to 45 ms apart, flushed every 8 rows as a script at that pace does.
 *
 * Usage: node disk-size.ts STEPS FOLDER float32|float64. Prints one JSON line.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { RunLogWriter, sealRun } from "trainlog/run-log";
import { noisyRows } from "../store-ingest.ts";

const ROWS_PER_FLUSH = 8;
const [steps, folder, precision] = [Number(process.argv[2]), process.argv[3] ?? ".", process.argv[4] ?? "float64"];

const logBytes = (): number =>
  readdirSync(folder)
    .filter((name) => /\.(log|sealed)$/.test(name))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

const writer = RunLogWriter.open(folder, { runId: "run", project: "bench", createdMs: Date.now() });
for (let step = 0; step < steps; step += ROWS_PER_FLUSH) {
  const event = noisyRows(step, ROWS_PER_FLUSH);
  if (precision === "float32") {
    for (const column of event.rows.columns)
      if (column.kind === "number") column.values.set(new Float32Array(column.values));
  }
  writer.append([event]);
}
writer.close();
const openBytes = logBytes();
sealRun(folder);
console.log(JSON.stringify({ openBytes, sealedBytes: logBytes() }));
