/**
 * Reads handwritten digits with a convolutional network: at least 97 % right.
 *
 *     npx node examples/nn/03-digits-cnn.ts
 */
import { Data, nn, optim, Shape, Trainer } from "@trainlog/nn";

// 1. Constants
const CLASSES = 10;
const EPOCHS = 12;
const SEED = 0;

// 2. Model: [1, 8, 8] → [16, 8, 8] → [16, 4, 4] → [32, 4, 4] → [512] → [10]. The compiler follows every size.
const mkModel = nn.sequential(
  Shape.image(1, 8, 8),
  nn.conv2d(1, 16, { kernelSize: 3, padding: 1 }),
  nn.batchNorm(16),
  nn.relu(),
  nn.maxPool2d(2),
  nn.conv2d(16, 32, { kernelSize: 3, padding: 1 }),
  nn.relu(),
  nn.flatten(),
  nn.dropout(0.2),
  nn.linear(512, CLASSES),
);

// 3. Trainer: the model gives one score per class, the task compares them with the class number by cross-entropy.
const trainer = Trainer.new(mkModel, { task: "classification", optimizer: optim.adam({ lr: 0.003 }), seed: SEED });

// 4. Data: scikit-learn's digits, 8 × 8 pixels, which the package carries.
const { train, test } = await Data.digits({ layout: "image", seed: SEED });

// 5. Train and report
const trained = await trainer.train(train, {
  epochs: EPOCHS,
  batchSize: 64,
  evalData: test,
  log: { project: "examples", name: "nn-03-digits-cnn" },
});
trained.printSummary();

const { accuracy, confusion } = await trained.evaluate(test);
console.log(`accuracy on ${test.length} unseen digits: ${(accuracy! * 100).toFixed(1)} %`);
for (const [truth, row] of confusion!.counts.entries()) {
  const mistakes = row.flatMap((count, guess) => (guess === truth || count === 0 ? [] : [`${count} × ${guess}`]));
  if (mistakes.length > 0) console.log(`  ${truth} was taken for ${mistakes.join(", ")}`);
}
