/** @file Classifiers of scikit-learn's handwritten digits, from a linear one to a small convolutional network. */
import { type AnyTensor, Data, nn, optim, Trainer, tensorND } from "@trainlog/nn";
import { image, type LogRow, type RawPixels, table } from "../../index.ts";
import { commonOptions, type Learner, type LearnerSettings } from "./learner.ts";
import { guesses } from "./probabilities.ts";

type Network = "linear" | "mlp" | "cnn";

/** What distinguishes one digits run from another. */
export interface DigitsOptions extends LearnerSettings {
  readonly name: string;
  readonly notes: string;
  readonly network: Network;
  readonly optimizer: "adam" | "sgd";
  readonly learningRate: number;
}

/** The networks to choose from: from an image of 8 × 8 pixels to the scores of ten digits. */
const NETWORKS: Readonly<Record<Network, nn.M<nn.FixedLayer<[1, 8, 8], [10]>>>> = {
  linear: nn.sequential(nn.input([1, 8, 8]), nn.flatten(), nn.linear(64, 10)),
  mlp: nn.sequential(nn.input([1, 8, 8]), nn.flatten(), nn.linear(64, 64), nn.relu(), nn.linear(64, 10)),
  cnn: nn.sequential(
    nn.input([1, 8, 8]),
    nn.conv2d(1, 8, { kernelSize: 3, padding: 1 }),
    nn.relu(),
    nn.conv2d(8, 16, { kernelSize: 3, padding: 1 }),
    nn.relu(),
    nn.maxPool2d(2),
    nn.flatten(),
    nn.dropout(0.2),
    nn.linear(256, 10),
  ),
};

const OPTIMIZERS = {
  adam: (lr: optim.LearningRate) => optim.adam({ lr }),
  sgd: (lr: optim.LearningRate) => optim.sgd({ lr, momentum: 0.9 }),
} as const;

const CLASSES = 10;
const SIDE_PIXELS = 8;
const BATCH_SIZE = 32;
/** Mistakes in a picture, in rows of `SHEET_COLUMNS`. */
const SHOWN_MISTAKES = 12;
const SHEET_COLUMNS = 4;
/** Screen pixels per pixel of a digit, and between two digits. */
const ZOOM = 8;
const GAP_PIXELS = 8;
const PAPER = 255;

/** A classifier of the digits, evaluated on the fifth of them that it does not train on. */
export async function digitsLearner(options: DigitsOptions): Promise<Learner> {
  const { name, notes, network, optimizer, learningRate, ...settings } = options;
  const { train, test } = await Data.digits({ layout: "image" });
  const examples = await Data.readAll(test);
  const lr = optim.schedule.cosine({ lr: learningRate, steps: settings.steps });
  const trainer: Trainer.Trainer<[1, 8, 8], [10], []> = Trainer.new(NETWORKS[network], {
    task: "classification",
    optimizer: OPTIMIZERS[optimizer](lr),
    seed: settings.seed,
  });
  return {
    spec: { project: "digits", name, notes, tags: ["demo", "classification"], config: { network, lr: learningRate } },
    batchSize: BATCH_SIZE,
    train: (demo) =>
      trainer.train(train, { ...commonOptions(settings), ...demo, batchSize: BATCH_SIZE, evalData: test }),
    picture: (predict) => mistakesOf(predict, examples),
  };
}

/** A digit that was taken for another one. */
interface Mistake {
  /** Number of the example. */
  readonly at: number;
  readonly truth: number;
  readonly guess: number;
  readonly probability: number;
}

/** Pictures and a table of the digits that the model gets wrong, the ones that it is surest of first. */
function mistakesOf(predict: Trainer.Probe.Predict, { inputs, targets }: Data.AllExamples): LogRow {
  const answers = guesses(predict(imagesOf(inputs)), CLASSES);
  const mistakes = answers
    .map(({ label, probability }, at): Mistake => ({ at, truth: targets[at] ?? 0, guess: label, probability }))
    .filter(({ truth, guess }) => truth !== guess)
    .sort((a, b) => b.probability - a.probability)
    .slice(0, SHOWN_MISTAKES);
  const rows = mistakes.map(({ at, truth, guess, probability }) => [at, truth, guess, Number(probability.toFixed(4))]);
  const caption = mistakes.map(({ truth, guess }) => `${truth} taken for ${guess}`).join(", ");
  return {
    "eval/mistakes": table({ columns: ["example", "true class", "predicted", "probability"], rows }),
    "eval/surest mistakes": image(contactSheet(mistakes, inputs), { caption: caption || "no mistake" }),
  };
}

function imagesOf(inputs: Data.BatchArray): AnyTensor {
  return tensorND([inputs.length / SIDE_PIXELS ** 2, 1, SIDE_PIXELS, SIDE_PIXELS], inputs);
}

/** The digits of mistakes in rows, enlarged, dark on light as they were written. Always of the same size. */
function contactSheet(mistakes: readonly Mistake[], inputs: Data.BatchArray): Required<RawPixels> {
  const cell = SIDE_PIXELS * ZOOM + GAP_PIXELS;
  const [width, height] = [SHEET_COLUMNS * cell, Math.ceil(SHOWN_MISTAKES / SHEET_COLUMNS) * cell];
  const data = new Uint8Array(width * height).fill(PAPER);
  for (const [i, { at }] of mistakes.entries()) {
    const [left, top] = [(i % SHEET_COLUMNS) * cell, Math.floor(i / SHEET_COLUMNS) * cell];
    for (let pixel = 0; pixel < (SIDE_PIXELS * ZOOM) ** 2; pixel++) {
      const [x, y] = [pixel % (SIDE_PIXELS * ZOOM), Math.floor(pixel / (SIDE_PIXELS * ZOOM))];
      const ink = inputs[at * SIDE_PIXELS ** 2 + Math.floor(y / ZOOM) * SIDE_PIXELS + Math.floor(x / ZOOM)] ?? 0;
      data[(top + y) * width + left + x] = Math.round(PAPER * (1 - ink));
    }
  }
  return { data, width, height, channels: 1 };
}
