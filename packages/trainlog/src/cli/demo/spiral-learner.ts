/** @file Learns to tell two spirals apart. */
import { confusionMatrix, histogram, image, type LogRow, type LogValue, table } from "../../index.ts";
import { boundaryPicture } from "./boundary-picture.ts";
import { type LabelledPoints, SPIRAL_NAMES, sampleBatch, twoSpirals } from "./data.ts";
import { type Learner, type LearnerSpec, learningRateAt } from "./learner.ts";
import {
  type Activation,
  adamStep,
  backward,
  createAdam,
  createMlp,
  forward,
  layersOf,
  type Mlp,
  norm,
  predict,
  softmax,
  softmaxCrossEntropy,
} from "./mlp.ts";
import { seededRandom } from "./random.ts";

/** What distinguishes one spiral run from another. */
export interface SpiralOptions {
  readonly name: string;
  readonly notes: string;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly learningRate: number;
  readonly seed: number;
  readonly stepCount: number;
}

const BATCH_SIZE = 32;
const TRAIN_POINTS = 1000;
const HELD_OUT_POINTS = 400;
const NOISE = 0.015;
const PICTURE_PIXELS = 96;
const TABLE_ROWS = 12;

/** Makes the model, its data (equal for equal seeds, whatever the model) and its optimizer. */
export function spiralLearner(options: SpiralOptions): Learner {
  const dataRandom = seededRandom(options.seed);
  const train = twoSpirals(TRAIN_POINTS, NOISE, dataRandom);
  const heldOut = twoSpirals(HELD_OUT_POINTS, NOISE, dataRandom);
  const random = seededRandom(options.seed + 1);
  const mlp = createMlp([2, ...options.hidden, 2], options.activation, random);
  const adam = createAdam(mlp.parameters.length);

  return {
    spec: specOf(options, mlp),
    step: (step) => {
      const startMs = performance.now();
      const batch = sampleBatch(train, BATCH_SIZE, random);
      const outputs = forward(mlp, batch.points);
      const logits = outputs.at(-1) ?? batch.points;
      const { loss, gradient: outputGradient } = softmaxCrossEntropy(logits, batch.labels);
      const gradient = backward(mlp, outputs, outputGradient);
      const rate = learningRateAt(step, options.stepCount, options.learningRate);
      adamStep(adam, mlp.parameters, gradient, rate);
      return {
        "train/loss": loss,
        "train/accuracy": accuracyOf(logits, batch.labels),
        "optimizer/grad_norm": norm(gradient),
        "optimizer/lr": rate,
        "throughput/points_per_s": (1000 * BATCH_SIZE) / Math.max(1e-3, performance.now() - startMs),
      };
    },
    evaluate: () => {
      const logits = predict(mlp, heldOut.points);
      return {
        "eval/loss": softmaxCrossEntropy(logits, heldOut.labels).loss,
        "eval/accuracy": accuracyOf(logits, heldOut.labels),
      };
    },
    picture: () => pictureOf(mlp, heldOut),
  };
}

function specOf(
  { name, notes, hidden, activation, learningRate, seed, stepCount }: SpiralOptions,
  mlp: Mlp,
): LearnerSpec {
  return {
    project: "two-spirals",
    name,
    notes,
    tags: ["demo", activation],
    config: {
      hidden,
      activation,
      lr: learningRate,
      optimizer: "adam",
      batch_size: BATCH_SIZE,
      steps: stepCount,
      seed,
      train_points: TRAIN_POINTS,
      noise: NOISE,
      parameters: mlp.parameters.length,
    },
  };
}

function pictureOf(mlp: Mlp, heldOut: LabelledPoints): LogRow {
  const shares = softmax(predict(mlp, heldOut.points), 2);
  const predicted = predictedClasses(shares);
  const weights = layersOf(mlp).map((layer, l): [string, LogValue] => [
    `weights/layer${l + 1}`,
    histogram(layer.weights, { bins: 32 }),
  ]);
  const rows = Array.from({ length: TABLE_ROWS }, (_, i) => predictionRow(i, heldOut, predicted, shares));
  return {
    ...Object.fromEntries(weights),
    "eval/decision boundary": image(boundaryPicture(mlp, heldOut, PICTURE_PIXELS), {
      caption: "regions by predicted probability, held-out points",
    }),
    "eval/confusion": confusionMatrix({ actual: heldOut.labels, predicted, labels: SPIRAL_NAMES }),
    "eval/predictions": table({ columns: ["x", "y", "true class", "predicted", "probability"], rows }),
  };
}

function predictionRow(
  i: number,
  { points, labels }: LabelledPoints,
  predicted: Uint8Array,
  shares: Float64Array,
): unknown[] {
  const [x, y, label, guess] = [points[2 * i] ?? 0, points[2 * i + 1] ?? 0, labels[i] ?? 0, predicted[i] ?? 0];
  const rounded = (value: number): number => Number(value.toFixed(4));
  return [rounded(x), rounded(y), SPIRAL_NAMES[label], SPIRAL_NAMES[guess], rounded(shares[2 * i + guess] ?? 0)];
}

/** The likelier class of each row of two scores. */
function predictedClasses(scores: Float64Array): Uint8Array {
  return Uint8Array.from({ length: scores.length / 2 }, (_, r) =>
    Number((scores[2 * r + 1] ?? 0) > (scores[2 * r] ?? 0)),
  );
}

function accuracyOf(logits: Float64Array, labels: Uint8Array): number {
  return predictedClasses(logits).filter((label, i) => label === labels[i]).length / labels.length;
}
