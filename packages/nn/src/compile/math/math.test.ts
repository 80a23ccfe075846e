import { describe, expect, it } from "vitest";
import type { FunctionRef } from "../wasm/code.ts";
import { ModuleBuilder } from "../wasm/module.ts";
import { erfFunction } from "./erf.ts";
import { expFunction, expm1Function, sigmoidFunction, tanhFunction } from "./exponential.ts";
import { log1pFunction, logFunction } from "./logarithm.ts";
import { cosFunction, sinFunction } from "./trigonometry.ts";

/** Runs a generated function over `values`, four at a time. */
function run(define: (module: ModuleBuilder) => FunctionRef, values: readonly number[]): Float32Array {
  const padded = Math.ceil(values.length / 4) * 4;
  const pages = Math.ceil((padded * 4) / 65_536) + 1;
  const memory = new WebAssembly.Memory({ initial: pages });
  const module = new ModuleBuilder({ minimumPages: pages, maximumPages: undefined, shared: false });
  const call = module.define({ params: [], results: [] }, (code) => {
    const at = code.local(0x7f);
    code.repeat(padded / 4, () => {
      code.get(at);
      code.get(at);
      code.simdMemory("v128.load", 0);
      code.call(define(module));
      code.simdMemory("v128.store", 0);
      code.get(at);
      code.i32(16);
      code.op("i32.add");
      code.set(at);
    });
  });
  module.export("run", call);
  const elements = new Float32Array(memory.buffer, 0, padded);
  elements.set(values);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { engine: { memory } });
  (instance.exports["run"] as () => void)();
  return elements.slice(0, values.length);
}

/** Distance to the exact result in units of its last place. */
function ulps(got: number, exact: number): number {
  if (Object.is(got, Math.fround(exact)) || (Number.isNaN(got) && Number.isNaN(exact))) return 0;
  const size = Math.abs(Math.fround(exact));
  const step = 2 ** (Math.max(Math.floor(Math.log2(size)), -126) - 23);
  return Math.abs(got - exact) / step;
}

/** Numbers of every size in [−limit, limit], and many near 0 and near the limit. */
function sweep(limit: number): number[] {
  const values: number[] = [0, -0];
  for (let i = 0; i <= 20_000; i += 1) values.push(((i - 10_000) / 10_000) * limit);
  for (let exponent = -140; exponent < Math.log2(limit); exponent += 0.37) values.push(2 ** exponent, -(2 ** exponent));
  return values.map(Math.fround);
}

const SPECIAL = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];

/** erf by its Maclaurin series and, further out, the continued fraction of erfc. */
function erf(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    let sum = 0;
    let term = x;
    for (let n = 0; n < 80; n += 1) {
      sum += term / (2 * n + 1);
      term *= (-x * x) / (n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let k = 80; k > 0; k -= 1) fraction = k / 2 / (size + fraction);
  return Math.sign(x) * (1 - Math.exp(-x * x) / (size + fraction) / Math.sqrt(Math.PI));
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe.each([
  { name: "exp", define: expFunction, exact: Math.exp, values: sweep(110), limit: 2 },
  { name: "expm1", define: expm1Function, exact: Math.expm1, values: sweep(100), limit: 4 },
  { name: "tanh", define: tanhFunction, exact: Math.tanh, values: sweep(12), limit: 3 },
  { name: "sigmoid", define: sigmoidFunction, exact: sigmoid, values: sweep(85), limit: 4 },
  { name: "log", define: logFunction, exact: Math.log, values: sweep(1e30), limit: 2 },
  { name: "log1p", define: log1pFunction, exact: Math.log1p, values: sweep(3), limit: 4 },
  { name: "erf", define: erfFunction, exact: erf, values: sweep(5), limit: 3 },
])("$name", ({ define, exact, values, limit }) => {
  it(`is within ${limit} ulp`, () => {
    const got = run(define, values);
    const worst = values.reduce((most, x, i) => Math.max(most, ulps(got[i] ?? Number.NaN, exact(x))), 0);
    expect(worst).toBeLessThanOrEqual(limit);
  });

  it("treats zero, infinities and NaN as Math does", () => {
    expect(Array.from(run(define, SPECIAL))).toEqual(SPECIAL.map(exact));
  });
});

describe.each([
  { name: "sin", define: sinFunction, exact: Math.sin },
  { name: "cos", define: cosFunction, exact: Math.cos },
])("$name", ({ define, exact }) => {
  it.each([10, 1e4, 1e8])("is within 2 ulp or 2^-24 up to %d", (limit) => {
    const values = sweep(limit);
    const got = run(define, values);
    values.forEach((x, i) => {
      const error = Math.abs((got[i] ?? Number.NaN) - exact(x));
      expect(Math.min(ulps(got[i] ?? Number.NaN, exact(x)) / 2, error / 2 ** -24)).toBeLessThanOrEqual(1);
    });
  });

  it("treats zero, infinities and NaN as Math does, and stays bounded for huge angles", () => {
    expect(Array.from(run(define, SPECIAL))).toEqual(SPECIAL.map(exact));
    for (const y of run(define, [1e20, -1e30, 3e38])) expect(Math.abs(y)).toBeLessThanOrEqual(1);
  });
});
