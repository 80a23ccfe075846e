/**
 * Writes the training-log artifact: one small JSON file with curves, config and notes, and a confusion matrix. No run, no store.
 *
 *     npx node examples/03-train-log-json.ts [FOLDER]
 *     npx trainlog show train-log.json
 *     npx trainlog view train-log.json --svg train-log.svg
 */
import { join } from "node:path";
import { countConfusions, ExperimentLog, readJson, writeJson } from "trainlog/log";

const folder = process.argv[2] ?? ".";
const logPath = join(folder, "train-log.json");

// Logs are values: each call gives a new one.
let log = ExperimentLog.start({
  project: "examples",
  name: "halving",
  tags: ["artifact"],
  config: [{ key: "lr", value: "0.5" }],
});
for (let step = 0; step <= 100; step += 10) {
  log = log.log(step, "loss", 2 ** (-step / 25)).log(step, "accuracy", 1 - 2 ** (-1 - step / 25));
}
await writeJson(logPath, log.withArtifact({ name: "confusion", path: "confusion.json", kind: "report" }));
await writeJson(join(folder, "confusion.json"), countConfusions([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 1], 2));

// What was written reads back, metadata included.
const { run, artifacts, history } = ExperimentLog.fromTrainLog(await readJson(logPath));
console.log(
  `wrote ${logPath}: ${run.name} of ${run.project}, lr=${run.config[0]?.value}, ${history.steps.length} rows, ${artifacts.length} artifact`,
);
