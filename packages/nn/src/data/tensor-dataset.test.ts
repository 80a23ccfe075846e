import { describe, expect, expectTypeOf, it } from "vitest";
import { tensorFromData } from "../tensor/from-data.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Dataset } from "./dataset.ts";
import { readAll } from "./read-all.ts";
import { tensorDataset } from "./tensor-dataset.ts";

describe("tensorDataset", () => {
  it("has the tensors' shapes without the batch axis, in types too", async () => {
    const xs: Tensor<[number, 2]> = tensorFromData(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2] as [number, 2], "float");
    const ys: Tensor<[number, 1]> = tensorFromData(Float32Array.of(7, 8, 9), [3, 1] as [number, 1], "float");
    const dataset = tensorDataset(xs, ys);
    expectTypeOf(dataset).toEqualTypeOf<Dataset<[2], [1]>>();
    expect(dataset).toMatchObject({ length: 3, inputShape: [2], targetShape: [1], targetDType: "float" });
    const inputs = new Float32Array(4);
    const targets = new Float32Array(2);
    await dataset.readInto([2, 0], inputs, targets);
    expect([...inputs, ...targets]).toEqual([5, 6, 1, 2, 9, 7]);
  });

  it("keeps a copy", async () => {
    const xs = tensorFromData(Float32Array.of(1, 2), [2, 1], "float");
    const dataset = tensorDataset(xs, [0, 1]);
    xs.dispose();
    expect(await readAll(dataset)).toEqual({ inputs: Float32Array.of(1, 2), targets: Int32Array.of(0, 1) });
  });

  it("takes nested arrays: literal lengths are types, targets of shape [] are classes", () => {
    const xor = tensorDataset(
      [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ],
      [0, 1, 1, 0],
    );
    expectTypeOf(xor).toEqualTypeOf<Dataset<[2], []>>();
    expect(xor).toMatchObject({ length: 4, inputShape: [2], targetShape: [], targetDType: "int32" });
    const rows: number[][] = [[1], [2]];
    expectTypeOf(tensorDataset(rows, rows)).toEqualTypeOf<Dataset<[number], [number]>>();
    expect(tensorDataset(rows, rows).targetDType).toBe("float");
    expect(tensorDataset([[1, 2]], [[1, 0]], { inputDType: "int32" }).inputDType).toBe("int32");
  });

  it("names the place where arrays are ragged, and what is no number", () => {
    const rows: number[][] = [[1, 2], [3]];
    expect(() => tensorDataset(rows, [0, 1])).toThrow(
      "tensorDataset: xs: the array is ragged: [1] has 1 element, [0] has 2",
    );
    // @ts-expect-error a ragged literal is a compile error
    expect(() => tensorDataset([[1, 2], [3]], [0, 1])).toThrow("ragged");
    expect(() => tensorDataset([1, 2], ["a" as unknown as number, 1])).toThrow(
      'tensorDataset: ys: [0] is "a", not a number',
    );
    expect(() => tensorDataset([1, 2], [0.5, 1])).toThrow(
      "ys: element 0 is 0.5; with dtype int32 it should be a whole number; targets of shape [] are class numbers, write [[0.5], …] for numbers",
    );
  });

  it("refuses what cannot be examples", () => {
    const scalar = tensorFromData(Float32Array.of(1), [], "float");
    expect(() => tensorDataset(scalar, [1])).toThrow("xs is a tensor of shape []");
    expect(() => tensorDataset([[1], [2]], [1])).toThrow("so 2 inputs but 1 targets");
    expect(() => tensorDataset([1], [1], { dtype: "float" } as object)).toThrow('unknown option "dtype"');
  });

  it("may be empty, with a shape", () => {
    expect(
      tensorDataset(
        tensorFromData(new Float32Array(0), [0, 3], "float"),
        tensorFromData(new Int32Array(0), [0], "int32"),
      ),
    ).toMatchObject({
      length: 0,
      inputShape: [3],
    });
  });
});
