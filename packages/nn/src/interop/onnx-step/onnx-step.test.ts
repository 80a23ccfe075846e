import { describe, expect, it } from "vitest";
import { add, mul, sum } from "../../primitives/index.ts";
import { tensorFromData } from "../../tensor/from-data.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { readModelProto } from "../onnx/proto/read.ts";
import { compileOnnxStep } from "./onnx-step.ts";
import { loadRuntime, type OnnxRuntime, type RuntimeData, type RuntimeTensor } from "./runtime.ts";

/** Remembers what it was given and answers with what `answer` makes of the feeds. */
function fakeRuntime(answer: (feeds: Readonly<Record<string, RuntimeTensor>>) => Record<string, RuntimeTensor>) {
  const models: Uint8Array[] = [];
  let released = 0;
  const runtime: OnnxRuntime = {
    Tensor: class {
      readonly data: RuntimeData;
      readonly dims: readonly number[];
      constructor(_: string, data: RuntimeData, dims: readonly number[]) {
        this.data = data;
        this.dims = dims;
      }
    },
    InferenceSession: {
      create: async (model) => {
        models.push(model);
        return {
          run: async (feeds) => answer(feeds),
          release: async () => {
            released += 1;
          },
        };
      },
    },
  };
  return { runtime, models, released: () => released };
}

const f32 = (...values: number[]): RuntimeTensor => ({ data: Float32Array.from(values), dims: [values.length] });
const vector = (...values: number[]): AnyTensor => tensorFromData(values, [values.length], "float");
/** s + b, and the sum of s·b. */
const step = ({ s }: { s: AnyTensor }, { b }: { b: AnyTensor }) => ({
  state: { s: add(s, b) },
  output: { dot: sum(mul(s, b)) },
});
const echo = () => fakeRuntime(() => ({ next0: f32(7, 8), output0: f32(1, 2, 3) }));

describe("compileOnnxStep", () => {
  it("stacks the batches, carries the state, and gives one output per batch", async () => {
    let fed: Readonly<Record<string, RuntimeTensor>> = {};
    const { runtime, models, released } = fakeRuntime((feeds) => {
      fed = feeds;
      return { next0: f32(7, 8), output0: f32(1, 2, 3) };
    });
    const compiled = await compileOnnxStep(step, { s: vector(1, 2) }, { runtime });
    const outputs = await compiled.runMany([{ b: vector(1, 1) }, { b: vector(2, 2) }, { b: vector(3, 3) }]);
    expect(outputs.map(({ dot }) => dot.item())).toEqual([1, 2, 3]);
    expect([fed["steps"]?.data, fed["state0"]?.data, fed["batch0"]?.data]).toEqual([
      BigInt64Array.of(3n),
      Float32Array.of(1, 2),
      Float32Array.of(1, 1, 2, 2, 3, 3),
    ]);
    expect(fed["batch0"]?.dims).toEqual([3, 2]);
    expect(compiled.state().s.data()).toEqual(Float32Array.of(7, 8));
    await compiled.run({ b: vector(1, 1) });
    expect(fed["state0"]?.data).toEqual(Float32Array.of(7, 8));
    expect(models).toHaveLength(1);
    await compiled.run({ b: vector(1) } as never).catch(() => undefined);
    await compiled.dispose();
    expect(released()).toBeGreaterThan(0);
  });

  it("writes a loop over steps with the state carried inside", async () => {
    const { runtime, models } = echo();
    const compiled = await compileOnnxStep(step, { s: vector(1, 2) }, { runtime });
    await compiled.run({ b: vector(1, 1) });
    const { graph } = readModelProto(models[0] ?? new Uint8Array(0));
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(["Loop"]);
    expect(graph.inputs.map(({ name, shape }) => [name, shape])).toEqual([
      ["steps", []],
      ["state0", [2]],
      ["batch0", ["steps", 2]],
    ]);
    expect(graph.outputs.map(({ name }) => name)).toEqual(["next0", "output0"]);
  });

  it("sets and copies the state, and refuses another one", async () => {
    const compiled = await compileOnnxStep(step, { s: vector(1, 2) }, { runtime: echo().runtime });
    compiled.setState({ s: vector(5, 6) });
    expect(compiled.state().s.data()).toEqual(Float32Array.of(5, 6));
    expect(() => compiled.setState({ s: vector(5, 6, 7) })).toThrow("expected {s: float[2]}, got {s: float[3]}");
    const grown = await compileOnnxStep(
      () => ({ state: { s: vector(1) }, output: {} }),
      { s: vector(1, 2) },
      { runtime: echo().runtime },
    );
    await expect(grown.run({ b: vector(1) })).rejects.toMatchObject({ code: "compile/state-changed" });
  });

  it("goes back to the state before the last run", async () => {
    const compiled = await compileOnnxStep(step, { s: vector(1, 2) }, { runtime: echo().runtime });
    await compiled.runMany([{ b: vector(1, 1) }, { b: vector(2, 2) }]);
    await compiled.runMany([]);
    compiled.undo();
    compiled.undo();
    expect(compiled.state().s.data()).toEqual(Float32Array.of(1, 2));
    compiled.setState({ s: vector(5, 6) });
    compiled.undo();
    expect(compiled.state().s.data()).toEqual(Float32Array.of(5, 6));
  });

  it("refuses batches that differ, and runs that overlap; no batches are no work", async () => {
    const compiled = await compileOnnxStep(step, { s: vector(1, 2) }, { runtime: echo().runtime });
    await expect(compiled.runMany([{ b: vector(1, 1) }, { b: vector(1) }])).rejects.toThrow(
      "batch 0 is {b: float[2]}, batch 1 is {b: float[1]}",
    );
    const running = compiled.run({ b: vector(1, 1) });
    await expect(compiled.run({ b: vector(1, 1) })).rejects.toMatchObject({ code: "onnx/busy" });
    await running;
    expect(await compiled.runMany([])).toEqual([]);
  });

  it("refuses thread counts that are none, and options that there are not", async () => {
    await expect(compileOnnxStep(step, { s: vector(1) }, { threads: 0 })).rejects.toMatchObject({
      code: "compile/bad-option",
      message: expect.stringContaining("compileOnnxStep: threads must be a whole number of at least 1, got 0"),
    });
    // What no type lets pass, as JavaScript would give it.
    await expect(compileOnnxStep(step, { s: vector(1) }, { thread: 2 } as object)).rejects.toMatchObject({
      code: "compile/unknown-option",
      message: expect.stringContaining('compileOnnxStep: unknown option "thread"; '),
    });
  });

  it("says what to install when there is no runtime", async () => {
    await expect(loadRuntime()).rejects.toThrow("npm install onnxruntime-node --ignore-scripts");
  });
});
