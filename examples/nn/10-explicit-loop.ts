/**
 * The training loop written out: each step is a call, and everything around it (batches, log, evaluation, when to stop) is ours.
 *
 *     npx node examples/nn/10-explicit-loop.ts
 */
import { argmax, Data, nn, optim, random, type Tensor, Trainer, tensorND } from "@trainlog/nn";
import * as trainlog from "trainlog";

// 1. Constants
const POINTS = 600;
const BATCH = 64;
const MAX_STEPS = 3000;
const GOOD_ENOUGH = 0.98;
const SEED = 0;

// 2. Model
const mkModel = nn.sequential(nn.linear(2, 32), nn.relu(), nn.linear(32, 32), nn.relu(), nn.linear(32, 3));

// 3. Trainer: model, loss and optimiser; the loop asks it for one step at a time.
const task = Trainer.Advanced.module(mkModel, {
  task: "classification",
  optimizer: optim.adam({ lr: 0.01 }),
  seed: SEED,
});

// 4. Data: three spirals that no straight line divides, as two tensors.
const { inputs, targets } = await Data.readAll(Data.spirals({ n: POINTS, classes: 3, seed: SEED }));
const points = tensorND([POINTS, 2], inputs, { dtype: "float" });
const source = random.generator(SEED);

/** 64 points at random with their classes. */
function batch(): [Tensor<[64, 2]>, Tensor<[64], "int32">] {
  const rows = Array.from({ length: BATCH }, () => source.integer(POINTS));
  return [
    tensorND(
      [BATCH, 2],
      rows.flatMap((row) => [inputs[row * 2]!, inputs[row * 2 + 1]!]),
    ),
    tensorND(
      [BATCH],
      rows.map((row) => targets[row]!),
      { dtype: "int32" },
    ),
  ];
}

// 5. Train and report. PyTorch's zero_grad, forward, backward and step are one function; its state is in `loop`.
await using run = await trainlog.init({ project: "examples", name: "nn-10-explicit-loop", config: { BATCH, SEED } });
using loop = Trainer.Advanced.stepper(task);

for (let step = 0; step < MAX_STEPS; step += 1) {
  const loss = Trainer.Advanced.step(loop, batch());
  if (step % 25 === 0) run.log({ loss }, { step });
  if (step % 250 !== 249) continue;

  const guesses = argmax(loop.eval(points), 1).data();
  const accuracy = guesses.filter((guess, i) => guess === targets[i]).length / POINTS;
  run.log({ accuracy }, { step });
  console.log(`step ${step + 1}: loss ${loss.toFixed(4)}, accuracy ${(accuracy * 100).toFixed(1)} %`);
  if (accuracy >= GOOD_ENOUGH) break;
}
run.summary["steps"] = loop.steps;
console.log(`stopped after ${loop.steps} steps`);
