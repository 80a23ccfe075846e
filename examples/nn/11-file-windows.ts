/**
 * Trains on a text file that is never in memory as a whole: a stream reads the windows of each step when they are needed.
 *
 *     npx node examples/nn/11-file-windows.ts [FILE]
 *
 * Any UTF-8 file will do. Without one it generates 20 MB of tales in the temporary folder, and removes them in the end.
 */
import { open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Data, nn, optim, Shape, Trainer, tensorND } from "@trainlog/nn";

// 1. Constants
const FILE = process.argv[2] ?? (await writeTales(join(tmpdir(), `tales-${process.pid}.txt`), 20));
const LENGTH = 64;
const BATCH = 32;
const STEPS = 300;
const SEED = 0;

// 2. Model: all other characters become one token, "?", so that any text can be read.
const chars = Data.charTokeniser(Data.tales({ length: 50_000 }), { unknown: "?" });
const mkModel = nn.sequential(
  nn.input(Shape.vec(LENGTH), "int32"),
  nn.embedding(chars.vocabularySize, 32),
  nn.gru(32, 64),
  nn.linear(64, chars.vocabularySize),
);

// 3. Trainer
const optimizer = optim.chain(optim.clipByGlobalNorm(1), optim.adam({ lr: 0.01 }));
const module = Trainer.Advanced.module(mkModel, { task: "classification", optimizer, seed: SEED });

// 4. Data: a loader draws windows at random and reads their bytes; the stream hands them over as tensors, with the shapes in its type.
await using windows = await Data.fileWindows(FILE, chars, { length: LENGTH });
const loader = Data.batchLoader(windows, { batchSize: BATCH, dropLast: true, seed: SEED });

const stream: Trainer.Advanced.StepBatchStream<[[32, 64], [32, 64]]> = async () => {
  const batch = await loader.next();
  if (batch === undefined) throw new Error("the loader goes on for ever");
  return [tensorND([BATCH, LENGTH], batch.inputs), tensorND([BATCH, LENGTH], batch.targets)];
};

// 5. Train and report
const report = await Trainer.Advanced.trainModuleStreamStepsReport(module, stream, {
  steps: STEPS,
  log: { project: "examples", name: "nn-11-file-windows" },
});
const { size } = await stat(FILE);
const read = (STEPS * BATCH * LENGTH) / size;
console.log(`${(size / 1e6).toFixed(0)} MB, ${windows.length} windows, ${(read * 100).toFixed(1)} % of the text read`);
console.log(`loss ${report.firstLoss.toFixed(3)} → ${report.recentLoss.toFixed(3)}, ${report.parameters} parameters`);

if (process.argv[2] === undefined) await rm(FILE);

/** Writes a file of so many megabytes, one at a time. */
async function writeTales(path: string, megabytes: number): Promise<string> {
  await using file = await open(path, "w");
  for (let seed = 0; seed < megabytes; seed += 1) await file.write(Data.tales({ length: 1_000_000, seed }));
  return path;
}
