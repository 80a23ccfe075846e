import { describe, expect, it } from "vitest";
import { valueAndGrad } from "../../autograd/transforms.ts";
import * as nn from "../../nn/index.ts";
import { add, cumsum, iota, max, mean, mul, reshape, scalar, sub } from "../../primitives/index.ts";
import { tensorFromData } from "../../tensor/from-data.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { readSafetensors } from "../safetensors/safetensors.ts";
import { loadStateDict } from "../state-dict/state-dict.ts";
import { flat, goldenAnswers, goldenBytes, largestDifference, shapeOf } from "../test-golden.ts";
import { TEST_MODEL_NAMES, TEST_MODELS } from "../test-models.ts";
import { exportOnnx } from "./export/export-onnx.ts";
import { importOnnx } from "./import/import-onnx.ts";
import { type ModelProto, ONNX_TYPES } from "./proto/messages.ts";
import { readModelProto } from "./proto/read.ts";
import { tensorProto } from "./proto/tensor.ts";
import { writeModelProto } from "./proto/write.ts";

const ANSWERS = goldenAnswers("models.json");

function batchOf(name: string, dtype: "float" | "f64" = "float"): AnyTensor {
  const input = ANSWERS[name]?.input ?? [];
  return tensorFromData(flat(input), shapeOf(input), name === "transformer" ? "int32" : dtype);
}

function expected(name: string): number[] {
  return flat(ANSWERS[name]?.output ?? []);
}

describe("PyTorch's weights in our models", () => {
  it.each(TEST_MODEL_NAMES)("%s answers as PyTorch does, all names equal", (name) => {
    const built = nn.build(TEST_MODELS[name], { seed: 0 });
    const { params, state } = loadStateDict(built, readSafetensors(goldenBytes(`${name}.safetensors`)).tensors);
    expect(
      largestDifference(built.model.apply(params, state, batchOf(name)).output.data(), expected(name)),
    ).toBeLessThan(1e-5);
  });
});

describe("graphs that torch.onnx.export wrote", () => {
  const FILES = TEST_MODEL_NAMES.flatMap((name) => [
    [name, `${name}.onnx`] as const,
    [name, `${name}-legacy.onnx`] as const,
  ]);

  it.each(FILES)("%s from %s answers as PyTorch does", (name, file) => {
    const { model, params, state } = importOnnx(goldenBytes(file));
    const { output } = model.apply(params, state, batchOf(name));
    expect(largestDifference(output.data(), expected(name))).toBeLessThan(1e-5);
    expect([output.shape[0], ...model.outputShape]).toEqual(output.shape);
  });

  it("take any batch size, and f64", () => {
    const { model, params, state } = importOnnx(goldenBytes("gru.onnx"), { dtype: "f64" });
    const one = model.apply(params, state, tensorFromData(batchOf("gru", "f64").data().slice(0, 20), [1, 4, 5], "f64"));
    expect(one.output.dtype).toBe("f64");
    expect(largestDifference(one.output.data(), expected("gru").slice(0, 3))).toBeLessThan(1e-6);
  });

  it.each(TEST_MODEL_NAMES)(
    "%s can be fine-tuned: a step down the gradient of every parameter lowers the loss",
    (name) => {
      const { model, params, state } = importOnnx(goldenBytes(`${name}.onnx`));
      const x = batchOf(name);
      const loss = (p: nn.Params): AnyTensor =>
        mean(mul(model.apply(p, state, x).output, model.apply(p, state, x).output));
      const first = valueAndGrad(loss as never)(params) as { value: AnyTensor; grad: nn.Params };
      const moved = Object.fromEntries(
        Object.entries(params).map(([key, value]) => [
          key,
          sub(value, mul(first.grad[key] ?? value, scalar(0.01, "float"))),
        ]),
      );
      expect(Object.values(first.grad).filter((g) => g.data().some((v: number) => v !== 0)).length).toBeGreaterThan(
        Object.keys(params).length / 2,
      );
      expect(loss(moved as never).item()).toBeLessThan(first.value.item());
    },
  );

  it("name their weights as PyTorch does, and masks and constants are no parameters", () => {
    const { params } = importOnnx(goldenBytes("transformer.onnx"));
    expect(Object.keys(params)).toContain("encoder.layers.1.self_attn.out_proj.weight");
    for (const [name, tensor] of Object.entries(params)) expect(tensor.size, name).toBeGreaterThan(1);
    const none = importOnnx(goldenBytes("mlp.onnx"), { trainable: (name) => name.startsWith("2.") });
    expect(Object.keys(none.params)).toEqual(["2.weight", "2.bias"]);
  });
});

describe("our exports", () => {
  it.each(TEST_MODEL_NAMES)("%s comes back with its names and answers, for any batch size", (name) => {
    const built = nn.build(TEST_MODELS[name], { seed: 3 });
    const file = exportOnnx(built);
    expect(exportOnnx(built)).toEqual(file);
    const again = importOnnx(file);
    const shapes = (tensors: Readonly<Record<string, AnyTensor>>) =>
      Object.fromEntries(Object.entries(tensors).map(([key, { shape }]) => [key, [...shape]]));
    const { "1.num_batches_tracked": _, ...usedState } = built.state;
    expect(shapes(again.params)).toEqual(shapes(built.params));
    expect(shapes(again.state)).toEqual(shapes(usedState));
    for (const batch of [1, 2, 7]) {
      const shape = [batch, ...built.model.inputShape];
      const size = shape.reduce((a, b) => a * b, 1);
      const values = Array.from({ length: size }, (_, i) => (name === "transformer" ? i % 11 : Math.sin(i)));
      const x = tensorFromData(values, shape, built.model.inputDType);
      const ours = built.model.apply(built.params, built.state, x).output;
      const theirs = again.model.apply(again.params, again.state, x).output;
      expect(theirs.shape).toEqual(ours.shape);
      expect(largestDifference(theirs.data(), ours.data())).toBeLessThan(1e-6);
    }
  });

  it("carry names, metadata and a fixed batch when asked", () => {
    const built = nn.build(TEST_MODELS.mlp, { seed: 0 });
    const { graph, metadata, opsets } = readModelProto(
      exportOnnx(built, { batch: 4, inputName: "x", outputName: "y", metadata: { run: "7" } }),
    );
    expect(graph.inputs).toEqual([{ name: "x", dataType: ONNX_TYPES.float, shape: [4, 6] }]);
    expect(graph.outputs).toEqual([{ name: "y", dataType: ONNX_TYPES.float, shape: [4, 3] }]);
    expect([metadata["run"], opsets]).toEqual(["7", { "": 18 }]);
    expect(readModelProto(exportOnnx(built)).graph.inputs[0]?.shape).toEqual(["batch", 6]);
  });

  it("write f64 as float, or as double when asked", () => {
    const built = nn.build(TEST_MODELS.mlp, { seed: 0, dtype: "f64" });
    expect(readModelProto(exportOnnx(built)).graph.initializers[0]?.dataType).toBe(ONNX_TYPES.float);
    expect(readModelProto(exportOnnx(built, { dtype: "f64" })).graph.initializers[0]?.dataType).toBe(ONNX_TYPES.double);
  });

  it("follow the batch size wherever it appears: in sizes, slices, counts and divisors", () => {
    const odd: nn.Model<[2], number[]> = {
      inputShape: [2],
      outputShape: [2],
      inputDType: "float",
      apply: (_, state, x) => {
        const rows = x.shape[0] ?? 0;
        const places = iota([rows, 2], 0, "float");
        const folded = reshape(add(x, places), [2, rows]);
        const shared = add(cumsum(reshape(folded, [rows, 2]), 0), mean(x));
        return { output: sub(shared, max(x, [0], true)) as never, state };
      },
    };
    const { model, params, state } = importOnnx(exportOnnx({ model: odd, params: {}, state: {} }));
    const x = tensorFromData([1, 5, -2, 3, 0.5, 7, 2, 2], [4, 2], "float");
    expect(
      largestDifference(model.apply(params, state, x).output.data(), odd.apply({}, {}, x).output.data()),
    ).toBeLessThan(1e-6);
  });

  it("refuse what depends on the batch in another way", () => {
    const model = (apply: (x: AnyTensor) => AnyTensor): nn.Model<[2], number[]> => ({
      inputShape: [2],
      outputShape: [2],
      inputDType: "float",
      apply: (_, state, x) => ({ output: apply(x) as never, state }),
    });
    const square = model((x) => mul(x, scalar((x.shape[0] ?? 0) ** 2, "float")));
    const branch = model((x) => ((x.shape[0] ?? 0) % 3 === 1 ? mul(x, x) : x));
    for (const bad of [square, branch]) {
      expect(() => exportOnnx({ model: bad, params: {}, state: {} })).toThrow(
        expect.objectContaining({ code: "onnx/dynamic-batch" }),
      );
      expect(exportOnnx({ model: bad, params: {}, state: {} }, { batch: 4 }).byteLength).toBeGreaterThan(50);
    }
  });

  it("need every size", () => {
    const built = nn.build(nn.sequential(nn.linear(3, 2)), { seed: 0 });
    const any = { ...built, model: { ...built.model, inputShape: [-1, 3] } };
    expect(() => exportOnnx(any)).toThrow("takes examples of shape [?, 3]; give the option inputShape");
    expect(() => exportOnnx(built, { batch: 0 })).toThrow('give "dynamic" or a whole number');
  });
});

describe("hand-made graphs", () => {
  const node = (opType: string, inputs: string[], outputs: string[], attributes = {}, domain = "") => ({
    name: `a ${opType}`,
    opType,
    domain,
    inputs,
    outputs,
    attributes,
  });
  const file = (
    nodes: ModelProto["graph"]["nodes"],
    initializers: ModelProto["graph"]["initializers"] = [],
  ): Uint8Array =>
    writeModelProto({
      irVersion: 8,
      producerName: "",
      producerVersion: "",
      opsets: { "": 18 },
      metadata: {},
      functionNames: [],
      graph: {
        name: "",
        nodes,
        initializers,
        inputs: [{ name: "x", dataType: ONNX_TYPES.float, shape: ["batch", 2] }],
        outputs: [{ name: "y", dataType: ONNX_TYPES.float, shape: ["batch", 2] }],
      },
    });

  it("compute sizes on the host, as PyTorch's Pad does: reversed rows, transposed, flattened", () => {
    const int64 = (name: string, values: number[]) => tensorProto(name, values, [values.length], "int64");
    const padded = file(
      [
        node("Reshape", ["pads", "pairs"], ["rows"]),
        node("Slice", ["rows", "minus1", "lowest", "axis0", "minus1"], ["reversed"]),
        node("Transpose", ["reversed"], ["turned"], { perm: { ints: [1, 0] } }),
        node("Reshape", ["turned", "minus1"], ["flat"]),
        node("Pad", ["x", "flat"], ["y"]),
      ],
      [
        int64("pads", [0, 1, 2, 0]),
        int64("pairs", [-1, 2]),
        int64("minus1", [-1]),
        int64("lowest", [-(2 ** 62)]),
        int64("axis0", [0]),
      ],
    );
    const { model, params, state } = importOnnx(padded);
    const { output } = model.apply(params, state, tensorFromData([1, 2], [1, 2], "float"));
    expect(output.toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [1, 2, 0],
    ]);
  });

  it("slice with limits beyond the ends, from the end and backwards", () => {
    const int64 = (name: string, values: number[]) => tensorProto(name, values, [values.length], "int64");
    const cut = (start: number, end: number, step: number): number[] => {
      const sliced = file(
        [node("Slice", ["x", "start", "end", "axis", "step"], ["y"])],
        [int64("start", [start]), int64("end", [end]), int64("axis", [-1]), int64("step", [step])],
      );
      const proto = readModelProto(sliced);
      const wide = {
        ...proto,
        graph: { ...proto.graph, inputs: [{ name: "x", dataType: ONNX_TYPES.float, shape: ["batch", 5] }] },
      };
      const { model, params, state } = importOnnx(writeModelProto(wide));
      return Array.from(model.apply(params, state, tensorFromData([0, 1, 2, 3, 4], [1, 5], "float")).output.data());
    };
    expect(cut(1, 2 ** 40, 2)).toEqual([1, 3]);
    expect(cut(-3, -1, 1)).toEqual([2, 3]);
    expect(cut(-1, -(2 ** 40), -2)).toEqual([4, 2, 0]);
    expect(cut(2 ** 40, 1, -1)).toEqual([4, 3, 2]);
    expect(cut(4, 2, 1)).toEqual([]);
  });

  it("name every operator that is not supported", () => {
    const bad = file([
      node("Relu", ["x"], ["a"]),
      node("NonMaxSuppression", ["a"], ["b"]),
      node("Attention", ["b"], ["y"], {}, "com.microsoft"),
    ]);
    expect(() => importOnnx(bad)).toThrow(
      "operators that are not supported: NonMaxSuppression, com.microsoft.Attention. Supported are",
    );
  });

  it("name the node whose sizes come from computed elements", () => {
    const bad = file([node("Cast", ["x"], ["s"], { to: { int: 7 } }), node("Reshape", ["x", "s"], ["y"])]);
    expect(() => importOnnx(bad)).toThrow(
      'Reshape "a Reshape" takes its input 1 ("s") from computed elements of shape [2, 2]',
    );
  });

  it("name the node that takes what nothing gives, and the output that nothing gives", () => {
    expect(() => importOnnx(file([node("Relu", ["z"], ["y"])]))).toThrow(
      'Relu "a Relu" takes "z", which no earlier node',
    );
    expect(() => importOnnx(file([node("Relu", ["x"], ["z"])]))).toThrow('no node gives the graph\'s output "y"');
  });

  it("name the node whose shapes do not fit", () => {
    const bad = file([node("MatMul", ["x", "w"], ["y"])], [tensorProto("w", [1, 2, 3], [3, 1], "float")]);
    expect(() => importOnnx(bad)).toThrow('MatMul "a MatMul": matmul: the inner sizes must be equal');
  });

  it("refuse inputs that are not theirs, and missing parameters", () => {
    const { model, params, state } = importOnnx(goldenBytes("mlp.onnx"));
    expect(() => model.apply(params, state, tensorFromData([1, 2], [1, 2], "float"))).toThrow(
      'input "input" has shape [batch, 6], got [1, 2]',
    );
    expect(() => model.apply({}, state, batchOf("mlp"))).toThrow(
      "needs the parameters 0.weight, 0.bias, 2.weight, 2.bias",
    );
  });
});
