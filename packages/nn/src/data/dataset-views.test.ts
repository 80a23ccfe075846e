import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { Dataset } from "./dataset.ts";
import { concat, labelsOf, split, subset, take } from "./dataset-views.ts";
import { map } from "./map-examples.ts";
import { readAll } from "./read-all.ts";
import { tensorDataset } from "./tensor-dataset.ts";
import { codeOf } from "./test-errors.ts";

/** Example i has input [i, 10 i] and target i mod 3. */
function numbered(count: number): Dataset<[number], []> {
  const index = Array.from({ length: count }, (_, i) => i);
  return tensorDataset(
    index.map((i) => [i, 10 * i]),
    index.map((i) => i % 3),
  );
}

/** The same, read with a delay: as from a file. */
function delayed<D extends Dataset>(dataset: D): D {
  return {
    ...dataset,
    readInto: async (...args: Parameters<Dataset["readInto"]>) => {
      await Promise.resolve();
      await dataset.readInto(...args);
    },
  };
}

const firsts = async (dataset: Dataset): Promise<number[]> =>
  [...(await readAll(dataset)).inputs].filter((_, i) => i % 2 === 0);

describe("subset and take", () => {
  it("give the asked examples in the asked order", async () => {
    expect(await firsts(subset(numbered(5), [4, 0, 0]))).toEqual([4, 0, 0]);
    expect(await firsts(take(numbered(5), 2))).toEqual([0, 1]);
    expect(take(numbered(5), 9).length).toBe(5);
    expect(await readAll(subset(numbered(5), [2]))).toEqual({
      inputs: Float32Array.of(2, 20),
      targets: Int32Array.of(2),
    });
  });

  it("refuse numbers that are no example's", () => {
    expect(() => subset(numbered(3), [0, 3])).toThrow("index 1 is 3; examples are numbered from 0 to 2");
    expect(() => subset(numbered(3), [0.5])).toThrow("index 0 is 0.5");
    expect(() => take(numbered(3), -1)).toThrow("whole number of at least 0, got -1");
  });
});

describe("split", () => {
  it("gives every example to exactly one part, the same for the same seed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(60),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(1000),
        fc.boolean(),
        async (n, testFraction, seed, stratify) => {
          const dataset = numbered(n);
          const { train, test } = await split(dataset, { testFraction, seed, stratify });
          expect(test.length).toBe(Math.round(n * testFraction));
          const all = [...(await firsts(train)), ...(await firsts(test))];
          expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
          const again = await split(dataset, { testFraction, seed, stratify });
          expect(await firsts(again.test)).toEqual(await firsts(test));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("gives each class its share when stratified", async () => {
    const { test } = await split(numbered(90), { testFraction: 0.3, stratify: true });
    const counts = [0, 0, 0];
    for (const label of await labelsOf(test)) counts[label] = (counts[label] ?? 0) + 1;
    expect(counts).toEqual([9, 9, 9]);
  });

  it("divides otherwise with another seed, and refuses what is no share", async () => {
    const dataset = numbered(50);
    const tests = await Promise.all([0, 1].map(async (seed) => firsts((await split(dataset, { seed })).test)));
    expect(tests[0]).not.toEqual(tests[1]);
    expect(await codeOf(() => split(dataset, { testFraction: 1.5 }))).toBe("data/bad-option");
    expect(await codeOf(() => split(tensorDataset([[1], [2]], [[1], [2]]), { stratify: true }))).toBe(
      "data/bad-target",
    );
    await expect(split(dataset, { fraction: 0.5 } as object)).rejects.toThrow(
      'unknown option "fraction"; there are testFraction, seed, stratify',
    );
  });
});

describe("concat", () => {
  it.each(["in memory", "from files"])("puts data sets one after the other, %s", async (where) => {
    const parts = [numbered(2), subset(numbered(9), []), subset(numbered(9), [7, 8])];
    const joined = concat(where === "in memory" ? parts : parts.map(delayed));
    expect(joined.length).toBe(4);
    expect(await firsts(joined)).toEqual([0, 1, 7, 8]);
    expect(await firsts(subset(joined, [3, 0]))).toEqual([8, 0]);
  });

  it("refuses unlike ones", () => {
    const wider: Dataset<[number], []> = tensorDataset([[1, 2, 3] as number[]], [0]);
    expect(() => concat([numbered(1), wider])).toThrow(
      "the inputs of data set 1 have shape [3], those of data set 0 [2]",
    );
    const floats: Dataset<[number], []> = tensorDataset([[1, 2] as number[]], [0], { targetDType: "float" });
    expect(() => concat([numbered(1), floats])).toThrow("the targets of data set 1 have dtype float");
    expect(() => concat([])).toThrow("got none");
  });
});

describe("map", () => {
  it.each(["in memory", "from files"])("changes examples and their shapes when they are read, %s", async (where) => {
    const source = where === "in memory" ? numbered(3) : delayed(numbered(3));
    const sums = map(
      source,
      ({ input, target, index }) => ({ input: [(input[0] ?? 0) + (input[1] ?? 0), index, 1], target }),
      {
        inputShape: [3],
      },
    );
    expectTypeOf(sums).toEqualTypeOf<Dataset<readonly [3], []>>();
    expect((await readAll(sums)).inputs).toEqual(Float32Array.of(0, 0, 1, 11, 1, 1, 22, 2, 1));
  });

  it("has the same randomness for the same seed, epoch and example, wherever it stands in a batch", async () => {
    const noisy = map(numbered(4), ({ input, target, random }) => ({
      input: input.map(() => random.uniform()),
      target,
    }));
    const all = await readAll(noisy, 2);
    expect((await readAll(subset(noisy, [3, 1]), 2)).inputs.slice(0, 2)).toEqual(all.inputs.slice(6, 8));
    expect((await readAll(noisy, 3)).inputs).not.toEqual(all.inputs);
    expect(new Set(all.inputs).size).toBe(8);
  });

  it("says which example came out with the wrong size", async () => {
    const broken = map(numbered(3), ({ target }) => ({ input: [1], target }));
    await expect(readAll(broken)).rejects.toThrow("the input made of example 0 has 1 numbers, its shape [2] holds 2");
  });
});
