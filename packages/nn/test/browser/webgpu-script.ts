/** @file The script of the page that compares the WebGPU backend with the eager one. */
import { Data, nn, Trainer } from "@trainlog/nn";
import { apply } from "../../src/engine/apply.ts";
import { TrainlogError } from "../../src/error.ts";
import { trace } from "../../src/ir/trace.ts";
import * as p from "../../src/primitives/index.ts";
import type { Primitive } from "../../src/primitives/primitive.ts";
import { fromNumbers } from "../../src/tensor/create.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import { compileGpuStep } from "../../src/webgpu/gpu-step.ts";
import { type DigitsJob, type DigitsResult, trainDigits } from "./train-digits.ts";
import { CASES, type GpuCase } from "./webgpu-cases.ts";

/** How one case went. */
export interface CaseResult {
  readonly name: string;
  /** Largest difference, relative to the largest number of the result; undefined when shapes differ or it threw. */
  readonly difference: number;
  readonly note: string;
  readonly primitives: readonly string[];
}

declare global {
  var compareBackends: () => Promise<CaseResult[]>;
  var tryStates: () => Promise<Record<string, unknown>>;
  var tryErrors: () => Promise<Record<string, unknown>>;
  var train: (job: DigitsJob) => Promise<DigitsResult>;
}

globalThis.train = trainDigits;

globalThis.compareBackends = async () => {
  const results: CaseResult[] = [];
  for (const each of CASES) results.push(await compare(each));
  return results;
};

type States = Record<string, AnyTensor>;

const row = (...values: number[]): AnyTensor => fromNumbers([values.length], values, "float");
const show = (pack: States): number[] => Object.values(pack).flatMap((tensor) => [...tensor.data()]);

globalThis.tryStates = async () => {
  const initial = { a: row(1, 2), b: row(3, 4) };
  const x = row(10, 20);
  const carry = await compileGpuStep(
    ({ a, b }: States, batch: AnyTensor) => ({ state: { a: a!, b: p.add(b!, batch) }, output: {} }),
    initial,
  );
  await carry.run(x);
  const carried = show(await carry.state());
  carry.setState({ a: row(7, 8), b: row(-1, -11) });
  await carry.run(x);
  const replaced = show(await carry.state());
  carry.dispose();
  const swap = await compileGpuStep(({ a, b }: States) => ({ state: { a: b!, b: a! }, output: {} }), initial);
  await swap.run({});
  const swapped = show(await swap.state());
  swap.dispose();
  const total = await compileGpuStep(
    ({ sum }: States, batch: AnyTensor) => ({
      state: { sum: p.add(sum!, p.sum(batch)) },
      output: { max: p.max(p.mul(batch, row(2))) },
    }),
    { sum: p.scalar(0, "float") },
  );
  const first = await (await total.run(row(1, 2, 3)))();
  const second = await (await total.run(row(1)))();
  await total.run(row(1, 1, 1));
  const shapes = [...show(first), ...show(second), ...show(await total.state())];
  total.dispose();
  const [disposed] = await errorOf(() => total.run(row(1)));
  return { carried, swapped, replaced, shapes, disposed };
};

globalThis.tryErrors = async () => {
  const w = p.scalar(1, "f64");
  const fine = p.scalar(1, "float");
  const double = await errorOf(() => compileGpuStep((state: States) => ({ state, output: {} }), { w }));
  const casting = await compileGpuStep((state: AnyTensor) => ({ state, output: p.cast(state, "f64") }), fine);
  const taking = await compileGpuStep(
    (state: AnyTensor, i: AnyTensor) => ({ state, output: p.take(p.iota([4], 0, "float"), i, 0) }),
    fine,
  );
  const index = await errorOf(async () => (await taking.run(fromNumbers([1], [9], "int32")))());
  const afterIndex = [...(await (await taking.run(fromNumbers([1], [1], "int32")))()).data()];
  const mystery: Primitive<undefined> = { name: "mystery", infer: ([x]) => x as AnyTensor, reference: () => {} };
  const unknown = await compileGpuStep(
    (state: AnyTensor) => ({ state, output: apply(mystery, [state], undefined) }),
    fine,
  );
  const result = {
    double,
    cast: await errorOf(() => casting.run({})),
    index,
    afterIndex,
    primitive: await errorOf(() => unknown.run({})),
    loss: await errorOf(trainToNaN),
  };
  for (const step of [casting, taking, unknown]) step.dispose();
  return result;
};

/** The fourth batch holds a NaN. */
async function trainToNaN(): Promise<unknown> {
  const x = fromNumbers([8, 1], [0, 1, 2, 3, 4, 5, Number.NaN, 7], "float") as Tensor<readonly [8, 1]>;
  const trainer = Trainer.new(nn.linear(1, 1), { task: "regression", seed: 0 });
  return trainer.train(Data.tensorDataset(x, x), {
    steps: 9,
    batchSize: 2,
    shuffle: false,
    backend: "webgpu",
    log: false,
    logEvery: 100,
    progress: false,
  });
}

/** Code and message of what is thrown. */
async function errorOf(run: () => Promise<unknown>): Promise<[string, string]> {
  try {
    await run();
  } catch (error) {
    if (error instanceof TrainlogError) return [error.code, error.message];
    throw error;
  }
  return ["", "nothing was thrown"];
}

async function compare({ name, inputs, run }: GpuCase): Promise<CaseResult> {
  const xs = inputs();
  const graph = trace(xs, (args) => run(args));
  const primitives = [...new Set(graph.instructions.map(({ primitive }) => primitive.name))];
  try {
    const step = await compileGpuStep(
      (state: readonly AnyTensor[], batch: readonly AnyTensor[]) => ({ state, output: run(batch) }),
      [],
    );
    const got = await (await step.run(xs))();
    step.dispose();
    const wanted = run(xs);
    const worst = Math.max(...wanted.map((tensor, i) => differenceOf(got[i], tensor)));
    const note =
      worst < 1e-5 ? "" : JSON.stringify([got, wanted].map((all) => all.map((t) => [...t.data()].map(String))));
    return { name, difference: worst, note: note.slice(0, 1500), primitives };
  } catch (error) {
    return { name, difference: Number.POSITIVE_INFINITY, note: String(error), primitives };
  }
}

function differenceOf(got: AnyTensor | undefined, wanted: AnyTensor): number {
  if (got === undefined || got.dtype !== wanted.dtype || got.shape.join() !== wanted.shape.join()) {
    return Number.POSITIVE_INFINITY;
  }
  const [a, b] = [got.data(), wanted.data()];
  const scale = Array.from(b).reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 1e-30);
  let worst = 0;
  for (let i = 0; i < b.length; i += 1) {
    const [x = 0, y = 0] = [a[i], b[i]];
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    const difference = wanted.dtype === "int32" ? Number.POSITIVE_INFINITY : Math.abs(x - y) / scale;
    worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
  }
  return worst;
}
