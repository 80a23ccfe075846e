/** @file Learns the quickstart regression y = 0.8·relu(x1 + x2) − 0.4·relu(x2 − x1) + 0.2 on its 5 × 5 grid. */
import { histogram, type LogRow, type LogValue, table } from "../../index.ts";
import { reluGrid } from "./data.ts";
import type { Learner } from "./learner.ts";
import {
  adamStep,
  backward,
  createAdam,
  createMlp,
  forward,
  layersOf,
  type Mlp,
  meanSquaredError,
  norm,
  predict,
} from "./mlp.ts";
import { seededRandom } from "./random.ts";

/** What distinguishes one quickstart run from another. */
export interface GridOptions {
  readonly name: string;
  readonly notes: string;
  readonly learningRate: number;
  readonly seed: number;
  readonly stepCount: number;
}

/** Points between the grid's: what the model has to guess. Targets by the same rule. */
const PROBES: readonly (readonly [x1: number, x2: number, target: number])[] = [
  [0, 0, 0.2],
  [0.25, -0.75, 0.2],
  [0.75, 0.25, 1],
  [-0.25, 0.75, 0.2],
];
const HIDDEN = 8;

/** Makes the 2 → 8 → 1 network of the quickstart, trained on the whole grid in each step. */
export function gridLearner({ name, notes, learningRate, seed, stepCount }: GridOptions): Learner {
  const { points, targets } = reluGrid();
  const mlp = createMlp([2, HIDDEN, 1], "relu", seededRandom(seed));
  const adam = createAdam(mlp.parameters.length);
  return {
    spec: {
      project: "quickstart",
      name,
      notes,
      tags: ["demo", "regression"],
      config: {
        hidden: HIDDEN,
        activation: "relu",
        lr: learningRate,
        optimizer: "adam",
        steps: stepCount,
        seed,
        parameters: mlp.parameters.length,
      },
    },
    step: () => {
      const outputs = forward(mlp, points);
      const { loss, gradient: outputGradient } = meanSquaredError(outputs.at(-1) ?? points, targets);
      const gradient = backward(mlp, outputs, outputGradient);
      adamStep(adam, mlp.parameters, gradient, learningRate);
      return { "train/loss": loss, "optimizer/grad_norm": norm(gradient) };
    },
    evaluate: () => ({ "eval/probe_error": probeError(mlp) }),
    picture: () => pictureOf(mlp),
  };
}

function probePredictions(mlp: Mlp): Float64Array {
  const inputs = Float64Array.from(PROBES.flatMap((probe) => probe.slice(0, 2)));
  return predict(mlp, inputs);
}

/** Mean absolute error on the probes. */
function probeError(mlp: Mlp): number {
  const predictions = probePredictions(mlp);
  return PROBES.reduce((sum, [, , target], i) => sum + Math.abs((predictions[i] ?? 0) - target), 0) / PROBES.length;
}

function pictureOf(mlp: Mlp): LogRow {
  const predictions = probePredictions(mlp);
  const rows = PROBES.map(([x1, x2, target], i) => [x1, x2, target, Number((predictions[i] ?? 0).toFixed(4))]);
  const weights = layersOf(mlp).map((layer, l): [string, LogValue] => [
    `weights/layer${l + 1}`,
    histogram(layer.weights, { bins: 16 }),
  ]);
  return {
    ...Object.fromEntries(weights),
    "eval/probes": table({ columns: ["x1", "x2", "target", "prediction"], rows }),
  };
}
