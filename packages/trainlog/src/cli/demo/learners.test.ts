import { expect, it } from "vitest";
import { demoLearners, RUN_COUNT } from "./learners.ts";

/** As `trainlog demo` does unless told otherwise. */
const STEPS = 1500;
const signal = new AbortController().signal;

/** How good each run's model is at the end: loss, and accuracy where there are classes. */
async function results(): Promise<Record<string, { loss: number; accuracy: number }>> {
  const found: Record<string, { loss: number; accuracy: number }> = {};
  for (const learner of await demoLearners({ steps: STEPS, seed: 0 })) {
    const { summary } = await learner.train({ log: false, signal, callbacks: {} });
    const { loss, accuracy = Number.NaN } = summary?.evaluation ?? { loss: Number.NaN };
    found[learner.spec.name] = { loss, accuracy };
  }
  return found;
}

it("tell what their notes promise", { timeout: 120_000 }, async () => {
  const found = await results();
  expect(Object.keys(found)).toHaveLength(RUN_COUNT);
  const accuracy = (name: string): number => found[name]!.accuracy;
  // Digits: better with a hidden layer than without, best with convolutions.
  expect(accuracy("linear")).toBeGreaterThan(0.95);
  expect(accuracy("mlp-64")).toBeGreaterThanOrEqual(0.97);
  expect(accuracy("mlp-64-sgd")).toBeGreaterThanOrEqual(0.97);
  expect(accuracy("cnn")).toBeGreaterThan(accuracy("linear"));
  // Spirals: two learn, the tiny one and the one that is too fast cannot.
  expect(accuracy("relu-lr-0.01")).toBeGreaterThan(0.9);
  expect(accuracy("gelu")).toBeGreaterThan(0.9);
  expect(accuracy("relu-tiny")).toBeLessThan(0.75);
  expect(accuracy("relu-lr-0.3")).toBeLessThan(0.75);
  // The quickstart: a tenth of the learning rate learns later.
  expect(found["mlp-8"]!.loss).toBeLessThan(1e-4);
  expect(found["mlp-8-lr-0.003"]!.loss).toBeGreaterThan(2 * found["mlp-8"]!.loss);
});

it("are the same for the same seed, and others for another", async () => {
  const firstLosses = async (seed: number): Promise<number[]> => {
    const learners = await demoLearners({ steps: 1, seed });
    return await Promise.all(
      learners.map(async ({ train }) => (await train({ log: false, signal, callbacks: {} })).summary?.lossAfter ?? 0),
    );
  };
  const [one, two, other] = [await firstLosses(5), await firstLosses(5), await firstLosses(6)];
  expect(two).toEqual(one);
  for (const [i, loss] of other.entries()) expect(loss).not.toBe(one[i]);
});
