import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TrainlogError } from "../../error.ts";
import { tensorFromData } from "../../tensor/from-data.ts";
import { decodeNpz, encodeNpz } from "./npz.ts";

interface Golden {
  readonly archives: Readonly<Record<"stored" | "deflated", string>>;
}

const { archives }: Golden = JSON.parse(
  await readFile(new URL("../../../golden/data-npy.json", import.meta.url), "utf8"),
);
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

async function codeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (error instanceof TrainlogError) return error.code;
    throw error;
  }
  return "no error";
}

describe("decodeNpz", () => {
  it.each(["stored", "deflated"] as const)("reads what NumPy wrote, %s", async (how) => {
    const arrays = await decodeNpz(bytesOf(archives[how]));
    expect(Object.keys(arrays)).toEqual(["x", "labels/train"]);
    expect(arrays["x"]?.toArray()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(arrays["labels/train"]?.toArray()).toEqual([3, 1, 2]);
  });

  it("reads the asked arrays alone, and names those that are there", async () => {
    const bytes = bytesOf(archives.deflated);
    expect(Object.keys(await decodeNpz(bytes, { names: ["x"] }))).toEqual(["x"]);
    await expect(decodeNpz(bytes, { names: ["y"], what: "t.npz" })).rejects.toThrow(
      't.npz has no array "y"; it has "x", "labels/train"',
    );
  });

  it.each(["stored", "deflated"] as const)("refuses an archive that is cut off anywhere, %s", async (how) => {
    const bytes = bytesOf(archives[how]);
    for (let length = 0; length < bytes.length; length += 7) {
      expect(await codeOf(() => decodeNpz(bytes.subarray(0, length)))).toBe("zip/corrupt");
    }
  });

  it("finds every changed byte that could change a number", async () => {
    const bytes = bytesOf(archives.deflated);
    const whole = await decodeNpz(bytes);
    for (let at = 0; at < bytes.length; at += 3) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      try {
        const arrays = await decodeNpz(damaged);
        // Times, attributes and local copies of sizes carry nothing that is read; names may differ.
        expect(Object.values(arrays).map((array) => array.toArray())).toEqual(
          Object.values(whole).map((array) => array.toArray()),
        );
      } catch (error) {
        expect(error).toBeInstanceOf(TrainlogError);
      }
    }
  });

  it("stops at the promised size, however much would come out", async () => {
    const bomb = await encodeNpz({ zeros: tensorFromData(new Float32Array(1 << 18), [1 << 18], "float") });
    const view = new DataView(bomb.buffer);
    const directory = view.getUint32(bomb.length - 6, true);
    view.setUint32(directory + 24, 1000, true);
    await expect(decodeNpz(bomb, { what: "b.npz" })).rejects.toThrow(
      '"zeros.npy" in b.npz unpacks to more than the 1000 bytes that it promises',
    );
  });

  it("takes no memory for a claimed size", async () => {
    const lying = await encodeNpz({ x: tensorFromData(Float32Array.of(1), [1], "float") }, { compress: false });
    const view = new DataView(lying.buffer);
    const directory = view.getUint32(lying.length - 6, true);
    view.setUint32(directory + 20, 0xfffffff0, true);
    view.setUint32(directory + 24, 0xfffffff0, true);
    expect(await codeOf(() => decodeNpz(lying))).toBe("zip/corrupt");
  });

  it("answers encryption and other methods with what it reads", async () => {
    const bytes = bytesOf(archives.stored);
    const directory = new DataView(bytes.buffer).getUint32(bytes.length - 6, true);
    const encrypted = bytes.slice();
    encrypted[directory + 8] = 1;
    expect(await codeOf(() => decodeNpz(encrypted))).toBe("zip/unsupported");
    const bzip = bytes.slice();
    bzip[directory + 10] = 12;
    await expect(decodeNpz(bzip)).rejects.toThrow("is packed by method 12");
  });
});

describe("encodeNpz", () => {
  it("is the inverse of decodeNpz, and gives equal bytes for equal tensors", async () => {
    const anyArrays = fc.dictionary(fc.stringMatching(/^[a-zé_.0-9]{1,8}$/), fc.float32Array({ maxLength: 20 }), {
      maxKeys: 4,
    });
    await fc.assert(
      fc.asyncProperty(anyArrays, fc.boolean(), async (arrays, compress) => {
        const tensors = Object.fromEntries(
          Object.entries(arrays).map(([name, data]) => [name, tensorFromData(data, [data.length], "float")]),
        );
        const bytes = await encodeNpz(tensors, { compress });
        const back = await decodeNpz(bytes);
        expect(Object.entries(back).map(([name, array]) => [name, array.data()])).toEqual(Object.entries(arrays));
        expect(await encodeNpz(tensors, { compress })).toEqual(bytes);
      }),
      { numRuns: 40 },
    );
  });
});
