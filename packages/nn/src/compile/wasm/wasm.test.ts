import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exportedSignatures } from "../../../scripts/exported-signatures.ts";
import type { FunctionRef, FunctionType } from "./code.ts";
import { ModuleBuilder } from "./module.ts";
import { ValueType } from "./opcodes.ts";

const NONE: FunctionType = { params: [], results: [] };
const UNSHARED = { minimumPages: 1, maximumPages: undefined, shared: false };

/** Builds a module with one exported function and returns it as a JavaScript function. */
function build(type: FunctionType, define: (module: ModuleBuilder) => FunctionRef, imports: WebAssembly.Imports = {}) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new ModuleBuilder(UNSHARED);
  module.export("main", define(module));
  const bytes = module.finish();
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { engine: { memory }, ...imports });
  expect(exportedSignatures(bytes).get("main")).toEqual(type);
  return { main: exports["main"] as (...args: number[]) => number, memory };
}

describe("Code", () => {
  it("writes every int32 as it is", () => {
    const type: FunctionType = { params: [], results: [ValueType.i32] };
    const edges = fc.constantFrom(0, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, 2 ** 31 - 1, -(2 ** 31));
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), edges), (value) => {
        expect(build(type, (module) => module.define(type, (code) => code.i32(value))).main()).toBe(value);
      }),
    );
  });

  it("writes floating-point numbers to the bit", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const type: FunctionType = { params: [], results: [ValueType.f64] };
        expect(build(type, (module) => module.define(type, (code) => code.f64(value))).main()).toBe(value);
        const single: FunctionType = { params: [], results: [ValueType.f32] };
        const { main } = build(single, (module) => module.define(single, (code) => code.f32(value)));
        expect(main()).toBe(Math.fround(value));
      }),
    );
  });

  it.each([0, 1, 2, 1000])("repeats %d times, and loops nest", (times) => {
    const type: FunctionType = { params: [], results: [ValueType.i32] };
    const { main } = build(type, (module) =>
      module.define(type, (code) => {
        const count = code.local(ValueType.i32);
        code.repeat(times, () =>
          code.repeat(3, () => {
            code.get(count);
            code.i32(1);
            code.op("i32.add");
            code.set(count);
          }),
        );
        code.get(count);
      }),
    );
    expect(main()).toBe(times * 3);
  });

  it("calls functions by numbers of any length, imported and defined", () => {
    const type: FunctionType = { params: [ValueType.i32], results: [ValueType.i32] };
    const define = (module: ModuleBuilder): FunctionRef => {
      let last = module.importFunction("host", "increment", type);
      expect(module.importFunction("host", "increment", type)).toBe(last);
      for (let i = 0; i < 300; i += 1) {
        const target = last;
        last = module.define(type, (code) => {
          code.get(0);
          code.call(target);
        });
      }
      return last;
    };
    expect(build(type, define, { host: { increment: (x: number) => x + 1 } }).main(41)).toBe(42);
  });

  it("loads, stores and copies memory", () => {
    const { main, memory } = build(NONE, (module) =>
      module.define(NONE, (code) => {
        code.i32(0);
        code.i32(0);
        code.i32Load(64);
        code.i32(16);
        code.memoryCopy();
        code.i32(16);
        code.v128(Float32Array.of(1, 2, 3, 4));
        code.simdMemory("v128.store", 0);
        code.i32(0);
        code.v128(Int32Array.of(7, 8, 9, 10));
        code.simdMemoryLane("v128.store32_lane", 32, 0);
      }),
    );
    new Int32Array(memory.buffer).set([128], 16);
    new Int32Array(memory.buffer).set([5, 6, 7, 8], 32);
    main();
    expect(Array.from(new Int32Array(memory.buffer, 0, 4))).toEqual([5, 6, 7, 8]);
    expect(Array.from(new Float32Array(memory.buffer, 16, 4))).toEqual([1, 2, 3, 4]);
    expect(Array.from(new Int32Array(memory.buffer, 32, 2))).toEqual([7, 0]);
  });
});

describe("ModuleBuilder", () => {
  it("imports shared memory", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 10, shared: true });
    const module = new ModuleBuilder({ minimumPages: 1, maximumPages: 65_536, shared: true });
    module.export(
      "main",
      module.define(NONE, () => undefined),
    );
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { engine: { memory } });
    expect(instance.exports).toHaveProperty("main");
  });
});
