import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { buildKernels, type GeneratedFiles } from "../../../scripts/build-kernels.ts";
import { erfOf } from "../../primitives/erf.ts";
import { engine, view } from "../engine.ts";
import * as memoryMap from "../memory-map.ts";
import { KERNEL_PARAMETERS } from "./kernels.generated.ts";
import { bytesOfHex, compileKernels, hasRelaxedSimd, instantiateKernels, type KernelExports } from "./load-kernels.ts";
import { wasm } from "./wasm.generated.ts";
import { relaxedPlaces, withoutRelaxed } from "./without-relaxed.ts";

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
    expect(Object.keys(built)).toHaveLength(2);
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

describe("the variant without relaxed SIMD", () => {
  const relaxed = bytesOfHex(wasm);
  const plain = withoutRelaxed(relaxed);

  it("is for other engines: this one has fused multiply-add", () => {
    expect(hasRelaxedSimd()).toBe(true);
  });

  it("has no fused multiply-add any more, and is valid", () => {
    expect(relaxedPlaces(relaxed).length).toBeGreaterThan(100);
    expect(relaxedPlaces(plain)).toEqual([]);
    expect(WebAssembly.validate(plain)).toBe(true);
  });

  it("exports the same kernels", () => {
    for (const bytes of [relaxed, plain]) {
      const names = WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(Object.keys(KERNEL_PARAMETERS)));
    }
  });

  /** The result of a kernel over arguments a and b of `size` floats, in a memory of its own. */
  function compute(bytes: Uint8Array<ArrayBuffer>, run: (kernels: KernelExports, out: number, a: number) => void) {
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 65_536, shared: true });
    const kernels = instantiateKernels(new WebAssembly.Module(bytes), memory, host);
    new Int32Array(memory.buffer)[memoryMap.CONTROL.WORKSPACES / 4] = memoryMap.FIRST_WORKSPACE;
    const [a, out] = [memoryMap.HEAP_BASE, memoryMap.HEAP_BASE + 2 ** 18];
    const floats = new Float32Array(memory.buffer);
    for (let i = 0; i < 4096; i += 1) floats[a / 4 + i] = Math.sin(i * 12.9898) * 3;
    run(kernels, out, a);
    return floats.slice(out / 4, out / 4 + 4096);
  }

  it("multiplies and adds: products are those of rounded multiplications, in the same order", () => {
    const product = compute(plain, (kernels, out, a) => kernels.matmul_f32(out, a, a, 64, 64, 64, 0, 0, 1, 0, 0));
    const x = Float32Array.from({ length: 4096 }, (_, i) => Math.sin(i * 12.9898) * 3);
    for (const [row, column] of [
      [0, 0],
      [17, 42],
      [63, 63],
    ] as const) {
      let sum = 0;
      for (let k = 0; k < 64; k += 1)
        sum = Math.fround(sum + Math.fround((x[row * 64 + k] ?? 0) * (x[k * 64 + column] ?? 0)));
      expect(product[row * 64 + column]).toBe(sum);
    }
  });

  it("subtracts products where the fused form does: e^x is as close", () => {
    const of = (bytes: Uint8Array<ArrayBuffer>) =>
      compute(bytes, (kernels, out, a) => kernels.unary_f32(16, out, a, 4096));
    const [fused, rounded] = [of(relaxed), of(plain)];
    rounded.forEach((value, i) => {
      expect(Math.abs(value / (fused[i] ?? 0) - 1)).toBeLessThan(1e-6);
    });
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
  ["erf", 24, erfOf, 4],
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
