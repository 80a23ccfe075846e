import { describe, expect, it } from "vitest";
import { mul } from "../ops/index.ts";
import { tensor } from "./create.ts";
import { flattenPack, mapPack, packLike, packTensors, type TensorPack } from "./pack.ts";

describe("packs", () => {
  const pack = { encoder: [{ weight: tensor([1]) }, { weight: tensor([2]) }], bias: tensor([3]) };

  it("name their tensors by path, depth first, in the order of insertion", () => {
    expect(flattenPack(pack).map(({ name, tensor: { size } }) => [name, size])).toEqual([
      ["encoder.0.weight", 1],
      ["encoder.1.weight", 1],
      ["bias", 1],
    ]);
    expect(flattenPack(tensor(1)).map(({ name }) => name)).toEqual([""]);
    expect(flattenPack([])).toEqual([]);
  });

  it("are mapped with names and numbers, in the same structure", () => {
    const seen: [string, number][] = [];
    const doubled = mapPack(pack, (x, name, index) => {
      seen.push([name, index]);
      return mul(x, 2);
    });
    expect(seen).toEqual(flattenPack(pack).map(({ name }, index) => [name, index]));
    expect(doubled.encoder[1]?.weight.item()).toBe(4);
    expect(doubled.bias.item()).toBe(6);
  });

  it("are taken apart and put together again, whatever their names are", () => {
    const odd: TensorPack = { ...pack, ["__proto__"]: tensor([4]) };
    const copy = packLike(
      odd,
      packTensors(odd).map((x) => mul(x, 10)),
    );
    expect(flattenPack(copy).map(({ name, tensor: x }) => [name, x.item()])).toEqual([
      ["encoder.0.weight", 10],
      ["encoder.1.weight", 20],
      ["bias", 30],
      ["__proto__", 40],
    ]);
  });

  it("refuse what is no tensor, by name", () => {
    const wrong = { a: [tensor(1), 3] } as unknown as TensorPack;
    expect(() => flattenPack(wrong)).toThrow('"a.1" is 3; a pack holds tensors, arrays and records of them');
    expect(() => mapPack(wrong, (x) => x)).toThrow('"a.1" is 3');
    expect(() => flattenPack(undefined as unknown as TensorPack)).toThrow("the pack is undefined");
  });
});
