import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldenBytes } from "../../test-golden.ts";
import { type ModelProto, ONNX_TYPES } from "./messages.ts";
import { readModelProto } from "./read.ts";
import { elementsOf, tensorProto } from "./tensor.ts";
import { fieldsOf, intOf, intsOf, MessageWriter } from "./wire.ts";
import { writeModelProto } from "./write.ts";

const MODEL: ModelProto = {
  irVersion: 8,
  producerName: "trainlog",
  producerVersion: "1",
  opsets: { "": 18, "com.example": 1 },
  metadata: { a: "b" },
  functionNames: [],
  graph: {
    name: "g",
    nodes: [
      {
        name: "n",
        opType: "Op",
        domain: "com.example",
        inputs: ["x", "", "w"],
        outputs: ["y"],
        attributes: {
          i: { int: -3 },
          f: { float: 0.5 },
          s: { text: "naïve" },
          t: { tensor: tensorProto("t", [1, 2], [2], "int32") },
          is: { ints: [1, -1, 2 ** 40] },
          fs: { floats: [1, 0.25] },
          ss: { texts: ["a", ""] },
          g: { graph: { name: "inner", nodes: [], initializers: [], inputs: [], outputs: [] } },
        },
      },
    ],
    initializers: [tensorProto("w", [1, 2, 3], [3, 1], "float"), tensorProto("scalar", [-1], [], "int64")],
    inputs: [{ name: "x", dataType: ONNX_TYPES.float, shape: ["batch", 4, undefined] }],
    outputs: [{ name: "y", dataType: ONNX_TYPES.double, shape: [] }],
  },
};

describe("the protobuf form", () => {
  it("gives back what was written", () => {
    expect(readModelProto(writeModelProto(MODEL))).toEqual(MODEL);
  });

  it("keeps any integer that a number holds", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.array(fc.maxSafeInteger()), (value, values) => {
        const bytes = new MessageWriter().int(3, value).packedInts(4, values).finish();
        const [one, many] = [...fieldsOf(bytes, "it")];
        expect(one && intOf(one)).toBe(value);
        expect(many && intsOf(many)).toEqual(values);
      }),
    );
  });

  it("reads elements from raw bytes and from typed fields alike", () => {
    const raw = tensorProto("x", [1.5, -2], [2], "float");
    expect(Array.from(elementsOf(raw).data)).toEqual([1.5, -2]);
    expect(elementsOf({ name: "x", dims: [2], dataType: ONNX_TYPES.float, values: [1.5, -2] }).data).toEqual([1.5, -2]);
    expect(elementsOf({ name: "x", dims: [1], dataType: ONNX_TYPES.float16, values: [0x3e00] }).data).toEqual([1.5]);
  });

  it("refuses elements that do not fit the shape, unknown types, and files that are not there", () => {
    const raw = tensorProto("x", [1.5, -2], [2], "float");
    expect(() => elementsOf({ ...raw, dims: [3] })).toThrow('"x" of shape [3] takes 3 elements, but 2 are there');
    expect(() => elementsOf({ ...raw, dims: [-2] })).toThrow("has the shape [-2]");
    expect(() => elementsOf({ ...raw, rawData: new Uint8Array(7) })).toThrow("no multiple of 4");
    expect(() => elementsOf({ ...raw, dataType: 23 })).toThrow("element type 23");
    const { rawData: _, ...rest } = raw;
    const outside = { ...rest, externalData: { location: "w.data", offset: "4", length: "8" } };
    expect(() => elementsOf(outside)).toThrow('lie in another file, "w.data"');
    expect(() => elementsOf(outside, () => new Uint8Array(11))).toThrow("bytes 4 to 12");
    expect(elementsOf(outside, () => new Uint8Array(12)).shape).toEqual([2]);
  });
});

describe("files that torch wrote", () => {
  const NAMES = ["mlp", "mlp-legacy", "cnn", "cnn-legacy", "gru", "gru-legacy", "transformer", "transformer-legacy"];

  it.each(NAMES)("%s survives being read and written", (name) => {
    const model = readModelProto(goldenBytes(`${name}.onnx`));
    expect(model.graph.nodes.length).toBeGreaterThan(2);
    expect(model.graph.inputs[0]?.shape[0]).toBe("batch");
    const again = readModelProto(writeModelProto(model));
    expect(again.graph.nodes).toEqual(model.graph.nodes);
    expect(again.graph.initializers.map((tensor) => elementsOf(tensor))).toEqual(
      model.graph.initializers.map((tensor) => elementsOf(tensor)),
    );
  });

  it("are refused, or read as a smaller model, when they are cut off anywhere; never anything else", () => {
    const whole = goldenBytes("mlp.onnx");
    for (let length = 0; length < whole.byteLength; length += 3) {
      try {
        readModelProto(whole.subarray(0, length));
      } catch (error) {
        expect(error, `${length} bytes`).toMatchObject({ code: "onnx/bad-file" });
      }
    }
    expect(() => readModelProto(whole.subarray(0, whole.byteLength >> 1))).toThrow("cut off");
    expect(() => readModelProto(new TextEncoder().encode("%PDF-1.7 not a model"))).toThrow(
      expect.objectContaining({ code: "onnx/bad-file" }),
    );
    expect(() => readModelProto(new Uint8Array(0))).toThrow("there is no graph in it");
  });

  it("never do anything but read or throw an error of ours with a byte changed", () => {
    const whole = goldenBytes("mlp-legacy.onnx");
    fc.assert(
      fc.property(fc.nat(whole.byteLength - 1), fc.nat(255), (at, byte) => {
        const bytes = whole.slice();
        bytes[at] = byte;
        try {
          readModelProto(bytes).graph.initializers.forEach((tensor) => void elementsOf(tensor));
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^onnx\//);
        }
      }),
      { numRuns: 500 },
    );
  });
});
