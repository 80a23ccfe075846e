/**
 * A small language model of the GPT kind, trained on generated tales. Prints what it writes before and after.
 *
 *     npx node examples/nn/06-char-transformer.ts
 */
import { Data, nn, optim, random, Shape, Trainer, tensor } from "@trainlog/nn";

// 1. Constants
const TEXT = Data.tales({ length: 120_000, seed: 0 });
const chars = Data.charTokeniser(TEXT);
const VOCABULARY = chars.vocabularySize;
const CONTEXT = 48;
const WIDTH = 48;
const STEPS = 500;
const SEED = 0;

// 2. Model: each position attends to itself and to what is before it.
const block = () =>
  nn.transformerBlock(WIDTH, { heads: 4, causal: true, norm: "pre", activation: "gelu", rotary: true });
const mkModel = nn.sequential(
  nn.input(Shape.vec(CONTEXT), "int32"),
  nn.embedding(VOCABULARY, WIDTH),
  block(),
  block(),
  nn.layerNorm(WIDTH),
  nn.linear(WIDTH, VOCABULARY),
);

// 3. Trainer: the rate rises for 50 steps, then falls along a cosine.
const lr = optim.schedule.warmUp({ steps: 50, lr: optim.schedule.cosine({ lr: 8e-3, steps: STEPS - 50 }) });
const optimizer = optim.chain(optim.clipByGlobalNorm(1), optim.adamW({ lr, weightDecay: 0.01 }));
const trainer = Trainer.new(mkModel, { task: "classification", optimizer, seed: SEED });

// 4. Data: the last tenth of the text is kept back to see whether the model has learnt the language or only the text.
const tokens = chars.encode(TEXT);
const cut = Math.floor(tokens.length * 0.9);
const train = Data.textWindows(tokens.subarray(0, cut), { length: CONTEXT, stride: 11 });
const test = Data.textWindows(tokens.subarray(cut), { length: CONTEXT });

// 5. Train and report
const BEGINNING = TEXT.slice(cut, cut + CONTEXT);
const trained = await trainer.train(train, {
  steps: STEPS,
  batchSize: 12,
  evalData: test,
  log: { project: "examples", name: "nn-06-char-transformer" },
  probes: [Trainer.Probe.custom("tale", tell)],
});
trained.printSummary();

/** Goes on from the beginning, each character drawn by the scores that the model gives for the last position. */
function tell(scoresOf: (window: number[]) => ArrayLike<number>): string {
  const written = [...chars.encode(BEGINNING)];
  while (written.length < CONTEXT + 160) {
    const scores = Array.from(scoresOf(written.slice(-CONTEXT))).slice(-VOCABULARY);
    written.push(random.categorical(random.foldIn(random.key(SEED), written.length), tensor(scores)).item());
  }
  return JSON.stringify(chars.decode(written.slice(CONTEXT)));
}
