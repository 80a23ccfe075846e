/**
 * The worker trains: a page's main thread would not answer while a step runs. The five blocks are those of a file for Node; only where the log goes,
 * and where the results go, is the browser's.
 */
import { argmax, Data, nn, optim, Shape, Trainer, tensorND } from "@trainlog/nn";
import { init } from "trainlog";
import type { Message, Reading } from "./messages.ts";

// 1. Constants
const STEPS = 300;
const SHOWN = 12;

// 2. Model
const mkModel = nn.sequential(
  Shape.image(1, 8, 8),
  nn.conv2d(1, 16, { kernelSize: 3, padding: 1 }),
  nn.relu(),
  nn.maxPool2d(2),
  nn.flatten(),
  nn.linear(256, 10),
);

// 3. Trainer
const trainer = Trainer.new(mkModel, { task: "classification", optimizer: optim.adam({ lr: 0.003 }), seed: 0 });

/** Tells the page. */
function tell(message: Message): void {
  globalThis.postMessage(message);
}

async function train(server: string): Promise<Message> {
  // 4. Data: the digits are in the package; your own come by `fetch`, or as the `File`s of an input.
  const { train, test } = await Data.digits({ layout: "image", seed: 0 });

  // 5. Train and report. In a browser a run needs the address of a server, so it is opened here and handed over.
  await using run = await init({ project: "examples", name: "nn-13-browser", url: server });
  const trained = await trainer.train(train, {
    steps: STEPS,
    batchSize: 64,
    evalData: test,
    log: run,
    progress: false,
    callbacks: { onStep: ({ step, loss }) => void (step % 5 === 0 && tell({ kind: "step", step, loss })) },
  });
  const { accuracy = 0 } = await trained.evaluate(test);
  return { kind: "done", accuracy, readings: await readings(trained, test) };
}

/** What the model says of the first digits of a data set. */
async function readings(trained: Trainer.Trained<[1, 8, 8], [10], []>, data: Data.Dataset): Promise<Reading[]> {
  const { inputs, targets } = await Data.readAll(Data.take(data, SHOWN));
  const pixels = Float32Array.from(inputs);
  const guesses = argmax(await trained.eval(tensorND([SHOWN, 1, 8, 8], pixels)), -1).data();
  return Array.from(guesses, (guess, i) => ({
    pixels: pixels.slice(64 * i, 64 * (i + 1)),
    truth: targets[i] ?? -1,
    guess,
  }));
}

globalThis.addEventListener("message", ({ data: server }: MessageEvent<string>) => {
  train(server).then(tell, (error: unknown) => tell({ kind: "failed", reason: String(error) }));
});
