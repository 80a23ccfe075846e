/**
 * @file The same as `torch_steps.py`, for @trainlog/nn: training steps per second, or a matrix product.
 *
 * Usage: node our-steps.ts WORKLOAD|gemm-SIZE BACKEND THREADS SECONDS; prints one line of JSON. The models, batches and optimiser are those of
 * `torch_steps.py`, and a step is the explicit loop's `step` on a batch that lies ready.
 */
import { matmul, nn, optim, random, reshape, Shape, scope, setThreads, type Tensor, Trainer } from "@trainlog/nn";

type Backend = "eager" | "compiled";

const [workload = "", backend = "compiled", threads = "1", seconds = "2"] = process.argv.slice(2);
const { step, stepper, module } = Trainer.Advanced;
const key = random.key(0);

/** Gives the function that does one step, for a backend. */
const WORKLOADS: Readonly<Record<string, (backend: Backend) => () => unknown>> = {
  "mlp-2-8-1": (backend) => {
    const mkModel = nn.sequential(nn.linear(2, 8), nn.relu(), nn.linear(8, 1));
    const loop = stepper(module(mkModel, { task: "regression", optimizer: optim.adam({ lr: 0.03 }) }), { backend });
    const batch = [random.normal(key, [16, 2]), random.normal(key, [16, 1])] as const;
    return () => step(loop, batch);
  },
  "mlp-784": (backend) => {
    const mkModel = nn.sequential(nn.linear(784, 512), nn.relu(), nn.linear(512, 256), nn.relu(), nn.linear(256, 10));
    const loop = stepper(module(mkModel, { task: "classification", optimizer: optim.adam({ lr: 1e-3 }) }), { backend });
    const batch = [random.normal(key, [128, 784]), random.randint(key, [128], 0, 10)] as const;
    return () => step(loop, batch);
  },
  cnn: (backend) => {
    const mkModel = nn.sequential(
      Shape.image(3, 32, 32),
      nn.conv2d(3, 16, { kernelSize: 3, padding: 1 }),
      nn.relu(),
      nn.maxPool2d(2),
      nn.conv2d(16, 32, { kernelSize: 3, padding: 1 }),
      nn.relu(),
      nn.maxPool2d(2),
      nn.flatten(),
      nn.linear(2048, 10),
    );
    const loop = stepper(module(mkModel, { task: "classification", optimizer: optim.adam({ lr: 1e-3 }) }), { backend });
    const batch = [random.normal(key, [64, 3, 32, 32]), random.randint(key, [64], 0, 10)] as const;
    return () => step(loop, batch);
  },
  transformer: (backend) => {
    const block = nn.transformerBlock(128, { heads: 4, causal: true, norm: "pre", activation: "gelu" });
    const mkModel = nn.sequential(
      nn.input([128], "int32"),
      nn.embedding(96, 128),
      nn.learnedPositions(128, 128),
      block,
      block,
      block,
      block,
      nn.layerNorm(128),
      nn.linear(128, 96),
    );
    const loop = stepper(
      module(mkModel, {
        loss: (model, tokens: Tensor<[8, 128], "int32">, next: Tensor<[8, 128], "int32">) =>
          nn.crossEntropy(reshape(model(tokens), [1024, 96]), reshape(next, [1024])),
        optimizer: optim.adam({ lr: 3e-4 }),
      }),
      { backend },
    );
    const batch = [random.randint(key, [8, 128], 0, 96), random.randint(key, [8, 128], 0, 96)] as const;
    return () => step(loop, batch);
  },
};

/** Runs `work` for a third of the time to warm up, then counts for the whole of it. */
function perSecond(work: () => unknown): number {
  const measureMs = Number(seconds) * 1000;
  for (const until = performance.now() + measureMs / 3; performance.now() < until; ) work();
  let count = 0;
  const startMs = performance.now();
  while (performance.now() - startMs < measureMs) {
    work();
    count += 1;
  }
  return (count / (performance.now() - startMs)) * 1000;
}

function measureSteps(): Record<string, number> {
  const run = WORKLOADS[workload]?.(backend === "eager" ? "eager" : "compiled");
  if (run === undefined) throw new Error(`no workload ${workload}; there are ${Object.keys(WORKLOADS).join(", ")}`);
  const startMs = performance.now();
  run();
  const firstStepMs = performance.now() - startMs;
  const stepsPerSecond = perSecond(run);
  // What the first step takes beyond a warm one is tracing, planning and compiling.
  return { stepsPerSecond, firstStepMs, overheadMs: firstStepMs - 1000 / stepsPerSecond };
}

function measureGemm(size: number): Record<string, number> {
  const [a, b] = [random.normal(key, [size, size]), random.normal(key, [size, size])];
  const multiply = (): unknown => scope(() => void matmul(a, b));
  return { gigaflops: (2 * size ** 3 * perSecond(multiply)) / 1e9 };
}

setThreads(Number(threads));
console.log(JSON.stringify(workload.startsWith("gemm-") ? measureGemm(Number(workload.slice(5))) : measureSteps()));
process.exit(0);
