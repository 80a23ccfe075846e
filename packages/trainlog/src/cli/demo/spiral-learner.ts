/** @file Networks that learn to tell two spirals apart, a classic test that a linear model fails (Lang and Witbrock 1988). */
import { Data, nn, optim, Trainer } from "@trainlog/nn";
import { image, type Media, table } from "../../index.ts";
import { boundaryPainter } from "./boundary-picture.ts";
import { commonOptions, type Learner, type LearnerSettings } from "./learner.ts";
import { guesses } from "./probabilities.ts";

type Network = "relu" | "gelu" | "tiny";

/** What distinguishes one spiral run from another. */
export interface SpiralOptions extends LearnerSettings {
  readonly name: string;
  readonly notes: string;
  readonly network: Network;
  /** Highest learning rate: it rises to this in 5 % of the steps, then falls to a tenth. */
  readonly learningRate: number;
}

/** The networks to choose from, by the word that their runs carry. */
const NETWORKS: Readonly<Record<Network, nn.M<nn.FixedLayer<[2], [2]>>>> = {
  relu: nn.sequential(nn.linear(2, 32), nn.relu(), nn.linear(32, 32), nn.relu(), nn.linear(32, 2)),
  gelu: nn.sequential(nn.linear(2, 32), nn.gelu(), nn.linear(32, 32), nn.gelu(), nn.linear(32, 2)),
  tiny: nn.sequential(nn.linear(2, 8), nn.relu(), nn.linear(8, 2)),
};

const SPIRALS = { noise: 0.015, turns: 2 } as const;
const TRAIN_POINTS = 1000;
const HELD_OUT_POINTS = 400;
const BATCH_SIZE = 32;
const WARM_UP = 0.05;
const PICTURE_PIXELS = 96;
const TABLE_ROWS = 12;

/** A network on two interleaved spirals, evaluated on points that it has not seen. The data is the same for the same seed, whatever the network. */
export async function spiralLearner(options: SpiralOptions): Promise<Learner> {
  const { name, notes, network, learningRate, ...settings } = options;
  const { steps, seed } = settings;
  const train = Data.spirals({ ...SPIRALS, n: TRAIN_POINTS, seed });
  const heldOut = Data.spirals({ ...SPIRALS, n: HELD_OUT_POINTS, seed: seed + 1 });
  const optimizer = optim.adam({ lr: warmUpAndFall(learningRate, steps) });
  const trainer: Trainer.Trainer<[2], [2], []> = Trainer.new(NETWORKS[network], {
    task: "classification",
    optimizer,
    seed,
  });
  const points = await Data.readAll(heldOut);
  const paint = boundaryPainter(points, PICTURE_PIXELS);
  return {
    spec: {
      project: "two-spirals",
      name,
      notes,
      tags: ["demo", "classification"],
      config: { network, lr: learningRate, noise: SPIRALS.noise },
    },
    batchSize: BATCH_SIZE,
    train: (demo) =>
      trainer.train(train, { ...commonOptions(settings), ...demo, batchSize: BATCH_SIZE, evalData: heldOut }),
    picture: (predict) => ({
      "eval/decision boundary": image(paint(predict), { caption: "regions by predicted probability, held-out points" }),
      "eval/predictions": predictionTable(predict, points),
    }),
  };
}

/** A learning rate that warms up, then falls in half a cosine (Loshchilov and Hutter 2017). */
function warmUpAndFall(peak: number, steps: number): optim.Schedule {
  const warmUp = Math.max(1, Math.round(WARM_UP * steps));
  const fall = optim.schedule.cosine({ lr: peak, min: peak / 10, steps: Math.max(1, steps - warmUp) });
  return optim.schedule.warmUp({ steps: warmUp, lr: fall });
}

/** The first points, evenly from the inside out, with what the model takes them for. */
function predictionTable(predict: Trainer.Probe.Predict, { inputs, targets }: Data.AllExamples): Media {
  const chosen = Array.from({ length: TABLE_ROWS }, (_, i) => Math.floor((i * targets.length) / TABLE_ROWS));
  const points = chosen.map((i) => [inputs[2 * i] ?? 0, inputs[2 * i + 1] ?? 0]);
  const answers = guesses(predict(points), 2);
  const rounded = (value: number): number => Number(value.toFixed(4));
  const rows = chosen.map((at, row) => {
    const { label, probability } = answers[row] ?? { label: 0, probability: 0 };
    return [...(points[row] ?? []).map(rounded), targets[at], label, rounded(probability)];
  });
  return table({ columns: ["x", "y", "true class", "predicted", "probability"], rows });
}
