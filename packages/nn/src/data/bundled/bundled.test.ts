import { createHash } from "node:crypto";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { Dataset } from "../dataset.ts";
import { labelsOf } from "../dataset-views.ts";
import { readAll } from "../read-all.ts";
import { digits, loadDigits } from "./digits.ts";
import { iris, loadIris } from "./iris.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("digits", () => {
  it("are scikit-learn's, in its order", async () => {
    const { labels, pixels } = await loadDigits();
    // From NumPy: hashlib.sha256(load_digits().data.astype("u1").tobytes() + load_digits().target.astype("u1").tobytes())
    expect(sha256(Buffer.concat([pixels, labels]))).toBe(
      "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826",
    );
  });

  it("divide into parts in which every digit has its share", async () => {
    const { train, test, classNames } = await digits();
    expectTypeOf(train).toEqualTypeOf<Dataset<readonly [64], readonly []>>();
    expect([train.length, test.length, classNames.length]).toEqual([1438, 359, 10]);
    const counts = Array(10).fill(0);
    for (const label of await labelsOf(test)) counts[label] += 1;
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(34);
    expect(Math.max(...counts)).toBeLessThanOrEqual(37);
  });

  it("are images of values from 0 to 1 when asked", async () => {
    const { test } = await digits({ layout: "image", seed: 3 });
    expectTypeOf(test).toEqualTypeOf<Dataset<readonly [1, 8, 8], readonly []>>();
    expect(test.inputShape).toEqual([1, 8, 8]);
    const { inputs } = await readAll(test);
    expect(inputs.every((value) => value >= 0 && value <= 1 && Number.isInteger(value * 16))).toBe(true);
  });
});

describe("iris", () => {
  it("has scikit-learn's values", async () => {
    const { inputs, labels } = await loadIris();
    const bytes = new Uint8Array(inputs.buffer);
    // From NumPy: hashlib.sha256(load_iris().data.tobytes())
    expect(sha256(bytes)).toBe("012f498fe9c8b3b34212c3c5d98e1f03f2f79931cd49349beb1bad64dcf164a7");
    expect([...labels].filter((label) => label === 2)).toHaveLength(50);
  });

  it("divides 120 to 30, ten of each species for testing", async () => {
    const { train, test } = await iris({ seed: 5 });
    expect([train.length, test.length]).toEqual([120, 30]);
    expect([...(await labelsOf(test))].filter((label) => label === 1)).toHaveLength(10);
  });
});
