import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tensorFromData } from "../../tensor/from-data.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { goldenBytes, goldenText } from "../test-golden.ts";
import { loadSafetensors, saveSafetensors } from "./files.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

/** A file with a header as given, which need not be true, and some bytes behind it. */
function file(header: unknown, dataBytes = 0, text = JSON.stringify(header)): Uint8Array {
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + json.byteLength + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.byteLength), true);
  bytes.set(json, 8);
  return bytes;
}

function code(bytes: Uint8Array): unknown {
  try {
    readSafetensors(bytes);
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
  return "read";
}

const f32 = (shape: number[], begin: number, end: number) => ({ dtype: "F32", shape, data_offsets: [begin, end] });
const values = (tensor: AnyTensor | undefined) => Array.from(tensor?.data() ?? []);

describe("a file of the reference implementation", () => {
  it("gives every element type's numbers", () => {
    const { tensors, metadata } = readSafetensors(goldenBytes("element-types.safetensors"));
    expect(metadata).toEqual({ "made by": "safetensors ✓" });
    const expected: Record<string, string[]> = JSON.parse(goldenText("element-types.json"));
    const parse = (text: string) => Number(text.replace("inf", "Infinity"));
    expect(new Set(Object.keys(tensors))).toEqual(new Set(Object.keys(expected)));
    for (const [name, texts] of Object.entries(expected)) expect(values(tensors[name]), name).toEqual(texts.map(parse));
    expect(tensors["i64"]).toMatchObject({ shape: [2, 2], dtype: "int32" });
    expect(tensors["f16"]?.dtype).toBe("float");
    expect(tensors["f64"]?.dtype).toBe("f64");
    expect(tensors["empty"]?.shape).toEqual([0, 3]);
    expect(tensors["scalar"]?.shape).toEqual([]);
  });

  it("is refused when it is cut off anywhere", () => {
    const whole = goldenBytes("mlp.safetensors");
    for (let length = 0; length < whole.byteLength; length += 1) {
      expect(code(whole.subarray(0, length)), `${length} bytes`).toBe("safetensors/truncated");
    }
    expect(code(whole)).toBe("read");
  });
});

describe("a lying file", () => {
  it.each([
    [
      "bytes that belong to no tensor",
      file({ a: f32([1], 0, 4) }, 5),
      "safetensors/bad-header",
      "1 bytes behind the last tensor",
    ],
    ["a hole", file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), "safetensors/bad-tensor", "there is a hole"],
    ["an overlap", file({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, 8), "safetensors/bad-tensor", "they overlap"],
    [
      "a shape that does not fit its bytes",
      file({ a: f32([3], 0, 8) }, 8),
      "safetensors/bad-tensor",
      "F32 of shape [3] takes 12",
    ],
    ["a shape of 2^60 elements", file({ a: f32([2 ** 30, 2 ** 30], 0, 8) }, 8), "safetensors/bad-tensor", "takes"],
    ["a negative size", file({ a: f32([-1], 0, 4) }, 4), "safetensors/bad-tensor", "[-1]"],
    ["offsets that run backwards", file({ a: f32([1], 4, 0) }, 4), "safetensors/bad-tensor", "has -4 bytes"],
    [
      "one offset",
      file({ a: { dtype: "F32", shape: [1], data_offsets: [4] } }, 4),
      "safetensors/bad-tensor",
      "[begin, end]",
    ],
    [
      "an unknown element type",
      file({ a: { ...f32([1], 0, 4), dtype: "F8_E4M3" } }, 4),
      "safetensors/unknown-dtype",
      '"F8_E4M3"',
    ],
    ["a tensor that is no object", file({ a: 3 }), "safetensors/bad-tensor", '"a" is 3'],
    ["metadata that is no text", file({ __metadata__: { a: 1 } }), "safetensors/bad-header", "texts only"],
    ["an array as header", file([]), "safetensors/bad-header", 'byte 8 must be "{"'],
    ["a space before the brace", file({}, 0, " {}"), "safetensors/bad-header", 'byte 8 must be "{"'],
    ["JSON that is cut off", file({}, 0, '{"a":'), "safetensors/bad-header", "not JSON"],
    ["a key twice", file({}, 4, '{"a":{},"a":{}}'), "safetensors/bad-header", '"a" stands in it twice'],
    [
      "a key twice, once escaped",
      file({}, 4, '{"a":{},"\\u0061":{}}'),
      "safetensors/bad-header",
      '"a" stands in it twice',
    ],
    [
      "a boolean of 2",
      withLastByte(file({ a: { dtype: "BOOL", shape: [1], data_offsets: [0, 1] } }, 1), 2),
      "safetensors/out-of-range",
      "is 2",
    ],
  ])("with %s", (_, bytes, expectedCode, text) => {
    expect(() => readSafetensors(bytes)).toThrow(text);
    expect(code(bytes)).toBe(expectedCode);
  });

  it("with a header longer than 100 MB, before anything of that size is touched", () => {
    const bytes = file({});
    new DataView(bytes.buffer).setBigUint64(0, 100_000_001n, true);
    expect(code(bytes)).toBe("safetensors/bad-header");
    new DataView(bytes.buffer).setBigUint64(0, 2n ** 64n - 1n, true);
    expect(code(bytes)).toBe("safetensors/bad-header");
  });

  it("with a 64-bit integer that int32 does not hold", () => {
    const bytes = file({ a: { dtype: "I64", shape: [1], data_offsets: [0, 8] } }, 8);
    new DataView(bytes.buffer).setBigInt64(bytes.byteLength - 8, 2n ** 31n, true);
    expect(() => readSafetensors(bytes)).toThrow('element 0 of "a" is 2147483648 (I64), which int32 does not hold');
  });

  it("never does anything but read or throw an error of ours", () => {
    const whole = goldenBytes("element-types.safetensors");
    fc.assert(
      fc.property(fc.nat(whole.byteLength - 1), fc.nat(255), (at, byte) => {
        const bytes = whole.slice();
        bytes[at] = byte;
        expect(code(bytes)).toMatch(/^(read|safetensors\/[a-z-]+)$/);
      }),
      { numRuns: 300 },
    );
  });
});

function withLastByte(bytes: Uint8Array, byte: number): Uint8Array {
  bytes[bytes.byteLength - 1] = byte;
  return bytes;
}

describe("writing", () => {
  const pack = {
    b: tensorFromData([1, -2, 3], [3], "float"),
    a: tensorFromData([0.1], [], "f64"),
    i: tensorFromData([7], [1], "int32"),
  };

  it("and reading give the same tensors, names in order, aligned elements", () => {
    const bytes = writeSafetensors(pack, { metadata: { epoch: "3" } });
    const { tensors, metadata } = readSafetensors(bytes);
    expect(metadata).toEqual({ epoch: "3" });
    expect(Object.keys(tensors)).toEqual(["b", "a", "i"]);
    expect(values(tensors["b"])).toEqual([1, -2, 3]);
    expect(values(tensors["a"])).toEqual([0.1]);
    expect(tensors["i"]?.dtype).toBe("int32");
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
    expect(writeSafetensors(pack, { metadata: { epoch: "3" } })).toEqual(bytes);
  });

  it("is exact for any numbers in their own element type", () => {
    fc.assert(
      fc.property(fc.float32Array(), fc.float64Array(), fc.int32Array(), (f, d, i) => {
        const any = {
          f: tensorFromData(f, [f.length], "float"),
          d: tensorFromData(d, [d.length], "f64"),
          i: tensorFromData(i, [i.length], "int32"),
        };
        const { tensors } = readSafetensors(writeSafetensors(any));
        expect(tensors["f"]?.data()).toEqual(f);
        expect(tensors["d"]?.data()).toEqual(d);
        expect(tensors["i"]?.data()).toEqual(i);
      }),
      { numRuns: 50 },
    );
  });

  it("takes narrower element types, and refuses what they do not hold", () => {
    const half = writeSafetensors(pack, { elementType: (name) => (name === "b" ? "F16" : undefined) });
    expect(values(readSafetensors(half).tensors["b"])).toEqual([1, -2, 3]);
    const wide = writeSafetensors(pack, { elementType: (name) => (name === "i" ? "I64" : undefined) });
    expect(values(readSafetensors(wide).tensors["i"])).toEqual([7]);
    expect(() => writeSafetensors(pack, { elementType: () => "U8" })).toThrow(
      'element 1 of "b" is -2 (the tensor), which U8 does not hold',
    );
  });

  it("keeps names that are special in JavaScript, and refuses the reserved one and doubles", () => {
    const odd = Object.fromEntries([["__proto__", pack.b]]);
    expect(Object.keys(readSafetensors(writeSafetensors(odd)).tensors)).toEqual(["__proto__"]);
    expect(() => writeSafetensors({ __metadata__: pack.b })).toThrow("reserves");
    expect(() => writeSafetensors({ "a.b": pack.b, a: { b: pack.b } })).toThrow(
      'two tensors of the pack are named "a.b"',
    );
  });
});

describe("files", () => {
  it("are written whole, read back, and errors name the path", async () => {
    const dir = mkdtempSync(join(tmpdir(), "trainlog-safetensors-"));
    try {
      const path = join(dir, "new", "model.safetensors");
      await saveSafetensors(path, { w: tensorFromData([1, 2], [2], "float") });
      expect(readdirSync(join(dir, "new"))).toEqual(["model.safetensors"]);
      expect(values((await loadSafetensors(path)).tensors["w"])).toEqual([1, 2]);
      writeFileSync(path, "short");
      await expect(loadSafetensors(path)).rejects.toThrow(`${path}: a safetensors file begins with 8 bytes`);
      await expect(loadSafetensors(join(dir, "none"))).rejects.toMatchObject({ code: "interop/no-file" });
      await expect(saveSafetensors(join(path, "below"), {})).rejects.toMatchObject({ code: "interop/no-file" });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
