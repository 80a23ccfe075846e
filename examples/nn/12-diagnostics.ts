/**
 * Four questions to ask of every new model before it gets real data, each a stream of made-up batches. They find most mistakes in a model, a loss or an
 * optimiser within seconds.
 *
 *     npx node examples/nn/12-diagnostics.ts
 */
import { nn, optim, random, type Tensor, Trainer, zeros } from "@trainlog/nn";

// 1. Constants
const FEATURES = 20;
const CLASSES = 10;
const BATCH = 32;
const STEPS = 300;
const SEED = 0;

// 2. Model: the one that is in question.
const mkModel = nn.sequential(nn.linear(FEATURES, 64), nn.relu(), nn.linear(64, CLASSES));

// 3. Trainer
const module = Trainer.Advanced.module(mkModel, {
  task: "classification",
  optimizer: optim.adam({ lr: 0.01 }),
  seed: SEED,
});

// 4. Data: a batch depends on the number of the step only, so every stream can be repeated exactly.
type Stream = Trainer.Advanced.StepBatchStream<[[32, 20], [32]]>;

function noise(step: number): [Tensor<[32, 20]>, Tensor<[32], "int32">] {
  const [forInputs, forLabels] = random.split(random.foldIn(random.key(SEED), step));
  return [random.normal(forInputs, [BATCH, FEATURES]), random.randint(forLabels, [BATCH], 0, CLASSES)];
}

const oneBatch: Stream = () => noise(0);
const newNoise: Stream = noise;
const blind: Stream = (step) => [zeros([BATCH, FEATURES]), noise(step)[1]];

// 5. Train and report. Whoever knows nothing says 1/10 for each class and has a loss of log(10).
const KNOWS_NOTHING = Math.log(CLASSES);

await judge("before training it knows nothing", newNoise, 1, (loss) => Math.abs(loss - KNOWS_NOTHING) < 0.5);
await judge("it learns one batch by heart", oneBatch, STEPS, (loss) => loss < 0.01);
await judge(
  "it cannot foretell noise: no label leaks into the inputs",
  newNoise,
  STEPS,
  (loss) => loss > KNOWS_NOTHING - 0.05,
);
await judge(
  "without inputs it knows nothing either: no label leaks from elsewhere",
  blind,
  STEPS,
  (loss) => loss > KNOWS_NOTHING - 0.05,
);

/** Trains on a stream and says whether the mean loss of the last steps is as it should be. */
async function judge(claim: string, stream: Stream, steps: number, isFine: (loss: number) => boolean): Promise<void> {
  const log = { project: "examples", name: `nn-12-diagnostics: ${claim}` };
  const curve = await Trainer.Advanced.trainModuleStreamStepsCurveFloat(module, stream, { steps, log });
  const recent = curve.slice(-50);
  const loss = recent.reduce((sum, value) => sum + value, 0) / recent.length;
  console.log(`${isFine(loss) ? "yes" : "NO "}  ${claim} (loss ${curve[0]!.toFixed(3)} → ${loss.toFixed(3)})`);
  if (!isFine(loss)) process.exitCode = 1;
}
