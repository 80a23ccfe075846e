/** @file Run by `compile-step.test.ts` in a process of its own with --expose-gc: memory over many steps of a small network. Prints JSON. */
import { valueAndGrad } from "../autograd/transforms.ts";
import { engine } from "../engine/engine.ts";
import * as p from "../primitives/index.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { compileStep } from "./compile-step.ts";

type Pack = Record<string, AnyTensor>;

const STEPS = 100_000;
const WARM_UP_STEPS = 20_000;

const pattern = (shape: readonly number[]): AnyTensor =>
  p.reshape(p.sin(p.iota([shape.reduce((size, length) => size * length, 1)], 0, "float")), shape);

function loss(params: Pack, { x, y }: Pack): never {
  const hidden = p.relu(p.add(p.matmul(x!, params["w1"]!, { transposeB: true }), params["b1"]!));
  return p.mean(p.square(p.sub(p.matmul(hidden, params["w2"]!, { transposeB: true }), y!))) as never;
}

function collectGarbage(): void {
  for (let i = 0; i < 3; i += 1) globalThis.gc?.();
}

const usedHeap = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

async function train(): Promise<{ readonly heapGrowthBytes: number; readonly engineGrowthBytes: number }> {
  const step = compileStep(
    (params: Pack, batch: Pack) => {
      const { value, grad } = valueAndGrad(loss)(params, batch);
      const next = Object.entries(params).map(([name, w]) => [
        name,
        p.sub(w, p.mul(grad[name]!, p.scalar(0.01, "float"))),
      ]);
      return { state: Object.fromEntries(next) as Pack, output: { loss: value } };
    },
    { w1: pattern([8, 2]), b1: pattern([8]), w2: pattern([1, 8]) },
  );
  const batch = { x: pattern([16, 2]), y: pattern([16, 1]) };
  for (let i = 0; i < WARM_UP_STEPS; i += 1) step.run(batch);
  const [heap, used] = [usedHeap(), engine().allocator.usedBytes()];
  for (let i = 0; i < STEPS; i += 1) step.run(batch);
  const engineGrowthBytes = engine().allocator.usedBytes() - used;
  return { heapGrowthBytes: usedHeap() - heap, engineGrowthBytes };
}

const before = engine().allocator.usedBytes();
const figures = await train();
// Finalizers run after the garbage collection, when the event loop turns.
for (let i = 0; i < 5; i += 1) {
  collectGarbage();
  await new Promise((resolve) => setTimeout(resolve, 10));
}
const keptAfterBytes = engine().allocator.usedBytes() - before;
process.stdout.write(JSON.stringify({ steps: STEPS, ...figures, keptAfterBytes }));
