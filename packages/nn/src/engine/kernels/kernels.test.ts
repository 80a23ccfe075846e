import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { buildKernels, type GeneratedFiles } from "../../../scripts/build-kernels.ts";
import { engine, view } from "../engine.ts";
import * as memoryMap from "../memory-map.ts";
import { KERNEL_NAMES } from "./kernels.generated.ts";
import { compileKernels, hasRelaxedSimd, instantiateKernels } from "./load-kernels.ts";
import { wasm as plain } from "./plain.generated.ts";
import { wasm as relaxed } from "./relaxed.generated.ts";

const host = { startThreads: () => {} };

describe("the generated files", () => {
  let built: GeneratedFiles = {};
  beforeAll(async () => {
    built = await buildKernels();
  }, 120_000);

  it("are what the sources give", () => {
    for (const [name, contents] of Object.entries(built)) {
      const committed = readFileSync(new URL(name, import.meta.url), "utf8");
      expect(committed === contents, `${name} is out of date: run packages/nn/scripts/build-kernels.ts`).toBe(true);
    }
    expect(Object.keys(built)).toHaveLength(3);
  });
});

describe("the memory map", () => {
  it("has the kernels' numbers", () => {
    const source = readFileSync(new URL("../../../kernels/memory-map.ts", import.meta.url), "utf8");
    const numbers = new Map(
      [...source.matchAll(/export const (\w+): \w+ = ([\d* ]+);/g)].map(([, name = "", value = ""]) => [
        name,
        value.split("*").reduce((product, factor) => product * Number(factor), 1),
      ]),
    );
    for (const [name, place] of Object.entries(memoryMap.CONTROL)) expect(numbers.get(name), name).toBe(place);
    const workspace = ["PACKED_A_BYTES", "PACKED_B_BYTES", "TILE_BYTES"].map((name) => numbers.get(name) ?? 0);
    expect(workspace.reduce((sum, bytes) => sum + bytes, 0)).toBe(memoryMap.WORKSPACE_BYTES);
    expect(memoryMap.CONTROL.WORKSPACES + 4 * memoryMap.MAX_THREADS).toBeLessThanOrEqual(memoryMap.FIRST_WORKSPACE);
  });
});

describe("both variants", () => {
  it("are told apart: this engine has fused multiply-add", () => {
    expect(hasRelaxedSimd()).toBe(true);
    expect(relaxed).not.toBe(plain);
  });

  it("export the same kernels", () => {
    for (const text of [plain, relaxed]) {
      const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
      const names = WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining([...KERNEL_NAMES]));
    }
  });
});

describe("compileKernels", () => {
  it("gives a module that runs on a memory that is not shared", () => {
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 65_536 });
    const kernels = instantiateKernels(compileKernels(false), memory, host);
    new Int32Array(memory.buffer)[memoryMap.CONTROL.WORKSPACES / 4] = memoryMap.FIRST_WORKSPACE;
    const [a, c] = [memoryMap.HEAP_BASE, memoryMap.HEAP_BASE + 65_536];
    const floats = new Float32Array(memory.buffer);
    floats.fill(2, a / 4, a / 4 + 64 * 64);
    kernels.matmul_f32(c, a, a, 64, 64, 64, 0, 0, 1, 0, 0);
    expect(floats[c / 4]).toBe(256);
    expect(floats[c / 4 + 64 * 64 - 1]).toBe(256);
  });
});

/** Distance to the exact result in units of the last place of a float. */
function ulps(got: number, exact: number): number {
  if (Object.is(got, Math.fround(exact)) || (Number.isNaN(got) && Number.isNaN(exact))) return 0;
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(exact))));
  return Math.abs(got - exact) / 2 ** (exponent - 23);
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Operation number, exact function, largest error in ulp. */
const FUNCTIONS: readonly (readonly [name: string, code: number, exact: (x: number) => number, bound: number])[] = [
  ["exp", 16, Math.exp, 1.5],
  ["log", 17, Math.log, 1.5],
  ["log1p", 18, Math.log1p, 3],
  ["expm1", 19, Math.expm1, 4],
  ["tanh", 20, Math.tanh, 2],
  ["sin", 22, Math.sin, 2],
  ["cos", 23, Math.cos, 2],
];

describe("functions of the vector library", () => {
  const kernels = engine().kernels;
  const size = 4096;

  /** Applies an operation of `unary_f32`. */
  function apply(code: number, inputs: ArrayLike<number>): Float32Array {
    const ptr = engine().allocator.alloc(inputs.length * 4);
    view("float").set(inputs, ptr / 4);
    kernels.unary_f32(code, ptr, ptr, inputs.length);
    const result = view("float").slice(ptr / 4, ptr / 4 + inputs.length);
    engine().allocator.free(ptr, inputs.length * 4);
    return result;
  }

  /** Floats of all magnitudes, both signs, and the usual range densely. */
  function samples(): Float32Array {
    const bits = new Int32Array(size).map((_, i) => Math.imul(i, 0x9e3779b1));
    const everywhere = new Float32Array(bits.buffer);
    const usual = Float32Array.from({ length: size }, (_, i) => ((i / size) * 2 - 1) * 20);
    const near0 = Float32Array.from({ length: size }, (_, i) => ((i / size) * 2 - 1) * 0.01);
    return Float32Array.from([...everywhere, ...usual, ...near0, 0, -0, 1, -1, Infinity, -Infinity, Number.NaN, 1e-40]);
  }

  it.each(FUNCTIONS)("%s is right to a few units in the last place, everywhere", (_, code, exact, bound) => {
    const inputs = samples();
    const results = apply(code, inputs);
    let worst = 0;
    let place = 0;
    inputs.forEach((x, i) => {
      const distance = ulps(results[i] ?? 0, exact(x));
      if (!(distance <= worst)) [worst, place] = [distance, x];
    });
    expect(worst, `at ${place}`).toBeLessThanOrEqual(bound);
  });

  it("sigmoid is right to a few units in the last place until it underflows", () => {
    const inputs = samples().filter((x) => !(x < -87));
    const results = apply(21, inputs);
    for (const [i, x] of inputs.entries()) {
      expect(ulps(results[i] ?? 0, sigmoid(x)), `at ${x}`).toBeLessThanOrEqual(3);
    }
    expect([...apply(21, [-Infinity, -100, Number.NaN])]).toEqual([0, 0, Number.NaN]);
  });
});
