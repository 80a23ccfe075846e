/** @file The quickstart's regression in front of an audience, with a learning rate of choice. */
import { Data } from "@trainlog/nn";
import { table } from "../../index.ts";
import { quickstartTrainer } from "../train/quickstart.ts";
import { commonOptions, type Learner, type LearnerSettings } from "./learner.ts";

/** What distinguishes one quickstart run from another. */
export interface QuickstartOptions extends LearnerSettings {
  readonly name: string;
  readonly notes: string;
  readonly learningRate: number;
}

const BATCH_SIZE = 16;

/** Points between the grid's: what the model has to guess. */
const POINTS: readonly (readonly [x1: number, x2: number])[] = [
  [0, 0],
  [0.25, -0.75],
  [0.75, 0.25],
  [-0.25, 0.75],
];
const TARGETS: readonly (readonly [number])[] = POINTS.map(([x1, x2]) => [Data.regression2to1Target(x1, x2)]);

/** The quickstart's 2 → 8 → 1 network on its 5 × 5 grid, evaluated between the points of the grid. */
export function quickstartLearner({ name, notes, learningRate, ...settings }: QuickstartOptions): Learner {
  return {
    spec: { project: "quickstart", name, notes, tags: ["demo", "regression"], config: { lr: learningRate, hidden: 8 } },
    batchSize: BATCH_SIZE,
    train: (options) =>
      quickstartTrainer(settings.seed, learningRate).train(Data.regression2to1Grid({ n: 25 }), {
        ...commonOptions(settings),
        ...options,
        batchSize: BATCH_SIZE,
        evalData: Data.tensorDataset(POINTS, TARGETS),
      }),
    picture(predict) {
      const predictions = predict(POINTS);
      const rows = POINTS.map(([x1, x2], i) => [x1, x2, TARGETS[i]?.[0], Number(predictions[i]?.toFixed(4))]);
      return { "eval/probes": table({ columns: ["x1", "x2", "target", "prediction"], rows }) };
    },
  };
}
