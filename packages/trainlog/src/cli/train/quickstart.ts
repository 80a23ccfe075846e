/** @file The first training file, in five blocks: constants, model, trainer, data, train and report. */
import { Data, nn, optim, Trainer } from "@trainlog/nn";
import type { Example, ExampleSettings, TrainedExample } from "./example.ts";

// 1. Constants
const IN_DIM = 2;
const HIDDEN = 8;
const OUT_DIM = 1;
const BATCH_SIZE = 16;
const LEARNING_RATE = 0.03;
/** Steps between two lines about the loss; more in a long training. */
const SHOWN_EVERY = 25;

// 2. Model: nothing is trained or allocated by it.
const mkModel = nn.sequential(nn.linear(IN_DIM, HIDDEN), nn.relu(), nn.linear(HIDDEN, OUT_DIM));

// 3. Trainer: the model and its loss.
/** A trainer of the quickstart's model, for mean squared error by Adam. */
export function quickstartTrainer(seed: number, learningRate: number = LEARNING_RATE): Trainer.Trainer<[2], [1], [1]> {
  return Trainer.new(mkModel, { task: "regression", optimizer: optim.adam({ lr: learningRate }), seed });
}

// 4. Data: y = 0.8·relu(x₁ + x₂) − 0.4·relu(x₂ − x₁) + 0.2 on a 5 × 5 grid, looked at on a point of the grid and on one between its points.
const data = Data.regression2to1Grid({ n: 25 });
const probes = [
  Trainer.Probe.point({ name: "center", input: [0, 0], target: Data.regression2to1Target(0, 0) }),
  Trainer.Probe.point({ name: "heldout", input: [0.25, -0.75], target: Data.regression2to1Target(0.25, -0.75) }),
];

// 5. Train and report
async function train({ steps, seed, options, print }: ExampleSettings): Promise<TrainedExample> {
  const trained = await quickstartTrainer(seed).train(data, {
    ...options,
    steps,
    batchSize: BATCH_SIZE,
    probes,
    progress: Math.max(SHOWN_EVERY, Math.ceil(steps / 8)),
    handleInterrupt: false,
  });
  trained.printSummary(print);
  return trained;
}

/** `trainlog train quickstart` */
export const quickstart: Example = {
  summary: "a regression from 2 numbers to 1, learnt by a network with 8 hidden units",
  steps: 200,
  train,
};
