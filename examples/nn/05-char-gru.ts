/**
 * Learns to spell: a recurrent network reads tales character by character and then tells its own.
 *
 *     npx node examples/nn/05-char-gru.ts
 */
import { Data, nn, optim, random, Trainer, tensor } from "@trainlog/nn";

// 1. Constants: the tales are generated, in plain English that anybody may use.
const TEXT = Data.tales({ length: 60_000, seed: 1 });
const chars = Data.charTokeniser(TEXT);
const VOCABULARY = chars.vocabularySize;
const LENGTH = 48;
const HIDDEN = 96;
const STEPS = 500;
const SEED = 0;

// 2. Model: from each character to one score for every character that could be next.
const mkModel = nn.sequential(nn.embedding(VOCABULARY, 32), nn.gru(32, HIDDEN), nn.linear(HIDDEN, VOCABULARY));

// 3. Trainer: the next character is a class. Recurrent gradients can explode, so they are clipped.
const lr = optim.schedule.cosine({ lr: 0.01, steps: STEPS });
const optimizer = optim.chain(optim.clipByGlobalNorm(1), optim.adam({ lr }));
const trainer = Trainer.new(mkModel, { task: "classification", optimizer, seed: SEED });

// 4. Data: stretches of 48 characters, and the same stretches one character later.
const data = Data.textWindows(chars.encode(TEXT), { length: LENGTH, stride: 7 });

// 5. Train and report
const trained = await trainer.train(data, {
  steps: STEPS,
  batchSize: 32,
  log: { project: "examples", name: "nn-05-char-gru" },
});
trained.printSummary();
console.log(`bits per character: ${(trained.summary!.lossAfter / Math.LN2).toFixed(2)}`);

// One character after the other, each drawn by the scores that the model gives the possible next ones.
let text = "One grey morning";
while (text.length < 240) {
  const scores = await trained.eval(tensor(chars.encode(text.slice(-LENGTH))));
  const drawn = random.categorical(random.foldIn(random.key(SEED), text.length), scores);
  text += chars.decode(drawn.data().slice(-1));
}
console.log(text);
