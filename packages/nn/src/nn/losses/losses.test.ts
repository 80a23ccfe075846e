import { describe, expect, it } from "vitest";
import type { Scalar } from "../../autograd/transforms.ts";
import { valueAndGrad } from "../../autograd/transforms.ts";
import { sum } from "../../primitives/index.ts";
import { fromNumbers } from "../../tensor/create.ts";
import type { FloatDType } from "../../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { expectGolden, golden, type LossCase, tensorOf } from "../test-golden.ts";
import { crossEntropy } from "./cross-entropy.ts";
import { bceWithLogits, klDivergence } from "./probability.ts";
import { huber, mae, mse } from "./regression.ts";

type Floats = Tensor<readonly number[], FloatDType>;
type Loss = (output: Floats, target: never, dtype: FloatDType) => AnyTensor;

function lossOf(name: string): Loss {
  const [kind, ...rest] = name.split(".");
  const reduction = (["mean", "sum", "none"] as const).find((one) => rest.includes(one)) ?? "mean";
  const options = { reduction } as const;
  switch (kind) {
    case "mse":
      return (output, target) => mse(output, target, options);
    case "mae":
      return (output, target) => mae(output, target, options);
    case "huber":
      return (output, target) => huber(output, target, { ...options, delta: 0.7 });
    case "bceWithLogits":
      return (output, target, dtype) =>
        rest.includes("positiveWeight")
          ? bceWithLogits(output, target, { positiveWeight: weights([2, 0.5, 1.5], dtype) })
          : bceWithLogits(output, target, options);
    case "kl":
      return (output, target) =>
        rest.includes("batchMean")
          ? klDivergence(output, target, { reduction: "batchMean" })
          : rest.includes("logTarget")
            ? klDivergence(output, target, { reduction: "sum", logTarget: true })
            : klDivergence(output, target);
    default:
      return (output, target, dtype) =>
        crossEntropy(output, target, {
          ...options,
          labelSmoothing: name.endsWith("0.1") ? 0.1 : 0,
          ...(rest[0] === "weights" || rest[0] === "probabilities"
            ? { classWeights: weights([0.5, 1, 2, 0.25], dtype) }
            : {}),
        });
  }
}

function weights(values: readonly number[], dtype: FloatDType): Tensor<readonly [number], FloatDType> {
  return fromNumbers([values.length], values, dtype) as Tensor<readonly [number], FloatDType>;
}

const takesLabels = (name: string): boolean => /^crossEntropy\.(labels|weights|sequence)/.test(name);

function check(name: string, { output, target, value, gradient }: LossCase, dtype: FloatDType): void {
  const loss = lossOf(name);
  const wanted = tensorOf(target, takesLabels(name) ? "int32" : dtype) as never;
  const given = tensorOf(output, dtype) as Floats;
  expectGolden(loss(given, wanted, dtype), value, "value");
  const { grad } = valueAndGrad((x: Floats) => sum(loss(x, wanted, dtype)) as Scalar)(given);
  expectGolden(grad, gradient, "gradient");
}

describe.each(["float", "f64"] as const)("losses in %s are PyTorch's, with their gradients", (dtype) => {
  it.each(Object.keys(golden.losses))("%s", (name) => {
    check(name, golden.losses[name]!, dtype);
  });
});

describe("bad input", () => {
  const two = fromNumbers([2], [1, 2], "float") as Tensor<readonly number[]>;
  const three = fromNumbers([3], [1, 2, 3], "float") as Tensor<readonly number[]>;
  const logits = fromNumbers([2, 3], [1, 2, 3, 4, 5, 6], "float") as Tensor<[2, 3]>;
  const labels = (count: number): Tensor<[2], "int32"> =>
    fromNumbers([count], new Int32Array(count), "int32") as Tensor<[2], "int32">;

  it("refuses a target of another shape, which broadcasting would let pass", () => {
    expect(() => mse(two, three)).toThrow(
      "mse compares element by element: expected a target of the output's shape [2], got [3]",
    );
    expect(() => mae(logits as Tensor<readonly number[]>, three)).toThrow(/\[2, 3\], got \[3\]/);
    expect(() => crossEntropy(logits, labels(3))).toThrow(
      "crossEntropy of logits [2, 3] ([..., classes]): expected labels of shape [2], got [3]",
    );
    expect(() => crossEntropy(logits, two as never)).toThrow(
      /expected probabilities of shape \[2, 3\], got \[2\]. Labels have dtype int32/,
    );
  });

  it("refuses a label that is no class", () => {
    const wrong = fromNumbers([2], [0, 3], "int32") as Tensor<[2], "int32">;
    expect(() => crossEntropy(logits, wrong)).toThrow(
      /^a label is not one of the 3 classes of crossEntropy, 0 to 2 \(and not ignoreIndex\): .*no index 3/,
    );
    expect(crossEntropy(logits, wrong, { ignoreIndex: 3 }).item()).toBeCloseTo(2.4076, 4);
  });

  it("refuses another element type", () => {
    expect(() => mse(two, fromNumbers([2], [1, 2], "f64") as never)).toThrow(
      "the output is float, the target f64; cast the target",
    );
  });

  it("refuses options out of range", () => {
    expect(() => mse(two, two, { reduction: "average" as never })).toThrow('is "mean", "sum" or "none"; got "average"');
    expect(() => klDivergence(two, two, { reduction: "average" as never })).toThrow(/"batchMean".*got "average"/);
    expect(() => huber(two, two, { delta: 0 })).toThrow("the delta of huber is above 0; got 0");
    expect(() => crossEntropy(logits, labels(2), { labelSmoothing: 1.5 })).toThrow("from 0 to 1; got 1.5");
    expect(() => crossEntropy(logits, labels(2), { classWeights: weights([1, 1], "float") })).toThrow(
      /expected \[3\], got \[2\]/,
    );
    expect(() => bceWithLogits(three, three, { positiveWeight: weights([1, 1], "float") })).toThrow(
      /expected \[3\], got \[2\]/,
    );
  });
});
