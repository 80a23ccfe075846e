/**
 * Predicts rents from a CSV file with numbers, words, yes/no and missing values.
 *
 *     npx node examples/nn/02-csv.ts
 */
import { fileURLToPath } from "node:url";
import { type AnyTensor, Data, nn, optim, reshape, Trainer, tensorND } from "@trainlog/nn";

// 1. Constants
const CSV = fileURLToPath(new URL("data/rents.csv", import.meta.url));
const DISTRICTS = ["harbour", "hillside", "meadows", "old town", "station"];
const FEATURES = 9; // area, rooms, year, balcony, and one number per district
const EPOCHS = 60;
const SEED = 0;

// 2. Model
const mkModel = nn.sequential(nn.linear(FEATURES, 32), nn.relu(), nn.linear(32, 16), nn.relu(), nn.linear(16, 1));

// 3. Trainer: the rate falls along a cosine, and weights are kept small so that 320 rows are not learnt by heart.
const lr = optim.schedule.cosine({ lr: 0.01, steps: EPOCHS * 10 });
const trainer = Trainer.new(mkModel, {
  task: "regression",
  optimizer: optim.adamW({ lr, weightDecay: 0.05 }),
  seed: SEED,
});

// 4. Data: columns that are not named hold numbers. Means, deviations and medians come from the training rows only.
const { train, test, encoding, featureNames } = await Data.tabularCsvDataset(CSV, {
  target: "rent",
  columns: {
    id: "ignored",
    district: { kind: "category", categories: DISTRICTS },
    balcony: "boolean",
    built: { kind: "number", missing: "median" },
  },
  inputShape: [FEATURES],
  testFraction: 0.2,
  standardiseTarget: true,
  seed: SEED,
});
console.log(`inputs: ${featureNames.join(", ")}`);

// 5. Train and report, in euro: the model's results are in standard deviations of the rents.
const trained = await trainer.train(train, {
  epochs: EPOCHS,
  batchSize: 32,
  evalData: test,
  log: { project: "examples", name: "nn-02-csv" },
});
trained.printSummary();

const { inputs, targets } = await Data.readAll(test);
const inEuro = (scaled: AnyTensor) => Data.decodeTargets(encoding, scaled).map((row) => row["rent"]!);
const predicted = inEuro(await trained.eval(tensorND([test.length, FEATURES], inputs)));
const rents = inEuro(tensorND([test.length, 1], targets));
const meanRent = rents.reduce((sum, rent) => sum + rent, 0) / rents.length;
const meanError = (guess: (i: number) => number) =>
  rents.reduce((sum, rent, i) => sum + Math.abs(rent - guess(i)), 0) / rents.length;
console.log(`mean error on ${rents.length} flats it has not seen: ${meanError((i) => predicted[i]!).toFixed(0)} euro`);
console.log(`guessing the mean rent every time: ${meanError(() => meanRent).toFixed(0)} euro`);

const flat = { district: "harbour", area_m2: 64, rooms: 3, built: 1998, balcony: "yes" };
const x = await Data.encodeRows(encoding, [flat]);
const [rent] = inEuro(await trained.eval(reshape(x, [1, FEATURES])));
console.log(`64 m² at the harbour, built 1998, with a balcony: ${rent!.toFixed(0)} euro`);
