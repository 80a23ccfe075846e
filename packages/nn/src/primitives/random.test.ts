import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fromNumbers } from "../tensor/create.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { concat, foldIn, randomBits, reshape, scalar, splitKey, uniform } from "./index.ts";
import { byReference } from "./test-golden.ts";

/** What JAX gives for one seed; words are signed. */
interface Golden {
  readonly key: number[];
  readonly bits: number[];
  readonly float: number[];
  readonly f64: number[];
  readonly split: number[];
  readonly foldIn: Readonly<Record<string, number[]>>;
}

const golden: Golden[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../golden/primitives-random.json"), "utf8"),
);
const keyOf = (words: readonly number[]): AnyTensor => fromNumbers([2], words, "int32");

describe.each(golden)("under the key $key", ({ key, bits, float, f64, split, foldIn: folded }) => {
  it("bits, uniform numbers and new keys are JAX's, to the last bit", () => {
    const functions = [
      [(k: AnyTensor) => randomBits(k, [2, 3]), bits],
      [(k: AnyTensor) => uniform(k, [5], "float"), float],
      [(k: AnyTensor) => uniform(k, [5], "f64"), f64],
      [(k: AnyTensor) => splitKey(k, 3), split],
    ] as const;
    for (const [f, expected] of functions) {
      expect([...f(keyOf(key)).data()]).toEqual(expected);
      expect([...byReference(([k]) => f(k!), [keyOf(key)]).data()]).toEqual(expected);
    }
  });

  it("numbers folded in give JAX's keys", () => {
    for (const [number, expected] of Object.entries(folded)) {
      expect([...foldIn(keyOf(key), scalar(Number(number), "int32")).data()]).toEqual(expected);
    }
  });
});

describe("many keys", () => {
  const keys = fromNumbers([2, 2], [0, 1, 0, 2], "int32");
  const one = (at: number): AnyTensor => keyOf([0, at + 1]);

  it("give what each gives alone, one behind the other", () => {
    const together = (f: (key: AnyTensor) => AnyTensor): AnyTensor => {
      const rows = [0, 1].map((at) => f(one(at)));
      return concat(
        rows.map((row) => reshape(row, [1, ...row.shape])),
        0,
      );
    };
    const three = scalar(3, "int32");
    for (const f of [
      (key: AnyTensor) => randomBits(key, [3]),
      (key: AnyTensor) => uniform(key, [2, 2], "float"),
      (key: AnyTensor) => splitKey(key, 3),
      (key: AnyTensor) => foldIn(key, three),
    ]) {
      expect(f(keys).toArray()).toEqual(together(f).toArray());
    }
  });

  it("and many numbers are folded by broadcasting", () => {
    const numbers = fromNumbers([3, 1], [5, 6, 7], "int32");
    const all = foldIn(keys, numbers);
    expect(all.shape).toEqual([3, 2, 2]);
    expect([...all.data()].slice(6, 8)).toEqual([...foldIn(one(1), scalar(6, "int32")).data()]);
  });
});

describe("uniform", () => {
  it("lies in [0, 1) and is spread evenly", () => {
    for (const dtype of ["float", "f64"] as const) {
      const numbers = uniform(keyOf([1, 2]), [20_000], dtype).data();
      const counts = new Array<number>(10).fill(0);
      for (const x of numbers) counts[Math.floor(x * 10)]! += 1;
      // 2000 expected in each, with a standard deviation of 42.
      expect(Math.min(...counts)).toBeGreaterThan(1800);
      expect(Math.max(...counts)).toBeLessThan(2200);
      expect(counts).toHaveLength(10);
    }
  });

  it("gives nothing for an empty shape and a number for a scalar", () => {
    expect(uniform(keyOf([1, 2]), [0, 3], "float").shape).toEqual([0, 3]);
    expect(uniform(keyOf([1, 2]), [], "float").item()).toBe(uniform(keyOf([1, 2]), [1], "float").item());
  });
});

describe("what is no key", () => {
  it("is refused by name and shape", () => {
    expect(() => uniform(fromNumbers([3], [1, 2, 3], "int32"), [2], "float")).toThrow(
      "uniform: this is no key (random.key makes one): expected [2]",
    );
    expect(() => splitKey(scalar(1, "int32"), 2)).toThrow("got []");
    expect(() => randomBits(fromNumbers([2], [1, 2], "float"), [2])).toThrow("the key must be int32, got float");
    expect(() => foldIn(keyOf([1, 2]), scalar(1, "float"))).toThrow("the number must be int32");
    expect(() => uniform(keyOf([1, 2]), [2], "int32")).toThrow("for whole numbers use randomBits");
    expect(() => uniform(keyOf([1, 2]), [2, -1], "float")).toThrow("axis 1");
    expect(() => splitKey(keyOf([1, 2]), 1.5)).toThrow("1.5");
  });
});
