/**
 * Goes on with a network that PyTorch has trained: it knows the digits 0 to 4 and learns 5 to 9 from ten examples of each.
 *
 *     npx node examples/nn/09-transfer.ts
 *
 * data/pretrain.py made the file of weights.
 */
import { fileURLToPath } from "node:url";
import { argmax, Data, loadSafetensors, loadStateDict, nn, optim, Shape, Trainer, tensorND } from "@trainlog/nn";

// 1. Constants
const WEIGHTS = fileURLToPath(new URL("data/pretrained.safetensors", import.meta.url));
const CLASSES = 5;
const PER_CLASS = 10;
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
  nn.linear(32, CLASSES),
);
const isHead = (name: string) => name.startsWith("9."); // the last layer

// 3. Trainer: three ways to begin. The head is new in all of them, because the classes are.
const { tensors } = await loadSafetensors(WEIGHTS);
const fresh = nn.build(mkModel, { seed: SEED });
const imported = loadStateDict(fresh, tensors);
const body = Object.fromEntries(Object.entries(tensors).filter(([name]) => !isHead(name)));
const transferred = loadStateDict(fresh, body, { strict: false });

const task = "classification";
const ways = {
  "from scratch": Trainer.new(mkModel, { task, initial: fresh, optimizer: optim.adam({ lr: 0.003 }), seed: SEED }),
  "new head, body frozen": Trainer.new(mkModel, {
    task,
    initial: transferred,
    optimizer: optim.only(isHead, optim.adam({ lr: 0.01 })),
    seed: SEED,
  }),
  "new head, body fine-tuned": Trainer.new(mkModel, {
    task,
    initial: transferred,
    optimizer: optim.groups({
      head: { filter: isHead, optimizer: optim.adam({ lr: 0.01 }) },
      body: { optimizer: optim.adam({ lr: 0.0005 }) },
    }),
    seed: SEED,
  }),
};

// 4. Data: known digits to check the import with, and few examples of new ones.
const digits = await Data.digits({ seed: SEED });

/** Some of the digits from `first` on, as classes 0 to 4; at most so many of each. */
async function five(all: typeof digits.train, first: number, perClass = Number.POSITIVE_INFINITY) {
  const taken = new Map<number, number>();
  const indices = Array.from(await Data.labelsOf(all)).flatMap((label, i) => {
    const count = (taken.get(label) ?? 0) + 1;
    taken.set(label, count);
    return label >= first && label < first + CLASSES && count <= perClass ? [i] : [];
  });
  return Data.map(Data.subset(all, indices), ({ input, target }) => ({ input, target: [(target[0] ?? 0) - first] }));
}

const known = await five(digits.test, 0);
const train = await five(digits.train, 5, PER_CLASS);
const test = await five(digits.test, 5);

// 5. Train and report. First: does the imported network know what it knew in PyTorch?
const { inputs, targets } = await Data.readAll(known);
const { output } = fresh.model.apply(imported.params, imported.state, tensorND([known.length, 64], inputs));
const right = argmax(output, 1)
  .data()
  .filter((guess, i) => guess === targets[i]).length;
console.log(`imported: ${right} of ${known.length} known digits are right`);

for (const [name, trainer] of Object.entries(ways)) {
  const log = { project: "examples", name: `nn-09-transfer, ${name}` };
  const trained = await trainer.train(train, { steps: STEPS, batchSize: 25, evalData: test, progress: false, log });
  const { accuracy = 0 } = await trained.evaluate(test);
  console.log(`${name}: ${(accuracy * 100).toFixed(1)} % of ${test.length} new digits after ${train.length} examples`);
}
