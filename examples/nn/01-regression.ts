/**
 * Fits a function of two numbers with a small network: the shortest complete training file.
 *
 *     npx node examples/nn/01-regression.ts
 *
 * Most training files have the same five blocks: constants, model, trainer, data, train and report.
 */
import { Data, nn, optim, Trainer, tensor } from "@trainlog/nn";

// 1. Constants
const IN = 2;
const HIDDEN = 8;
const OUT = 1;
const STEPS = 200;
const SEED = 0;

// 2. Model: a description without numbers. Shapes are part of its type: nn.linear(7, 1) at the end would not compile.
const mkModel = nn.sequential(nn.linear(IN, HIDDEN), nn.relu(), nn.linear(HIDDEN, OUT));

// 3. Trainer: what the model is trained for (mean squared error), and how. The seed determines every number that follows.
const trainer = Trainer.new(mkModel, { task: "regression", optimizer: optim.adam({ lr: 0.03 }), seed: SEED });

// 4. Data: 25 points of a grid over [−1, 1]², with the values of 0.8·relu(x₁ + x₂) − 0.4·relu(x₂ − x₁) + 0.2.
const data = Data.regression2to1Grid({ n: 25 });

// 5. Train and report. Probes are asked before and after.
const trained = await trainer.train(data, {
  steps: STEPS,
  batchSize: 16,
  log: { project: "examples", name: "nn-01-regression" },
  probes: [
    Trainer.Probe.point({ name: "center", input: [0, 0], target: Data.regression2to1Target(0, 0) }),
    Trainer.Probe.point({ name: "heldout", input: [0.25, -0.75], target: Data.regression2to1Target(0.25, -0.75) }),
  ],
});
trained.printSummary();

const yhat = await trained.eval(tensor([0.25, -0.75]));
console.log(`heldout = ${yhat.item().toFixed(3)}`);
