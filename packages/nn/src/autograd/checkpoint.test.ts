import { describe, expect, it } from "vitest";
import { compile, explain } from "../compile/index.ts";
import { engine } from "../engine/engine.ts";
import { add, mul, oneHot, sin, square, sum, tanh } from "../ops/index.ts";
import { full, tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { tape } from "./tape.ts";
import { checkpoint, grad, stopGradient, vjp } from "./transforms.ts";

type Number64 = Tensor<[], "f64">;
const number = (value: number): Number64 => tensor(value, { dtype: "f64" });

/** The most memory in use while `fn` runs, beyond what was before, in bytes. */
function peakBytes(fn: () => unknown): number {
  const { allocator } = engine();
  const alloc = allocator.alloc.bind(allocator);
  const before = allocator.usedBytes();
  let peak = before;
  allocator.alloc = (sizeBytes) => {
    const ptr = alloc(sizeBytes);
    peak = Math.max(peak, allocator.usedBytes());
    return ptr;
  };
  try {
    fn();
  } finally {
    allocator.alloc = alloc;
  }
  return peak - before;
}

describe("checkpoint", () => {
  const SIZE = 4096;
  const block = (x: Tensor<[number]>): Tensor<[number]> => {
    let y = x;
    for (let i = 0; i < 8; i += 1) y = tanh(mul(y, 1.1));
    return y;
  };
  const network =
    (layer: (x: Tensor<[number]>) => Tensor<[number]>) =>
    (x: Tensor<[number]>): Tensor<[]> => {
      let y = x;
      for (let i = 0; i < 8; i += 1) y = layer(y);
      return sum(y);
    };

  it("keeps the results of blocks instead of everything inside", () => {
    const x: Tensor<[number]> = full([SIZE], 0.5);
    const plain = peakBytes(() => grad(network(block))(x));
    const saved = peakBytes(() => grad(network(checkpoint(block)))(x));
    // 128 values against 8 results and, in turn, the inside of one block with its cotangents.
    expect(plain / (SIZE * 4)).toBeGreaterThan(128);
    expect(saved / (SIZE * 4)).toBeLessThan(70);
    expect(grad(network(checkpoint(block)))(x).toArray()).toEqual(grad(network(block))(x).toArray());
  });

  it("saves memory in compiled functions too: no pass merges the second run with the first", () => {
    const x: Tensor<[number]> = full([SIZE], 0.5);
    const memoryOf = (fn: (x: Tensor<[number]>) => Tensor<[number]>): number => {
      using compiled = compile(fn);
      compiled(x);
      const [plan] = explain(compiled);
      return plan?.memoryBytes ?? Number.NaN;
    };
    // A sum of sines inside of each block has to be kept for the gradient, unless it is computed again.
    const wide = (y: Tensor<[number]>): Tensor<[number]> => tanh(sum2(y));
    const sum2 = (y: Tensor<[number]>): Tensor<[number]> => mul(sin(mul(sum(y), y)), sin(mul(sum(square(y)), y)));
    const plain = memoryOf(grad(network(wide)));
    const saved = memoryOf(grad(network(checkpoint(wide))));
    expect(saved).toBeLessThan(plain);
  });

  it("differentiates by tracked tensors from outside, in every order", () => {
    const fn = (wrap: typeof checkpoint) => (w: Number64) => {
      const scaled = square(w);
      const inner = wrap((x: Number64) => mul(sin(mul(scaled, x)), w));
      return inner(add(w, 1));
    };
    const plain = fn((f) => f);
    const saved = fn(checkpoint);
    expect(grad(saved)(number(0.7)).item()).toBe(grad(plain)(number(0.7)).item());
    expect(grad(grad(saved))(number(0.7)).item()).toBeCloseTo(grad(grad(plain))(number(0.7)).item(), 12);
    const { pullback } = vjp(saved, number(0.7));
    expect(pullback(number(1)).item()).toBe(grad(plain)(number(0.7)).item());
  });

  it("takes packs, integers, and gives several results", () => {
    const fn = checkpoint(({ w }: { w: Tensor<[3]> }, index: Tensor<[], "int32">) => ({
      picked: mul(w, oneHot(index, 3)),
      unused: sin(w),
      index,
    }));
    const loss = (p: { w: Tensor<[3]> }): Tensor<[]> => {
      const { picked, index } = fn(p, tensor(1, { dtype: "int32" }));
      expect(index.item()).toBe(1);
      return sum(square(picked));
    };
    expect(grad(loss)({ w: tensor([1, 2, 3]) }).w.toArray()).toEqual([0, 4, 0]);
  });

  it("can stand inside of another one, and contain gradients", () => {
    const inner = checkpoint((x: Number64) => sin(x));
    const outer = checkpoint((x: Number64) => mul(inner(square(x)), grad((y: Number64) => inner(mul(x, y)))(x)));
    const plain = (x: Number64): Number64 => mul(sin(square(x)), grad((y: Number64) => sin(mul(x, y)))(x));
    expect(grad(outer)(number(0.6)).item()).toBeCloseTo(grad(plain)(number(0.6)).item(), 13);
    expect(grad(grad(outer))(number(0.6)).item()).toBeCloseTo(grad(grad(plain))(number(0.6)).item(), 12);
  });

  it("runs the function once when nothing is differentiated, twice otherwise", () => {
    let runs = 0;
    const fn = checkpoint((x: Number64) => {
      runs += 1;
      return square(x);
    });
    fn(number(1));
    expect(runs).toBe(1);
    grad(fn)(number(1));
    expect(runs).toBe(3);
    grad((x: Number64) => mul(x, fn(stopGradient(x))))(number(1));
    expect(runs).toBe(4);
    expect(tape.nodes).toHaveLength(0);
  });

  it("refuses a function that returns something else the second time", () => {
    let results = 0;
    const impure = checkpoint((x: Number64) => {
      results += 1;
      return Array.from({ length: results }, () => square(x));
    });
    expect(() => grad((x: Number64) => impure(x)[0] ?? x)(number(1))).toThrow("it has to be pure");
    expect(tape).toEqual({ nodes: [], level: 0, recording: true });
  });
});
