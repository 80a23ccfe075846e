import { describe, expect, it } from "vitest";
import { type Scalar, valueGradAux } from "../../autograd/transforms.ts";
import { compile } from "../../compile/index.ts";
import { mul, sin, sum } from "../../primitives/index.ts";
import * as random from "../../random/index.ts";
import { Shape } from "../../shape/shape.ts";
import { mapPack } from "../../tensor/pack.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import * as nn from "../index.ts";

const block = nn.sequential(nn.linear(6, 6), nn.batchNorm(6), nn.gelu(), nn.dropout(0.5), nn.linear(6, 6));
const x = random.normal(random.key(1), [8, 6]);

/** Value, gradients, state and observed layers of one training step. */
function step(layer: nn.M, backend: "eager" | "compiled"): unknown {
  const { model, params, state } = nn.build(
    nn.sequential(Shape.vec(6), nn.linear(6, 6), layer, layer, nn.linear(6, 1)),
    { seed: 0 },
  );
  const seen: string[] = [];
  const run = (p: nn.Params): Record<string, AnyTensor | Record<string, AnyTensor>> => {
    const result = valueGradAux((tracked: nn.Params) => {
      const applied = model.apply(tracked, state, x, {
        train: true,
        key: random.key(3),
        observe: (title) => seen.push(title),
      });
      return { value: sum(mul(applied.output, sin(applied.output))) as Scalar, aux: applied.state };
    })(p);
    return { value: result.value, grad: result.grad, state: result.aux };
  };
  const result = backend === "eager" ? run(params) : compile(run)(params);
  const numbers: Record<string, number[]> = {};
  mapPack(result, (tensor, name) => {
    numbers[name] = [...tensor.data()];
    return tensor;
  });
  return { numbers, seen: seen.filter((title) => !title.includes("checkpoint")) };
}

describe("checkpoint", () => {
  it.each(["eager", "compiled"] as const)(
    "changes nothing but the memory: bits, names, state, dropped elements (%s)",
    (backend) => {
      expect(step(nn.checkpoint(block), backend)).toEqual(step(block, backend));
    },
  );

  it("has the shapes and the name of the layer", () => {
    expect(nn.sequential(nn.linear(2, 6), nn.checkpoint(block), nn.linear(6, 1)).outputShape([2])).toEqual([1]);
    const { params } = nn.build(nn.sequential(nn.checkpoint(nn.named("fc", nn.linear(2, 1)))), { seed: 0 });
    expect(Object.keys(params)).toEqual(["fc.weight", "fc.bias"]);
  });
});
