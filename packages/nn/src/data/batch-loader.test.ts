import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchLoader } from "./batch-loader.ts";
import type { Batch, BatchLoader, Dataset } from "./dataset.ts";
import { tensorDataset } from "./tensor-dataset.ts";
import { codeOf } from "./test-errors.ts";

/** Example i has input [i] and target i. */
function numbered(count: number): Dataset<[number], []> {
  const index = Array.from({ length: count }, (_, i) => i);
  return tensorDataset(
    index.map((i) => [i]),
    index,
  );
}

function delayed<D extends Dataset>(dataset: D, onRead: () => void = () => {}): D {
  return {
    ...dataset,
    readInto: async (...args: Parameters<Dataset["readInto"]>) => {
      onRead();
      await new Promise((resolve) => setImmediate(resolve));
      await dataset.readInto(...args);
    },
  };
}

/** Copies what `count` batches hold, with their indices checked against their contents. */
async function batches(loader: BatchLoader, count: number): Promise<number[][]> {
  const taken: number[][] = [];
  for (let i = 0; i < count; i += 1) {
    const batch = await loader.next();
    if (batch === undefined) break;
    expect([...batch.inputs]).toEqual([...batch.indices]);
    expect([...batch.targets]).toEqual([...batch.indices]);
    expect(batch.inputShape).toEqual([batch.size, 1]);
    taken.push([...batch.inputs]);
  }
  return taken;
}

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

describe("batchLoader", () => {
  it("gives each example once per epoch", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.record({ shuffle: fc.boolean(), seed: fc.nat(99), prefetch: fc.nat(3) }),
        fc.boolean(),
        async (n, wanted, options, isDelayed) => {
          const dataset = isDelayed ? delayed(numbered(n)) : numbered(n);
          const loader = batchLoader(dataset, { batchSize: Math.min(n, wanted), ...options });
          for (let epoch = 0; epoch < 2; epoch += 1) {
            const taken = await batches(loader, loader.batchesPerEpoch);
            expect(sorted(taken.flat())).toEqual(Array.from({ length: n }, (_, i) => i));
          }
          expect(loader.position()).toEqual({ epoch: 2, batch: 0 });
        },
      ),
      { numRuns: 60 },
    );
  });

  it("goes on from a position as if it had never stopped", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(20), fc.nat(3), fc.boolean(), async (skip, prefetch, isDelayed) => {
        const dataset = isDelayed ? delayed(numbered(11)) : numbered(11);
        const options = { batchSize: 4, seed: 7, prefetch };
        const whole = batchLoader(dataset, options);
        await batches(whole, skip);
        const position = whole.position();
        const rest = await batches(whole, 5);
        const resumed = batchLoader(dataset, options);
        await batches(resumed, 2);
        resumed.seek(JSON.parse(JSON.stringify(position)));
        expect(await batches(resumed, 5)).toEqual(rest);
      }),
      { numRuns: 40 },
    );
  });

  it("shuffles by seed and epoch, or keeps the order", async () => {
    const order = async (options: object): Promise<number[]> =>
      (await batches(batchLoader(numbered(10), { batchSize: 5, ...options }), 4)).flat();
    expect(await order({ shuffle: false })).toEqual([...numbers(10), ...numbers(10)]);
    const shuffled = await order({ seed: 1 });
    expect(shuffled.slice(0, 10)).not.toEqual(shuffled.slice(10));
    expect(await order({ seed: 1 })).toEqual(shuffled);
    expect(await order({ seed: 2 })).not.toEqual(shuffled);
    // Nothing is random by itself: without a seed it is the one that is written down.
    expect(await order({ shuffle: true })).toEqual(await order({ seed: 0 }));
  });

  it("leaves a small last batch out when asked", async () => {
    const sizes = (await batches(batchLoader(numbered(10), { batchSize: 4 }), 3)).map((batch) => batch.length);
    expect(sizes).toEqual([4, 4, 2]);
    const loader = batchLoader(numbered(10), { batchSize: 4, dropLast: true, epochs: 2 });
    expect((await batches(loader, 9)).map((batch) => batch.length)).toEqual([4, 4, 4, 4]);
    expect(loader.next()).toBeUndefined();
  });

  it("iterates over one epoch", async () => {
    const loader = batchLoader(numbered(6), { batchSize: 2 });
    for (const epoch of [0, 1]) {
      const seen: number[] = [];
      for await (const batch of loader) {
        expect(batch.epoch).toBe(epoch);
        seen.push(...batch.inputs);
      }
      expect(sorted(seen)).toEqual(numbers(6));
    }
  });

  it("answers at once from memory, and reads ahead from files", async () => {
    expect(batchLoader(numbered(4), { batchSize: 2 }).next()).toMatchObject({ size: 2 });
    let reads = 0;
    const loader = batchLoader(
      delayed(numbered(8), () => (reads += 1)),
      { batchSize: 2, prefetch: 2 },
    );
    await loader.next();
    expect(reads).toBe(3);
  });

  it("allocates no arrays after the first batches", async () => {
    const loader = batchLoader(numbered(8), { batchSize: 4 });
    const seen = new Set<unknown>();
    for (let i = 0; i < 20; i += 1) seen.add(((await loader.next()) as Batch).inputs);
    for (let i = 0; i < 20; i += 1) seen.add(((await loader.next()) as Batch).inputs.buffer);
    expect(seen.size).toBe(2);
  });

  it("gives floats in the asked width", async () => {
    const dataset = tensorDataset([[0.5], [0.25]], [0, 1]);
    const wide = (await batchLoader(dataset, { batchSize: 2, dtype: "f64" }).next()) as Batch;
    expect(wide.inputs).toBeInstanceOf(Float64Array);
    expect([wide.inputDType, wide.targetDType]).toEqual(["f64", "int32"]);
  });

  it("fails where the reading fails, and not before", async () => {
    const broken: Dataset = { ...numbered(8), readInto: () => Promise.reject(new Error("disk")) };
    const loader = batchLoader(broken, { batchSize: 4, prefetch: 3 });
    await new Promise((resolve) => setImmediate(resolve));
    await expect(loader.next()).rejects.toThrow("disk");
  });

  it("refuses an empty data set, batches beyond it, and positions of another one", async () => {
    const make = (n: number, options: object): BatchLoader => batchLoader(numbered(n), { batchSize: 4, ...options });
    expect(await codeOf(() => make(0, {}))).toBe("data/empty");
    expect(() => make(3, {})).toThrow("batchSize is 4, but the data set has 3 examples");
    expect(() => make(9, { batchSize: 0 })).toThrow("batchSize is a whole number of at least 1, got 0");
    expect(() => make(9, { batchsize: 2 })).toThrow('unknown option "batchsize"');
    expect(() => make(8, {}).seek({ epoch: 0, batch: 2 })).toThrow("batch below 2");
  });
});

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
