/**
 * @file Training steps per second of @trainlog/nn for one workload, the counterpart of `torch_steps.py`.
 *
 * Usage: our-steps.ts WORKLOAD BACKEND THREADS SECONDS, prints one line of JSON: `{"stepsPerSecond": …, "firstStepMs": …, "parameters": …}`; for the
 * workload `gemm-SIZE` `{"gigaflops": …}`. A step is forward, loss, backward and Adam on a batch that lies ready, through `Trainer.Advanced.stepper`, or
 * for the backend `onnx` through `compileOnnxStep`, some steps per call.
 */
import { type AnyTensor, matmul, nn, optim, Shape, setThreads, type Tensor, Trainer, tensorND } from "@trainlog/nn";

const [workload = "", backend = "compiled", threads = "1", seconds = "2"] = process.argv.slice(2);
const MEASURE_MS = Number(seconds) * 1000;
const WARM_UP_MS = MEASURE_MS / 3;

/** Numbers between -1 and 1 without a pattern. */
function numbers(shape: readonly number[]): Tensor<readonly number[]> {
  const size = shape.reduce((product, length) => product * length, 1);
  return tensorND(
    shape,
    Float32Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1)) * Math.cos(78.233 * i)),
  );
}

/** Whole numbers below `count`. */
function labels(shape: readonly number[], count: number): Tensor<readonly number[], "int32"> {
  const size = shape.reduce((product, length) => product * length, 1);
  return tensorND(
    shape,
    Int32Array.from({ length: size }, (_, i) => (i * 7919 + (i >> 3)) % count),
  );
}

/** Does steps, and says how many per call; with the number of the model's parameters. */
export interface Workload {
  readonly step: () => unknown;
  readonly perCall: number;
  readonly parameters: () => number;
}

async function workloadOf(
  mkModel: nn.M,
  task: "regression" | "classification",
  batch: readonly [AnyTensor, AnyTensor],
  lr: number,
): Promise<Workload> {
  const module = Trainer.Advanced.module(mkModel, { task, optimizer: optim.adam({ lr }) });
  // Loaded when asked for, as it needs a package that is not installed with the others.
  if (backend === "onnx") return (await import("./onnx-steps.ts")).onnxWorkload(module, batch, Number(threads));
  const loop = Trainer.Advanced.stepper(module, { backend: backend === "eager" ? "eager" : "compiled" });
  // The shapes of a batch are those of the workload's model.
  const given = batch as never;
  return { step: () => loop.step(given), perCall: 1, parameters: () => nn.parameterCount(loop.numbers().params) };
}

const WORKLOADS: Readonly<Record<string, () => Promise<Workload>>> = {
  "mlp-2-8-1": () =>
    workloadOf(
      nn.sequential(nn.linear(2, 8), nn.relu(), nn.linear(8, 1)),
      "regression",
      [numbers([16, 2]), numbers([16, 1])],
      0.03,
    ),
  "mlp-784": () =>
    workloadOf(
      nn.sequential(nn.linear(784, 512), nn.relu(), nn.linear(512, 256), nn.relu(), nn.linear(256, 10)),
      "classification",
      [numbers([128, 784]), labels([128], 10)],
      1e-3,
    ),
  cnn: () =>
    workloadOf(
      nn.sequential(
        Shape.image(3, 32, 32),
        nn.conv2d(3, 16, { kernelSize: 3, padding: 1 }),
        nn.relu(),
        nn.maxPool2d(2),
        nn.conv2d(16, 32, { kernelSize: 3, padding: 1 }),
        nn.relu(),
        nn.maxPool2d(2),
        nn.flatten(),
        nn.linear(2048, 10),
      ),
      "classification",
      [numbers([64, 3, 32, 32]), labels([64], 10)],
      1e-3,
    ),
  transformer: () => {
    const block = (): nn.M<nn.TransformerBlock<128>> =>
      nn.transformerBlock(128, { heads: 4, causal: true, norm: "pre", activation: "gelu" });
    return workloadOf(
      nn.sequential(
        nn.input(Shape.vec(128), "int32"),
        nn.embedding(96, 128),
        nn.learnedPositions(128, 128),
        block(),
        block(),
        block(),
        block(),
        nn.layerNorm(128),
        nn.linear(128, 96),
      ),
      "classification",
      [labels([8, 128], 96), labels([8, 128], 96)],
      3e-4,
    );
  },
};

/** Calls `work` for a while; gives calls per second after a warm-up. */
async function rateOf(work: () => unknown): Promise<number> {
  const warmUntil = performance.now() + WARM_UP_MS;
  while (performance.now() < warmUntil) await work();
  // The clock is asked rarely: a step of a small network takes a few microseconds.
  let [calls, perLook] = [0, 1];
  const start = performance.now();
  for (;;) {
    for (let i = 0; i < perLook; i += 1) {
      const working = work();
      // Only promises are waited for: waiting costs something beside a step of a small network.
      if (working instanceof Promise) await working;
    }
    calls += perLook;
    const elapsedMs = performance.now() - start;
    if (elapsedMs >= MEASURE_MS) return (calls / elapsedMs) * 1000;
    if (elapsedMs < 20) perLook *= 2;
  }
}

async function measureSteps(make: () => Promise<Workload>): Promise<Readonly<Record<string, number>>> {
  const { step, perCall, parameters } = await make();
  const start = performance.now();
  await step();
  const firstStepMs = performance.now() - start;
  const callsPerSecond = await rateOf(step);
  // What the first call takes beyond a warm one: tracing, planning, compiling.
  const overheadMs = firstStepMs - 1000 / callsPerSecond;
  return { stepsPerSecond: perCall * callsPerSecond, overheadMs, parameters: parameters() };
}

async function measureProduct(size: number): Promise<Readonly<Record<string, number>>> {
  const [a, b] = [numbers([size, size]), numbers([size, size])] as [Tensor<[number, number]>, Tensor<[number, number]>];
  const rate = await rateOf(() => matmul(a, b).dispose());
  return { gigaflops: (2 * size ** 3 * rate) / 1e9 };
}

setThreads(Number(threads));
const make = WORKLOADS[workload];
const measuring = make === undefined ? measureProduct(Number(workload.replace("gemm-", ""))) : measureSteps(make);
console.log(JSON.stringify(await measuring));
process.exit(0);
