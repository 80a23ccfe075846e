import { describe, expect, it, vi } from "vitest";
import { grad, scope, valueAndGrad } from "../autograd/transforms.ts";
import { engine } from "../engine/engine.ts";
import { trace } from "../ir/trace.ts";
import * as p from "../primitives/index.ts";
import type { TensorPack } from "../tensor/pack.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { compile } from "./compile.ts";
import { explain } from "./explain.ts";
import { errorOf } from "./test-error-of.ts";

type Scalar = Tensor<readonly []>;

const row = (size: number): AnyTensor => p.iota([size], 0, "float");
const scalar = (value: number): Scalar => p.scalar(value, "float") as Scalar;

describe("compile", () => {
  it("runs the function once per structure of the arguments", () => {
    const fn = vi.fn((pack: Record<string, AnyTensor>) => p.neg(Object.values(pack)[0]!));
    const compiled = compile(fn);
    const calls = [
      { a: row(2) },
      { a: row(2) },
      { a: row(3) },
      { b: row(2) },
      { a: p.iota([2], 0, "f64") },
      { a: row(3) },
    ];
    for (const pack of calls) expect(compiled(pack).toArray()).toEqual(fn(pack).toArray());
    // Once for each comparison, and four structures.
    expect(fn).toHaveBeenCalledTimes(calls.length + 4);
  });

  it("keeps a bounded number of plans and frees the others", () => {
    const compiled = compile((x: AnyTensor) => p.exp(x), { maxPlans: 2 });
    compiled(row(1)).dispose();
    const used = engine().allocator.usedBytes();
    scope(() => {
      for (let size = 2; size < 40; size += 1) compiled(row(size));
    });
    expect(explain(compiled)).toHaveLength(2);
    expect(engine().allocator.usedBytes() - used).toBeLessThan(2000);
    compiled.dispose();
    expect(explain(compiled)).toEqual([]);
    expect(compiled(row(2)).toArray()).toEqual(p.exp(row(2)).toArray());
  });

  it("gives new tensors, which later calls leave alone", () => {
    const compiled = compile((x: AnyTensor) => p.add(x, x));
    const first = compiled(row(3));
    compiled(p.fill([3], 9, "float"));
    expect(first.toArray()).toEqual([0, 2, 4]);
  });

  it("returns arguments and constants that the function returns", () => {
    const constant = row(2);
    const compiled = compile((x: AnyTensor) => ({ x, constant, view: p.reshape(x, [1, 3]) }));
    const result = compiled(row(3));
    expect(result.x.toArray()).toEqual([0, 1, 2]);
    expect(result.constant.toArray()).toEqual([0, 1]);
    expect(result.view.toArray()).toEqual([[0, 1, 2]]);
    result.x.dispose();
    expect(compiled(row(3)).x.toArray()).toEqual([0, 1, 2]);
  });

  it("keeps the structure of packs, arrays, empty records and scalars included", () => {
    const compiled = compile((pack: { list: AnyTensor[]; none: Record<string, AnyTensor> }) => ({
      deep: { list: pack.list.map((x) => p.neg(x)), none: pack.none },
      sum: p.sum(pack.list[1]!),
    }));
    const result = compiled({ list: [row(1), row(3)], none: {} });
    expect(result.deep.list.map((x) => x.shape)).toEqual([[1], [3]]);
    expect(result.deep.none).toEqual({});
    expect(result.sum.item()).toBe(3);
  });

  it("takes part in grad, inside and around", () => {
    const cube = compile((x: Scalar) => p.mul(x, p.mul(x, x)) as Scalar);
    expect(grad(cube)(scalar(2)).item()).toBe(12);
    expect(grad(grad(cube))(scalar(2)).item()).toBe(12);
    expect(compile(grad(grad((x: Scalar) => p.mul(x, p.mul(x, x)) as Scalar)))(scalar(2)).item()).toBe(12);
    const weight = scalar(5);
    // The weight is differentiated although the compiled function only closes over it.
    expect(grad((w: Scalar) => compile((x: Scalar) => p.mul(x, w) as Scalar)(scalar(3)))(weight).item()).toBe(3);
  });

  it("becomes a part of another compiled function, and of a trace", () => {
    const inner = vi.fn((x: AnyTensor) => p.exp(x));
    const compiledInner = compile(inner);
    const outer = compile((x: AnyTensor) => p.neg(compiledInner(x)));
    expect(outer(row(2)).toArray()).toEqual(p.neg(p.exp(row(2))).toArray());
    expect(explain(compiledInner)).toEqual([]);
    expect(explain(outer)[0]?.showGraph()).toContain("exp");
    expect(trace([{ shape: [2], dtype: "float" }], ([x]) => [compiledInner(x!)]).instructions).toHaveLength(1);
  });

  it("computes with its plan in the backward pass of an enclosing grad", () => {
    const calls = vi.fn((x: Scalar) => p.square(x) as Scalar);
    const compiled = compile(calls);
    const { value, grad: slope } = valueAndGrad((x: Scalar) => compiled(x))(scalar(3));
    expect([value.item(), slope.item()]).toEqual([9, 6]);
  });

  it("keeps working when the scope that first called it is over", () => {
    const compiled = compile((x: AnyTensor) => p.add(x, p.mul(row(4), row(4))));
    scope(() => {
      compiled(row(4));
    });
    const others = Array.from({ length: 50 }, () => p.fill([4], 77, "float"));
    expect(compiled(row(4)).toArray()).toEqual([0, 2, 6, 12]);
    expect(others).toHaveLength(50);
  });

  it("uses memory that is freed elsewhere for nothing", () => {
    const constant = row(3);
    const compiled = compile((x: AnyTensor) => p.add(x, constant));
    compiled(row(3));
    constant.dispose();
    expect(errorOf(() => compiled(row(3))).code).toBe("tensor/disposed");
    const argument = row(3);
    argument.dispose();
    expect(errorOf(() => compile((x: AnyTensor) => p.neg(x))(argument)).code).toBe("tensor/disposed");
  });

  it("leaves nothing behind when the function throws", () => {
    const compiled = compile((x: AnyTensor) => (x.shape[0] === 2 ? p.matmul(x, x) : p.neg(x)));
    expect(errorOf(() => compiled(row(2))).code).toBe("shape/mismatch");
    expect(compiled(row(3)).toArray()).toEqual([-0, -1, -2]);
  });

  it("says what is wrong with arguments, results and options", () => {
    const number = errorOf(() => compile((x: AnyTensor) => x)(3 as unknown as AnyTensor));
    expect(number.code).toBe("tensor/bad-pack");
    expect(number.message).toContain("arguments.0 is 3");
    const result = errorOf(() => compile(() => ({ loss: 1 as unknown as AnyTensor }))());
    expect(result.message).toContain("the compiled function's result.loss is 1");
    expect(errorOf(() => compile((x: AnyTensor) => x, { maxPlans: 0 })).message).toContain("maxPlans");
    const reading = errorOf(() => compile((x: AnyTensor) => p.scalar(x.data()[0] ?? 0, "float"))(row(1)));
    expect(reading.code).toBe("tensor/symbolic");
    expect(errorOf(() => compile(5 as never)).message).toContain("compile takes a function of tensors");
  });

  it("says of a tensor that was kept beyond the call that it has no elements, whatever is done with it", () => {
    let kept: AnyTensor | undefined;
    const compiled = compile((x: AnyTensor) => {
      kept = p.exp(x);
      return kept;
    });
    compiled(row(2));
    const uses = [() => kept!.data(), () => p.neg(kept!), () => compile((x: AnyTensor) => p.add(x, kept!))(row(2))];
    for (const use of uses) {
      const error = errorOf(use);
      expect(error.code).toBe("compile/leaked-value");
      expect(error.message).toMatch(/made inside .*return it from the function/i);
    }
    // While another function is traced, too.
    const reading = errorOf(() => compile((x: AnyTensor) => p.mul(x, p.scalar(kept!.data()[0] ?? 0, "float")))(row(2)));
    expect(reading.code).toBe("compile/leaked-value");
  });

  it("says what to do where code may not be generated", () => {
    const Module = vi.spyOn(WebAssembly, "Module").mockImplementation(function refuse() {
      throw new WebAssembly.CompileError("Wasm code generation disallowed by embedder");
    });
    try {
      const error = errorOf(() => compile((x: AnyTensor) => p.exp(x))(row(2)));
      expect(error.code).toBe("compile/no-webassembly");
      expect(error.message).toContain("'wasm-unsafe-eval'");
    } finally {
      Module.mockRestore();
    }
  });

  it("throws what a reference throws", () => {
    const compiled = compile((x: AnyTensor, at: AnyTensor) => p.take(x, at, 0));
    const at = (index: number): AnyTensor => p.fill([1], index, "int32");
    expect(compiled(row(3), at(2)).toArray()).toEqual([2]);
    const error = errorOf(() => compiled(row(3), at(7)));
    expect(error.code).toBe("shape/bad-index");
    expect(error.message).toMatch(/^take of float\[3\] and int32\[1\]: an index is 7/);
    expect(compiled(row(3), at(1)).toArray()).toEqual([1]);
  });
});

describe("explain", () => {
  it("counts instructions, loops and memory, and shows the graph", () => {
    const compiled = compile((x: AnyTensor): TensorPack => p.sum(p.exp(p.mul(x, p.scalar(1, "float")))));
    compiled(row(100));
    const [plan] = explain(compiled);
    expect(plan).toMatchObject({
      tracedInstructions: 4,
      instructions: 2,
      loops: 1,
      fusedInstructions: 2,
      kernelCalls: 0,
      references: [],
    });
    expect(plan?.memoryBytes).toBeLessThan(1000);
    expect(plan?.showGraph()).toContain("= exp(%0)");
  });
});
