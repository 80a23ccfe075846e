import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { TrainlogError } from "../../error.ts";
import { tensorFromData } from "../../tensor/from-data.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { decodeNpy, encodeNpy, readNpy, writeNpy } from "./npy.ts";

interface Golden {
  readonly cases: readonly {
    readonly name: string;
    readonly file: string;
    readonly kind: string;
    readonly shape: readonly number[];
    readonly values: readonly (number | string)[];
  }[];
  readonly refused: Readonly<Record<string, string>>;
}

const golden: Golden = JSON.parse(await readFile(new URL("../../../golden/data-npy.json", import.meta.url), "utf8"));
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof TrainlogError) return error.code;
    throw error;
  }
  return "no error";
}

describe("decodeNpy", () => {
  it.each(golden.cases)("reads what NumPy wrote: $name", ({ file, shape, values }) => {
    const tensor = decodeNpy(bytesOf(file), { dtype: "f64" });
    expect(tensor.shape).toEqual(shape);
    expect([...tensor.data()]).toEqual(values.map(Number));
  });

  it("takes floats as float and whole numbers as int32 unless asked otherwise", () => {
    for (const { file, kind } of golden.cases.filter(({ kind }) => !/[iu]8|u4/.test(kind))) {
      expect(decodeNpy(bytesOf(file), { onWarning: () => {} }).dtype).toBe(kind.startsWith("f") ? "float" : "int32");
    }
  });

  it("tells how many float64 values it rounded, and is silent when float was asked for", () => {
    const bytes = encodeNpy(tensorFromData(Float64Array.of(0.5, 0.1, 0.2), [3], "f64"));
    const warnings: string[] = [];
    expect(decodeNpy(bytes, { what: "w.npy", onWarning: (text) => warnings.push(text) }).toArray()).toEqual(
      [0.5, 0.1, 0.2].map(Math.fround),
    );
    expect(warnings).toEqual([expect.stringMatching(/^w\.npy: 2 of 3 float64 values were rounded/)]);
    decodeNpy(bytes, { dtype: "float", onWarning: (text) => warnings.push(text) });
    expect(warnings).toHaveLength(1);
  });

  it.each(Object.entries(golden.refused))("refuses elements that are no numbers: %s", (_, file) => {
    expect(codeOf(() => decodeNpy(bytesOf(file)))).toBe("npy/unsupported-dtype");
  });

  it("names the element that does not fit into int32", () => {
    const unsigned = golden.cases.find(({ name }) => name === "<u4 C");
    expect(() => decodeNpy(bytesOf(unsigned?.file ?? ""), { what: "ids.npy" })).toThrow(
      /^ids\.npy: element 1 .* is 4294967295, which int32 cannot hold/,
    );
  });

  it("holds a file to the asked shape", () => {
    const bytes = encodeNpy(tensorFromData(new Float32Array(6), [2, 3], "float"));
    expectTypeOf(decodeNpy(bytes, { shape: [null, 3] })).toEqualTypeOf<Tensor<readonly [number, 3], "float">>();
    expect(decodeNpy(bytes, { shape: [null, 3] }).shape).toEqual([2, 3]);
    expect(() => decodeNpy(bytes, { shape: [null, 4], what: "x.npy" })).toThrow(
      "x.npy has shape [2, 3]; expected [any, 4]",
    );
  });

  it("says how many bytes are missing or too many", () => {
    const bytes = encodeNpy(tensorFromData(new Float32Array(6), [2, 3], "float"));
    expect(() => decodeNpy(bytes.subarray(0, -5), { what: "x.npy" })).toThrow(
      "x.npy should hold 24 bytes of elements (shape [2, 3], 4 bytes each), but has 19: it is cut off",
    );
    expect(codeOf(() => decodeNpy(Buffer.concat([bytes, Uint8Array.of(0)])))).toBe("npy/too-long");
  });

  it("refuses a file that is cut off anywhere", () => {
    const bytes = bytesOf(golden.cases[0]?.file ?? "");
    for (let length = 0; length < bytes.length; length += 1) {
      expect(codeOf(() => decodeNpy(bytes.subarray(0, length)))).toMatch(/^npy\/(truncated|bad-header)$/);
    }
  });

  it.each([
    [
      "a size beyond memory",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4503599627370496, 2), }",
      "npy/truncated",
    ],
    ["a negative size", "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 2), }", "npy/bad-header"],
    ["a size that is no number", "{'descr': '<f4', 'fortran_order': False, 'shape': (2.5,), }", "npy/bad-header"],
    ["no shape", "{'descr': '<f4', 'fortran_order': False}", "npy/bad-header"],
    ["an order that is neither", "{'descr': '<f4', 'fortran_order': 2, 'shape': (2,), }", "npy/bad-header"],
    ["no dict", "('descr', '<f4')", "npy/bad-header"],
    ["an open bracket", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,", "npy/bad-header"],
    ["code", "__import__('os').system('true')", "npy/bad-header"],
    ["deep nesting", "(".repeat(10_000), "npy/bad-header"],
  ])("refuses a header with %s, before memory is taken", (_, dict, code) => {
    const text = new TextEncoder().encode(dict);
    const head = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8);
    expect(codeOf(() => decodeNpy(Buffer.concat([head, text, new Uint8Array(16)])))).toBe(code);
  });

  it("takes the tuple of one size and the long integers of Python 2", () => {
    const dict = new TextEncoder().encode(`{"shape": (2L,), "fortran_order": False, "descr": "<f4"}`);
    const head = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, dict.length, 0);
    expect(decodeNpy(Buffer.concat([head, dict, new Uint8Array(8)])).shape).toEqual([2]);
  });

  it("answers any bytes after the magic with an error of its own", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (tail) => {
        const bytes = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, ...tail);
        expect(codeOf(() => decodeNpy(bytes))).toMatch(/^npy\//);
      }),
    );
  });
});

describe("encodeNpy", () => {
  it("is the inverse of decodeNpy", () => {
    const anyShape = fc.array(fc.nat(4), { maxLength: 4 });
    fc.assert(
      fc.property(
        anyShape,
        fc.constantFrom("float", "f64", "int32"),
        fc.infiniteStream(fc.double()),
        (shape, dtype, values) => {
          const size = shape.reduce((product, length) => product * length, 1);
          const data = new ({ float: Float32Array, f64: Float64Array, int32: Int32Array } as const)[dtype](size);
          data.set([...values.take(size)]);
          const back = decodeNpy(encodeNpy(tensorFromData(data as Float32Array, shape, dtype as "float")), { dtype });
          expect(back.shape).toEqual(shape);
          expect(back.data()).toEqual(data);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("writes what NumPy writes, byte for byte", () => {
    const { file } = golden.cases.find(({ name }) => name === "version 1") ?? { file: "" };
    expect(encodeNpy(decodeNpy(bytesOf(file)))).toEqual(bytesOf(file));
  });
});

describe("what is no tensor", () => {
  it("is refused before a file is begun", async () => {
    const words = "a .npy file holds one tensor, got an array of 2; make one with tensor([1, 2])";
    expect(() => encodeNpy([1, 2] as never)).toThrow(words);
    await expect(writeNpy("never.npy", [1, 2] as never)).rejects.toMatchObject({
      code: "tensor/bad-pack",
      message: words,
    });
  });
});

describe("readNpy and writeNpy", () => {
  it("go through a file, and leave nothing else behind", async () => {
    const folder = await mkdtemp(join(tmpdir(), "trainlog-npy-"));
    try {
      const path = join(folder, "x.npy");
      await writeNpy(path, tensorFromData(Int32Array.of(1, 2, 3), [3], "int32"));
      expect((await readNpy(path)).toArray()).toEqual([1, 2, 3]);
      expect(await readdir(folder)).toEqual(["x.npy"]);
      await expect(readNpy(join(folder, "y.npy"))).rejects.toThrow(/y\.npy cannot be read: ENOENT/);
      await expect(
        writeNpy(join(folder, "no", "x.npy"), tensorFromData(Int32Array.of(1), [1], "int32")),
      ).rejects.toThrow(/cannot be written/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
