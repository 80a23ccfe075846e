/** @file Training steps per second and matrix products, beside eager PyTorch on the same threads. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bench, digits, type Figure, median, runJson } from "./measure.ts";
import { pythonWithTorch, TRAINING_PEERS } from "./peers/python.ts";

const ROUNDS = 3;
const SECONDS = 2;
const here = fileURLToPath(new URL("train/", import.meta.url));

/** A workload with the ratio to eager PyTorch that each of our backends should reach. */
interface Workload {
  readonly name: string;
  readonly title: string;
  readonly target: Readonly<Record<string, number>>;
}

const WORKLOADS: readonly Workload[] = [
  { name: "mlp-2-8-1", title: "MLP 2-8-1, batch 16", target: { eager: 60, compiled: 80 } },
  { name: "mlp-784", title: "MLP 784-512-256-10, batch 128", target: { eager: 0.5, compiled: 0.5, onnx: 1 } },
  { name: "cnn", title: "CNN 16/32, 64×3×32×32", target: { eager: 0.5, compiled: 0.5, onnx: 1 } },
  {
    name: "transformer",
    title: "transformer 4×128, context 128, batch 8",
    target: { eager: 0.5, compiled: 0.5, onnx: 1 },
  },
];
const BACKENDS = ["eager", "compiled", "onnx"] as const;

/** What one process measured. */
type Measured = Record<string, number>;

/** One process per measurement, ours and theirs in turn, so that a slow minute of the machine hits both. */
async function rounds(
  measures: Readonly<Record<string, () => Promise<Measured>>>,
): Promise<Record<string, Measured[]>> {
  const results: Record<string, Measured[]> = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, measure] of Object.entries(measures)) results[name] = [...(results[name] ?? []), await measure()];
  }
  return results;
}

const ours = (...args: readonly (string | number)[]): Promise<Measured> =>
  runJson(process.execPath, [join(here, "our-steps.ts"), ...args.map(String)], here);

const torch =
  (python: string) =>
  (...args: readonly (string | number)[]): Promise<Measured> =>
    runJson(python, [join(here, "torch_steps.py"), ...args.map(String)], here);

const middle = (results: readonly Measured[] | undefined, field: string): number =>
  median((results ?? []).map((result) => result[field] ?? Number.NaN));

async function stepFigures(python: string, { name, title, target }: Workload, threads: number): Promise<Figure[]> {
  const results = await rounds({
    torch: () => torch(python)(name, threads, SECONDS),
    eager: () => ours(name, "eager", threads, SECONDS),
    compiled: () => ours(name, "compiled", threads, SECONDS),
    onnx: () => ours(name, "onnx", threads, SECONDS),
  });
  const peer = middle(results["torch"], "stepsPerSecond");
  const what = `${title}, ${threads} thread${threads === 1 ? "" : "s"}`;
  const figures: Figure[] = [{ what: `${what}: torch`, value: `${digits(peer)} steps/s` }];
  for (const backend of BACKENDS) {
    const rate = middle(results[backend], "stepsPerSecond");
    const wanted = target[backend];
    figures.push({
      what: `${what}: ${backend}`,
      value: `${digits(rate)} steps/s`,
      ...(wanted === undefined ? {} : { target: `≥ ${wanted} × torch`, reached: rate / peer >= wanted }),
      note: `${digits(rate / peer)} × torch; before the first step ${digits(middle(results[backend], "overheadMs"))} ms`,
    });
  }
  return figures;
}

async function gemmFigures(python: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const size of [512, 1024]) {
    const results = await rounds({
      torch: () => torch(python)(`gemm-${size}`, 1, SECONDS),
      one: () => ours(`gemm-${size}`, "eager", 1, SECONDS),
      two: () => ours(`gemm-${size}`, "eager", 2, SECONDS),
    });
    const [peer, one, two] = ["torch", "one", "two"].map((name) => middle(results[name], "gigaflops"));
    figures.push(
      {
        what: `matrix product ${size}×${size}, 1 thread`,
        value: `${digits(one!)} GF/s`,
        ...(size === 512 ? { target: "≥ 36 GF/s", reached: one! >= 36 } : {}),
        note: `torch ${digits(peer!)} GF/s`,
      },
      {
        what: `matrix product ${size}×${size}, 2 threads`,
        value: `${digits(two!)} GF/s`,
        target: "≥ 1.7 × one",
        reached: two! / one! >= 1.7,
        note: `${digits(two! / one!)} × one thread`,
      },
    );
  }
  return figures;
}

/** Steps per second of every workload, with 1 and 2 threads; and the matrix product under them. */
export async function train(): Promise<Bench> {
  const python = pythonWithTorch();
  const figures: Figure[] = [];
  for (const workload of WORKLOADS) {
    for (const threads of [1, 2]) figures.push(...(await stepFigures(python, workload, threads)));
  }
  figures.push(...(await gemmFigures(python)));
  return {
    title: "Training",
    method: `A step is forward, loss, backward and Adam on a batch that lies ready. Each figure is the median of ${ROUNDS} processes of ${SECONDS} s after a warm-up, ours and PyTorch ${TRAINING_PEERS.torch} (eager, CPU) in turn, on the same number of threads.`,
    figures,
  };
}
