/** @file A classifier of handwritten digits, in five blocks: constants, model, trainer, data, train and report. */
import { Data, nn, optim, Trainer } from "@trainlog/nn";
import type { Example, ExampleSettings, TrainedExample } from "./example.ts";

// 1. Constants: images of 8 × 8 pixels.
const CLASSES = 10;
const CHANNELS = 16;
const MORE_CHANNELS = 32;
/** What is left of an image after pooling: 32 channels of 4 × 4 pixels. */
const FEATURES = 512;
const BATCH_SIZE = 64;
const LEARNING_RATE = 0.005;

// 2. Model: two convolutions see neighbouring pixels, pooling halves the image to 4 × 4, a linear layer decides.
const mkModel = nn.sequential(
  nn.input([1, 8, 8]),
  nn.conv2d(1, CHANNELS, { kernelSize: 3, padding: 1 }),
  nn.relu(),
  nn.conv2d(CHANNELS, MORE_CHANNELS, { kernelSize: 3, padding: 1 }),
  nn.relu(),
  nn.maxPool2d(2),
  nn.flatten(),
  nn.dropout(0.2),
  nn.linear(FEATURES, CLASSES),
);

// 3. Trainer: a learning rate that falls to 0 in half a cosine.
const trainerOf = (seed: number, steps: number) => {
  const optimizer = optim.adam({ lr: optim.schedule.cosine({ lr: LEARNING_RATE, steps }) });
  return Trainer.new(mkModel, { task: "classification", optimizer, seed });
};

// 4. Data, and 5. train and report
async function train({ steps, seed, options, print }: ExampleSettings): Promise<TrainedExample> {
  const digits = await Data.digits({ layout: "image" });
  const trained = await trainerOf(seed, steps).train(digits.train, {
    ...options,
    steps,
    batchSize: BATCH_SIZE,
    evalData: digits.test,
    handleInterrupt: false,
  });
  trained.printSummary(print);
  print(`mistakes: ${mistakesText(trained.summary?.evaluation)}`);
  return trained;
}

/** `trainlog train digits` */
export const digits: Example = {
  summary: "a convolutional network that tells scikit-learn's 1,797 handwritten digits apart",
  steps: 300,
  train,
};

/** The confusions that happened most often: `8 taken for 1 (3×)`. */
function mistakesText(evaluation: Trainer.Evaluation | undefined): string {
  const { counts, labels } = evaluation?.confusion ?? { counts: [], labels: [] };
  const confusions = counts.flatMap((row, truth) =>
    row.map((count, guess) => ({
      count: truth === guess ? 0 : count,
      words: `${labels[truth]} taken for ${labels[guess]}`,
    })),
  );
  const worst = confusions.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  if (worst.length === 0) return "none";
  return (
    worst
      .slice(0, 3)
      .map(({ count, words }) => `${words} (${count}×)`)
      .join(", ") + (worst.length > 3 ? ", …" : "")
  );
}
