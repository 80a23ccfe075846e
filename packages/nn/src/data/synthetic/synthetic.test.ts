import { describe, expect, expectTypeOf, it } from "vitest";
import type { Tensor } from "../../tensor/tensor.ts";
import { expectClose } from "../../tensor/test-close.ts";
import { classWeights } from "../class-weights.ts";
import type { Dataset } from "../dataset.ts";
import { readAll } from "../read-all.ts";
import { tensorDataset } from "../tensor-dataset.ts";
import { codeOf } from "../test-errors.ts";
import { addingProblem, copyTask } from "./memory-tasks.ts";
import { spirals, twoMoons } from "./points.ts";
import { sine, sineWaves } from "./sine.ts";
import { tales } from "./tales.ts";

/** The roundings of 32-bit numbers. */
const NEAR = { within: 5e-7 };

const seeded: readonly [string, (seed: number) => Dataset][] = [
  ["twoMoons", (seed) => twoMoons({ seed })],
  ["spirals", (seed) => spirals({ seed })],
  ["sine", (seed) => sine({ seed })],
  ["sineWaves", (seed) => sineWaves({ length: 5, seed })],
  ["addingProblem", (seed) => addingProblem({ length: 5, seed })],
  ["copyTask", (seed) => copyTask({ length: 9, seed })],
];

it.each(seeded)("%s is the same for the same seed and another for another", async (_, make) => {
  const [first, second, other] = await Promise.all([0, 0, 1].map((seed) => readAll(make(seed))));
  expect(second).toEqual(first);
  expect(other?.inputs).not.toEqual(first?.inputs);
});

describe("twoMoons", () => {
  it("lies on two half circles without noise, as scikit-learn's", async () => {
    const { inputs, targets } = await readAll(twoMoons({ n: 7, noise: 0 }));
    expect([...targets]).toEqual([0, 0, 0, 1, 1, 1, 1]);
    // sklearn.datasets.make_moons(7, shuffle=False)
    expectClose(inputs, [1, 0, 0, 1, -1, 0, 0, 0.5, 0.5, -0.3660254, 1.5, -0.3660254, 2, 0.5], NEAR);
  });
});

describe("spirals", () => {
  it("has its arms evenly around the origin, out to radius 1", async () => {
    const dataset = spirals({ n: 9, classes: 3, noise: 0 });
    const { inputs, targets } = await readAll(dataset);
    expect([...targets]).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
    const radii = Array.from({ length: 9 }, (_, i) => Math.hypot(inputs[2 * i] ?? 0, inputs[2 * i + 1] ?? 0));
    expectClose(
      radii,
      [1, 1, 1, 2, 2, 2, 3, 3, 3].map((step) => step / 3),
      NEAR,
    );
    expect(inputs[12]).toBeCloseTo(1, 6);
  });
});

describe("sine and sineWaves", () => {
  it("are sines", async () => {
    const { inputs, targets } = await readAll(sine({ noise: 0 }));
    expectClose(targets, Array.from(inputs, Math.sin), NEAR);
    const waves = sineWaves({ length: 20, n: 3 });
    expectTypeOf(waves).toEqualTypeOf<Dataset<readonly [20, 1], readonly [1]>>();
    const all = await readAll(waves);
    // A sampled sine goes on as s[t + 1] = 2 cos(ω) s[t] − s[t − 1].
    for (let wave = 0; wave < 3; wave += 1) {
      const s = [...all.inputs.subarray(wave * 20, (wave + 1) * 20), all.targets[wave] ?? 0];
      const twoCos = ((s[2] ?? 0) + (s[0] ?? 0)) / (s[1] ?? 1);
      expect(s[20]).toBeCloseTo(twoCos * (s[19] ?? 0) - (s[18] ?? 0), 3);
    }
  });
});

describe("addingProblem", () => {
  it("marks one step in each half, and its target is their sum", async () => {
    const { inputs, targets } = await readAll(addingProblem({ length: 7, n: 50 }));
    for (let n = 0; n < 50; n += 1) {
      const steps = Array.from(
        { length: 7 },
        (_, t) => [inputs[(n * 7 + t) * 2] ?? 0, inputs[(n * 7 + t) * 2 + 1] ?? 0] as const,
      );
      const marked = steps.flatMap(([, mark], t) => (mark === 1 ? [t] : []));
      expect(marked).toHaveLength(2);
      expect((marked[0] ?? 9) < 3 && (marked[1] ?? 0) >= 3).toBe(true);
      expect(targets[n]).toBeCloseTo(
        steps.reduce((sum, [value, mark]) => sum + value * mark, 0),
        6,
      );
    }
  });
});

describe("copyTask", () => {
  it("asks at the end for what it said at the beginning", async () => {
    const { inputs, targets } = await readAll(copyTask({ length: 10, symbols: 3, n: 4, alphabet: 5 }));
    for (let n = 0; n < 4; n += 1) {
      const [input, target] = [inputs, targets].map((tokens) => [...tokens.subarray(n * 10, (n + 1) * 10)]);
      expect(input?.slice(3)).toEqual([0, 0, 0, 0, 1, 1, 1]);
      expect(target).toEqual([0, 0, 0, 0, 0, 0, 0, ...(input?.slice(0, 3) ?? [])]);
      expect(input?.slice(0, 3).every((symbol) => symbol >= 2 && symbol < 7)).toBe(true);
    }
    expect(await codeOf(() => copyTask({ length: 5, symbols: 3 }))).toBe("data/bad-option");
  });
});

describe("tales", () => {
  it("tells as much as was asked, the same again, in plain letters", () => {
    const text = tales({ length: 5000, seed: 1 });
    expect(text).toHaveLength(5000);
    expect(tales({ length: 5000, seed: 1 })).toBe(text);
    expect(tales({ length: 200, seed: 1 })).toBe(text.slice(0, 200));
    expect(tales({ length: 5000, seed: 2 })).not.toBe(text);
    expect(text).toMatch(/^[A-Za-z .,?"\n]+$/);
    expect(text).not.toMatch(/undefined| {2}/);
  });

  it("lets the one who set out come home", () => {
    for (const each of tales({ length: 20_000 }).split("\n\n").slice(0, -1)) {
      const [, from, to] = /set out from (.+?) to (.+?) with/.exec(each) ?? [];
      expect(each).toContain(`came to ${to},`);
      expect(each).toContain(`home to ${from},`);
    }
  });
});

describe("classWeights", () => {
  it("are scikit-learn's balanced ones", async () => {
    // compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 0, 0, 1, 1, 2]) = [0.667, 1, 2]
    expect((await classWeights([0, 0, 0, 1, 1, 2])).toArray()).toEqual([2 / 3, 1, 2].map(Math.fround));
    const weights = await classWeights(tensorDataset([[1], [2]], [0, 2], { classNames: ["a", "b", "c", "d"] }), 4);
    expectTypeOf(weights).toEqualTypeOf<Tensor<readonly [4]>>();
    expect(weights.toArray()).toEqual([0.5, 0, 0.5, 0]);
  });

  it("refuse labels beyond the classes", async () => {
    await expect(classWeights([0, 3], 3)).rejects.toThrow("classWeights: example 1 has label 3; there are 3 classes");
    expect(await codeOf(() => classWeights([]))).toBe("data/empty");
  });
});
