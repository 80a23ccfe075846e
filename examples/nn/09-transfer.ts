/**
 * Goes on with a network that PyTorch has trained. It reads digits well, but not those of a new scanner, whose pictures are pale; 80 examples are enough.
 *
 *     npx node examples/nn/09-transfer.ts
 *
 * data/pretrain.py made the file of weights.
 */
import { fileURLToPath } from "node:url";
import { argmax, Data, loadSafetensors, loadStateDict, nn, optim, Shape, Trainer, tensorND } from "@trainlog/nn";

// 1. Constants
const WEIGHTS = fileURLToPath(new URL("data/pretrained.safetensors", import.meta.url));
const SEEN = 1000; // digits that PyTorch has trained on
const EXAMPLES = 80; // of the new scanner
const STEPS = 100;
const SEED = 0;

// 2. Model: the same layers as in PyTorch, so the tensors have the same names: "1.weight", "1.bias", …
const mkModel = nn.sequential(
  Shape.vec(64),
  nn.unflatten(Shape.image(1, 8, 8)),
  nn.conv2d(1, 16, { kernelSize: 3, padding: 1 }),
  nn.relu(),
  nn.maxPool2d(2),
  nn.conv2d(16, 32, { kernelSize: 3, padding: 1 }),
  nn.relu(),
  nn.flatten(),
  nn.linear(512, 32),
  nn.relu(),
  nn.linear(32, 10),
);
/** The two linear layers. */
const isHead = (name: string) => name.startsWith("7.") || name.startsWith("9.");

// 3. Trainer: three ways to begin.
const fresh = nn.build(mkModel, { seed: SEED });
const { tensors } = await loadSafetensors(WEIGHTS);
const imported = loadStateDict(fresh, tensors);

const task = "classification";
const ways = {
  "from scratch": Trainer.new(mkModel, { task, optimizer: optim.adam({ lr: 0.003 }), seed: SEED }),
  "imported, only the last layers trained": Trainer.new(mkModel, {
    task,
    initial: imported,
    optimizer: optim.only(isHead, optim.adam({ lr: 0.003 })),
    seed: SEED,
  }),
  "imported, all layers trained": Trainer.new(mkModel, {
    task,
    initial: imported,
    optimizer: optim.adam({ lr: 0.001 }),
    seed: SEED,
  }),
};

// 4. Data: digits that PyTorch has not seen, as the new scanner gives them.
const { train: digits } = await Data.digits({ testFraction: 0 });
const pale = Data.map(digits, ({ input, target }) => ({ input: input.map((pixel) => 0.6 + 0.3 * pixel), target }));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const train = Data.subset(pale, range(SEEN, SEEN + EXAMPLES));
const test = Data.subset(pale, range(SEEN + EXAMPLES, pale.length));

// 5. Train and report. First what the network can do as it came.
console.log(`as imported, old scanner: ${await percentRight(Data.subset(digits, range(SEEN, digits.length)))} %`);
console.log(`as imported, new scanner: ${await percentRight(test)} %`);

for (const [name, trainer] of Object.entries(ways)) {
  const log = { project: "examples", name: `nn-09-transfer: ${name}` };
  const trained = await trainer.train(train, { steps: STEPS, batchSize: 20, evalData: test, progress: false, log });
  const { accuracy = 0 } = await trained.evaluate(test);
  console.log(`${name}: ${(accuracy * 100).toFixed(1)} %`);
}

/** How many digits the imported network reads right: the model is a function of its parameters and a batch. */
async function percentRight(data: typeof digits): Promise<string> {
  const { inputs, targets } = await Data.readAll(data);
  const { output } = fresh.model.apply(imported.params, imported.state, tensorND([data.length, 64], inputs));
  const right = argmax(output, 1)
    .data()
    .filter((guess, i) => guess === targets[i]).length;
  return ((right / data.length) * 100).toFixed(1);
}
