/** @file The demo's runs: the same data, different hyperparameters, so that there is something to compare. */
import { digitsLearner } from "./digits-learner.ts";
import type { Learner, LearnerSettings } from "./learner.ts";
import { quickstartLearner } from "./quickstart-learner.ts";
import { spiralLearner } from "./spiral-learner.ts";

type Maker = (settings: LearnerSettings) => Learner | Promise<Learner>;

/** Lists show the newest first, so the run to look at first is made last. */
const MAKERS: readonly Maker[] = [
  (settings) =>
    quickstartLearner({
      ...settings,
      name: "mlp-8-lr-0.003",
      notes: "a tenth of the learning rate: learns later",
      learningRate: 0.003,
    }),
  (settings) => quickstartLearner({ ...settings, name: "mlp-8", notes: "the quickstart", learningRate: 0.03 }),
  (settings) =>
    spiralLearner({
      ...settings,
      name: "relu-tiny",
      notes: "too small for two spirals",
      network: "tiny",
      learningRate: 0.01,
    }),
  (settings) =>
    spiralLearner({ ...settings, name: "gelu", notes: "another activation", network: "gelu", learningRate: 0.02 }),
  (settings) =>
    spiralLearner({
      ...settings,
      name: "relu-lr-0.3",
      notes: "learning rate too high: its units die",
      network: "relu",
      learningRate: 0.3,
    }),
  (settings) =>
    spiralLearner({ ...settings, name: "relu-lr-0.01", notes: "a good choice", network: "relu", learningRate: 0.01 }),
  (settings) =>
    digitsLearner({
      ...settings,
      name: "linear",
      notes: "no hidden layer: the least that there is",
      network: "linear",
      optimizer: "adam",
      learningRate: 0.01,
    }),
  (settings) =>
    digitsLearner({
      ...settings,
      name: "mlp-64-sgd",
      notes: "one hidden layer, plain gradient descent with momentum",
      network: "mlp",
      optimizer: "sgd",
      learningRate: 0.05,
    }),
  (settings) =>
    digitsLearner({
      ...settings,
      name: "mlp-64",
      notes: "one hidden layer",
      network: "mlp",
      optimizer: "adam",
      learningRate: 0.005,
    }),
  (settings) =>
    digitsLearner({
      ...settings,
      name: "cnn",
      notes: "two convolutions: sees neighbouring pixels",
      network: "cnn",
      optimizer: "adam",
      learningRate: 0.005,
    }),
];

/** Number of runs. */
export const RUN_COUNT: number = MAKERS.length;

/** The models of all runs, with their data. */
export function demoLearners(settings: LearnerSettings): Promise<Learner[]> {
  return Promise.all(MAKERS.map(async (make) => await make(settings)));
}
