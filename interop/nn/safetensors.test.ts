/** @file Safetensors files against the reference implementation. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSafetensors, saveSafetensors } from "@trainlog/nn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tensorFromData } from "../../packages/nn/src/tensor/from-data.ts";
import { interopPython, runPython } from "./python.ts";

interface PythonFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Readonly<
    Record<string, { readonly dtype: string; readonly shape: number[]; readonly data: number[] }>
  >;
}

let dir = "";
let python = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "trainlog-safetensors-"));
  python = interopPython();
}, 600_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("safetensors 0.8", () => {
  it("reads what we write: names, shapes, element types, numbers, metadata", async () => {
    const path = join(dir, "ours.safetensors");
    const pack = {
      "0.weight": tensorFromData([0.1, -2, 3e38, 1e-40], [2, 2], "float"),
      double: tensorFromData([0.1], [1], "f64"),
      labels: tensorFromData([1, -2, 3], [3], "int32"),
      half: tensorFromData([1.5, -0.1], [2], "float"),
      empty: tensorFromData([], [0, 3], "float"),
    };
    await saveSafetensors(path, pack, {
      metadata: { "made by": "trainlog ✓" },
      elementType: (name) => (name === "half" ? "F16" : undefined),
    });
    const { metadata, tensors } = runPython<PythonFile>(python, "safetensors_files.py", ["read", path]);
    expect(metadata).toEqual({ "made by": "trainlog ✓" });
    expect(tensors["0.weight"]).toEqual({ dtype: "float32", shape: [2, 2], data: Array.from(pack["0.weight"].data()) });
    expect(tensors["double"]).toEqual({ dtype: "float64", shape: [1], data: [0.1] });
    expect(tensors["labels"]).toEqual({ dtype: "int32", shape: [3], data: [1, -2, 3] });
    expect(tensors["half"]).toEqual({ dtype: "float16", shape: [2], data: [1.5, -0.0999755859375] });
    expect(tensors["empty"]).toEqual({ dtype: "float32", shape: [0, 3], data: [] });
  });

  it("refuses the same damaged files that we refuse", () => {
    const whole = readFileSync(join(import.meta.dirname, "../../packages/nn/golden/interop/element-types.safetensors"));
    const damaged = [whole, whole.subarray(0, 7), whole.subarray(0, 100), whole.subarray(0, whole.length - 1)];
    // One changed byte in the header at a time: digits of offsets, quotes, braces, names.
    for (let at = 0; at < 900; at += 13) damaged.push(Buffer.from(whole.with(at, (whole[at] ?? 0) ^ 1)));
    const paths = damaged.map((bytes, index) => {
      const path = join(dir, `damaged-${index}.safetensors`);
      writeFileSync(path, bytes);
      return path;
    });
    const theirs = runPython<(true | string)[]>(python, "safetensors_files.py", ["accepts", ...paths]);
    const ours = damaged.map((bytes) => {
      try {
        readSafetensors(bytes);
        return true;
      } catch {
        return false;
      }
    });
    expect(ours).toEqual(theirs.map((answer) => answer === true));
    expect(new Set(ours)).toEqual(new Set([true, false]));
  });
});
