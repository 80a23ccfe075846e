import { describe, expect, it } from "vitest";
import * as nn from "../../nn/index.ts";
import { Shape } from "../../shape/shape.ts";
import { tensorFromData } from "../../tensor/from-data.ts";
import type { StateDict, StateDictOptions } from "../state-dict/names.ts";
import { loadStateDict, stateDict } from "../state-dict/state-dict.ts";
import { flat, goldenAnswers, goldenText, largestDifference, shapeOf } from "../test-golden.ts";
import { encoderToTorchLean, torchLeanToEncoder } from "./encoder-layer.ts";
import { encoderShapes, mlpShapes, type TorchLeanFormat } from "./formats.ts";
import { readTorchLean } from "./read.ts";
import { pythonFloat, writeTorchLean } from "./write.ts";

const FILES: readonly [TorchLeanFormat, string, ReturnType<typeof mlpShapes> | undefined][] = [
  ["TorchLean.MLP", "torchlean-mlp.json", undefined],
  ["TorchLean.CNN2", "torchlean-cnn.json", undefined],
  ["TorchLean.TransformerEncoder", "torchlean-transformer.json", encoderShapes(4, 6)],
];

describe("a file that upstream's Python wrote", () => {
  it.each(FILES)("%s is read, and written again byte for byte", (format, file, shapes) => {
    const json = goldenText(file);
    const dict = readTorchLean(json, format, shapes === undefined ? {} : { shapes });
    expect(writeTorchLean(dict, format)).toBe(json);
  });

  it("holds the transformer's matrices in x out under short names, out x in under dotted ones", () => {
    const shapes = encoderShapes(4, 6);
    const dict = readTorchLean(goldenText("torchlean-transformer.json"), "TorchLean.TransformerEncoder", { shapes });
    expect(dict["layers.0.ffn.fc1.weight"]?.shape).toEqual([6, 4]);
    const dotted = Object.fromEntries(Object.entries(dict).map(([name, tensor]) => [name, tensor.toArray()]));
    const again = readTorchLean(JSON.stringify(dotted), "TorchLean.TransformerEncoder", { shapes });
    expect(again["layers.0.mha.q_proj.weight"]?.data()).toEqual(dict["layers.0.mha.q_proj.weight"]?.data());
    const { params } = JSON.parse(goldenText("torchlean-transformer.json"));
    const firstColumn = Array.from({ length: 4 }, (_, row) => dict["layers.0.mha.q_proj.weight"]?.data()[row * 4]);
    expect(firstColumn).toEqual(params.Wq[0].map(Math.fround));
  });
});

describe("reading", () => {
  const MLP = { "fc1.weight": [[1, 2]], "fc1.bias": [3], "fc2.weight": [[4]], "fc2.bias": [5] };
  const read = (document: unknown) =>
    readTorchLean(JSON.stringify(document), "TorchLean.MLP", { shapes: mlpShapes(2, 1, 1) });
  const bias = (document: unknown) => read(document)["layers.0.bias"]?.toArray();

  it("takes a bare state dict, the wrapper, and lets other top-level fields win over params", () => {
    expect(bias(MLP)).toEqual([3]);
    expect(bias({ params: MLP, meta: { "fc1.bias": [9] } })).toEqual([3]);
    expect(bias({ params: MLP, "fc1.bias": [9] })).toEqual([9]);
  });

  it("tries the fc names first", () => {
    expect(bias({ ...MLP, "layers.0.bias": [8] })).toEqual([3]);
    const { "fc1.bias": _, ...others } = MLP;
    expect(bias({ ...others, "layers.0.bias": [8] })).toEqual([8]);
  });

  it("tells a missing key from a wrong shape", () => {
    const { "fc1.bias": _, ...others } = MLP;
    expect(() => read(others)).toThrow(
      expect.objectContaining({
        code: "torchlean/missing-key",
        message: expect.stringContaining('"fc1.bias" or "layers.0.bias"'),
      }),
    );
    expect(() => read({ ...MLP, "fc1.weight": [[1], [2]] })).toThrow(
      expect.objectContaining({
        code: "torchlean/bad-shape",
        message: '"fc1.weight" must have shape [1, 2]: it is an array of 2, expected an array of 1',
      }),
    );
    expect(() => read({ ...MLP, "fc1.weight": [[1, 2, 3]] })).toThrow("[0] is an array of 3, expected an array of 2");
  });

  it.each([["3"], [null], [[3]], [1e39], [true]])("refuses %j for a number", (bad) => {
    expect(() => read({ ...MLP, "fc1.bias": [bad] })).toThrow(expect.objectContaining({ code: "torchlean/bad-shape" }));
  });

  it.each(["", "[", "[]", "3", '{"fc1.bias": [NaN]}'])("refuses %j", (json) => {
    expect(() => readTorchLean(json, "TorchLean.MLP")).toThrow(expect.objectContaining({ code: "torchlean/bad-json" }));
  });

  it("is refused when it is cut off anywhere", () => {
    const json = goldenText("torchlean-mlp.json");
    for (let length = 0; length < json.length; length += 7) {
      expect(() => readTorchLean(json.slice(0, length), "TorchLean.MLP"), `${length} characters`).toThrow(
        expect.objectContaining({ code: "torchlean/bad-json" }),
      );
    }
  });

  it("names an unknown format", () => {
    expect(() => readTorchLean("{}", "TorchLean.GRU" as never)).toThrow("known are TorchLean.MLP");
  });
});

describe("writing", () => {
  it("prints numbers as Python does", () => {
    const pairs: [number, string][] = [
      [1, "1.0"],
      [-0, "-0.0"],
      [0, "0.0"],
      [1e-7, "1e-07"],
      [1.5e-10, "1.5e-10"],
      [0.0001, "0.0001"],
      [1e16, "1e+16"],
      [123456789, "123456789.0"],
      [0.1, "0.1"],
      [-2.5e300, "-2.5e+300"],
    ];
    expect(pairs.map(([value]) => pythonFloat(value, "w"))).toEqual(pairs.map(([, text]) => text));
  });

  it("refuses what the format cannot hold", () => {
    const dict = { "layers.0.weight": tensorFromData([Number.NaN], [1, 1], "float") };
    expect(() => writeTorchLean(dict, "TorchLean.MLP")).toThrow('"layers.0.weight" holds NaN');
    expect(() => writeTorchLean({}, "TorchLean.MLP")).toThrow('there is no tensor "layers.0.weight"; got none');
    expect(() => writeTorchLean({ "layers.0.weight": tensorFromData([1], [1, 1], "int32") }, "TorchLean.MLP")).toThrow(
      "is int32",
    );
  });
});

describe("upstream's models in our layers", () => {
  const ANSWERS = goldenAnswers("torchlean.json");
  const check = (name: string, mkModel: nn.M, dict: StateDict, options: StateDictOptions = {}) => {
    const { input = [], output = [] } = ANSWERS[name] ?? {};
    const built = nn.build(mkModel, { seed: 0 });
    const { params, state } = loadStateDict(built, dict, options);
    const x = tensorFromData(flat(input), shapeOf(input), "float");
    expect(largestDifference(built.model.apply(params, state, x).output.data(), flat(output))).toBeLessThan(1e-5);
    return params;
  };

  it("MLP answers as PyTorch does, and goes back", () => {
    const json = goldenText("torchlean-mlp.json");
    const params = check(
      "mlp",
      nn.sequential(nn.linear(2, 3), nn.relu(), nn.linear(3, 1)),
      readTorchLean(json, "TorchLean.MLP"),
      { prefix: "layers." },
    );
    expect(writeTorchLean(stateDict({ params, state: {} }, { prefix: "layers." }), "TorchLean.MLP")).toBe(json);
  });

  it("CNN answers as PyTorch does, and goes back", () => {
    const conv = (inChannels: number) =>
      nn.conv2d<number, number, { kernelSize: 3; padding: 1 }>(inChannels, 2, { kernelSize: 3, padding: 1 });
    const model = nn.sequential(
      Shape.image(1, 8, 8),
      nn.named("conv1", conv(1)),
      nn.relu(),
      nn.maxPool2d(2),
      nn.named("conv2", conv(2)),
      nn.relu(),
      nn.maxPool2d(2),
      nn.flatten(),
      nn.named("fc", nn.linear<number, number>(8, 2)),
    );
    const json = goldenText("torchlean-cnn.json");
    const params = check("cnn", model, readTorchLean(json, "TorchLean.CNN2"));
    expect(writeTorchLean(params, "TorchLean.CNN2")).toBe(json);
  });

  it("transformer answers as PyTorch does, and goes back; a bias of the attention is refused", () => {
    const json = goldenText("torchlean-transformer.json");
    const dict = torchLeanToEncoder(
      readTorchLean(json, "TorchLean.TransformerEncoder", { shapes: encoderShapes(4, 6) }),
    );
    const block = nn.sequential(Shape.mat(5, 4), nn.named("block", nn.transformerBlock(4, { heads: 1, hidden: 6 })));
    const prefixed = Object.fromEntries(Object.entries(dict).map(([name, tensor]) => [`block.${name}`, tensor]));
    check("transformer", block, prefixed);
    expect(writeTorchLean(encoderToTorchLean(dict), "TorchLean.TransformerEncoder")).toBe(json);
    const biased = { ...dict, "self_attn.out_proj.bias": tensorFromData([0, 0, 1, 0], [4], "float") };
    expect(() => encoderToTorchLean(biased)).toThrow('"self_attn.out_proj.bias" is not 0');
  });
});
