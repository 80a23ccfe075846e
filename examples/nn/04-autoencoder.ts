/**
 * Squeezes handwritten digits through 8 numbers and draws what comes out again.
 *
 *     npx node examples/nn/04-autoencoder.ts
 */
import { broadcastTo, Data, mean, nn, optim, Trainer, tensorND } from "@trainlog/nn";

// 1. Constants
const PIXELS = 64;
const CODE = 8;
const EPOCHS = 40;
const SEED = 0;

// 2. Model: 64 pixels → 8 numbers → 64 pixels between 0 and 1.
const encoder = nn.sequential(nn.linear(PIXELS, 48), nn.relu(), nn.linear(48, CODE));
const decoder = nn.sequential(nn.linear(CODE, 48), nn.relu(), nn.linear(48, PIXELS), nn.sigmoid());
const mkModel = nn.sequential(nn.named("encoder", encoder), nn.named("decoder", decoder));

// 3. Trainer: the picture is its own target, so this is a regression.
const lr = optim.schedule.oneCycle({ maxLr: 0.01, steps: EPOCHS * 23 });
const trainer = Trainer.new(mkModel, { task: "regression", optimizer: optim.adam({ lr }), seed: SEED });

// 4. Data: pairs of a digit and its class become pairs of a digit and itself.
const digits = await Data.digits({ seed: SEED });
const itself = { targetShape: [PIXELS], targetDType: "float" } as const;
const train = Data.map(digits.train, ({ input }) => ({ input, target: input }), itself);
const test = Data.map(digits.test, ({ input }) => ({ input, target: input }), itself);

// 5. Train and report
const trained = await trainer.train(train, {
  epochs: EPOCHS,
  batchSize: 64,
  evalData: test,
  log: { project: "examples", name: "nn-04-autoencoder" },
});
trained.printSummary();

const { inputs } = await Data.readAll(test);
const pictures = tensorND([test.length, PIXELS], inputs, { dtype: "float" });
const copies = await trained.eval(pictures);
const average = nn.mse(pictures, broadcastTo(mean(pictures, [0]), pictures.shape)).item();
console.log(
  `squared error: ${nn.mse(copies, pictures).item().toFixed(4)}, of the average picture ${average.toFixed(4)}`,
);

const SHADES = " .:-=+*#%@";
const draw = (pixels: ArrayLike<number>, row: number) =>
  Array.from({ length: 8 }, (_, column) => SHADES[Math.round((pixels[row * 8 + column] ?? 0) * 9)]!.repeat(2)).join("");
for (const example of [0, 100, 200]) {
  const before = inputs.subarray(example * PIXELS);
  const after = copies.data().subarray(example * PIXELS);
  for (let row = 0; row < 8; row += 1) console.log(`  ${draw(before, row)}  ${draw(after, row)}`);
}
