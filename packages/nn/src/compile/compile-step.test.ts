import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { valueAndGrad } from "../autograd/transforms.ts";
import { engine } from "../engine/engine.ts";
import * as p from "../primitives/index.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { compile } from "./compile.ts";
import { compileStep } from "./compile-step.ts";
import { explain } from "./explain.ts";
import { errorOf } from "./test-error-of.ts";

type Pack = Record<string, AnyTensor>;

const row = (...values: number[]): AnyTensor =>
  p.concat(
    values.map((value) => p.fill([1], value, "float")),
    0,
  );
const show = (pack: Pack): Record<string, unknown> =>
  Object.fromEntries(Object.entries(pack).map(([name, tensor]) => [name, tensor.toArray()]));

/** A step without output. */
const stepOf = (fn: (state: Pack, batch: Pack) => Pack, state: Pack) =>
  compileStep((s: Pack, b: Pack) => ({ state: fn(s, b), output: {} }), state);

describe("compileStep", () => {
  it("carries the state from step to step and gives the output of the last one", () => {
    const step = compileStep(
      ({ sum }: Pack, { x }: Pack) => ({
        state: { sum: p.add(sum!, x!) },
        output: { before: sum!, after: p.add(sum!, x!) },
      }),
      { sum: row(1, 2) },
    );
    step.run({ x: row(10, 20) });
    const output = step.run({ x: row(100, 200) });
    expect(show(output)).toEqual({ before: [11, 22], after: [111, 222] });
    expect(show(step.state())).toEqual({ sum: [111, 222] });
  });

  it.each<[string, (state: Pack, batch: Pack) => Pack, Record<string, number[]>]>([
    ["unchanged", ({ a, b }) => ({ a: a!, b: b! }), { a: [1, 2], b: [3, 4] }],
    ["swapped", ({ a, b }) => ({ a: b!, b: a! }), { a: [3, 4], b: [1, 2] }],
    ["copied", ({ a }) => ({ a: a!, b: a! }), { a: [1, 2], b: [1, 2] }],
    ["taken from the batch", ({ b }, { x }) => ({ a: x!, b: b! }), { a: [10, 20], b: [3, 4] }],
    ["one new value twice", ({ a }) => ({ a: p.neg(a!), b: p.neg(a!) }), { a: [-1, -2], b: [-1, -2] }],
    [
      "read after it was replaced",
      ({ a, b }) => ({ a: p.neg(a!), b: p.add(p.flip(a!, 0), b!) }),
      { a: [-1, -2], b: [5, 5] },
    ],
    [
      "each from the other",
      ({ a, b }) => ({ a: p.add(b!, row(1, 1)), b: p.add(a!, row(2, 2)) }),
      { a: [4, 5], b: [3, 4] },
    ],
    [
      "reversed",
      ({ a, b }) => ({ a: p.flip(a!, 0), b: p.reshape(p.transpose(p.reshape(b!, [1, 2])), [2]) }),
      { a: [2, 1], b: [3, 4] },
    ],
    [
      "broadcast over itself",
      ({ a, b }) => ({ a: p.mul(a!, p.sum(a!)), b: p.sub(b!, p.slice(b!, [1], [2])) }),
      { a: [3, 6], b: [-1, 0] },
    ],
    ["constant", () => ({ a: row(7, 8), b: p.fill([2], 9, "float") }), { a: [7, 8], b: [9, 9] }],
  ])("state that is %s", (_, fn, wanted) => {
    const step = stepOf(fn, { a: row(1, 2), b: row(3, 4) });
    step.run({ x: row(10, 20) });
    expect(show(step.state())).toEqual(wanted);
  });

  it("updates parameters and moments in place", () => {
    const step = compileStep(
      ({ w, m }: Pack, { x, y }: Pack) => {
        const { value, grad } = valueAndGrad((v: AnyTensor) => p.mean(p.square(p.sub(p.matmul(x!, v), y!))) as never)(
          w!,
        );
        const next = p.add(p.mul(m!, p.scalar(0.9, "float")), grad);
        return { state: { w: p.sub(w!, p.mul(next, p.scalar(0.05, "float"))), m: next }, output: { loss: value } };
      },
      { w: p.fill([3, 1], 0, "float"), m: p.fill([3, 1], 0, "float") },
    );
    const x = p.reshape(p.sin(p.square(p.iota([24], 0, "float"))), [8, 3]);
    const batch = { x, y: p.matmul(x, p.reshape(row(1, -2, 3), [3, 1])) };
    const first = step.run(batch).loss.item();
    for (let i = 0; i < 300; i += 1) step.run(batch);
    expect(step.run(batch).loss.item()).toBeLessThan(first * 1e-4);
    expect(Array.from(step.state()["w"]?.data() ?? [])).toEqual([1, -2, 3].map((wanted) => expect.closeTo(wanted, 2)));
    expect(explain(step)[0]).toMatchObject({ stateCopies: 0 });
  });

  it("serves batches of several shapes on one state", () => {
    const step = stepOf(({ sum }, { x }) => ({ sum: p.add(sum!, p.sum(x!)) }), { sum: p.scalar(0, "float") });
    for (let size = 1; size <= 4; size += 1) step.run({ x: p.fill([size], 1, "float") });
    step.run({ x: p.fill([2], 1, "float") });
    expect(step.state()["sum"]?.item()).toBe(12);
    expect(explain(step)).toHaveLength(4);
  });

  it("ends the outputs of plans that had to go", () => {
    const step = compileStep(
      ({ a }: Pack, { x }: Pack) => ({ state: { a: p.neg(a!) }, output: { y: p.add(x!, a!) } }),
      { a: p.scalar(1, "float") },
      { maxPlans: 1 },
    );
    const { y } = step.run({ x: row(1) });
    expect(y.toArray()).toEqual([2]);
    expect(step.run({ x: row(1, 2) }).y.toArray()).toEqual([0, 1]);
    expect(errorOf(() => y.data()).code).toBe("tensor/disposed");
  });

  it("copies states in and out", () => {
    const initial = { a: row(1, 2) };
    const step = stepOf(({ a }) => ({ a: p.neg(a!) }), initial);
    const saved = step.state();
    step.run({});
    expect(show(saved)).toEqual({ a: [1, 2] });
    expect(show(initial)).toEqual({ a: [1, 2] });
    step.setState({ a: row(5, 6) });
    step.run({});
    expect(show(step.state())).toEqual({ a: [-5, -6] });
  });

  it("refuses states of another structure, and names the entry", () => {
    const step = stepOf(({ w }) => ({ w: p.sum(w!, 0, true) }), { w: row(1, 2) });
    const changed = errorOf(() => step.run({}));
    expect(changed.code).toBe("compile/state-changed");
    expect(changed.message).toContain('"w" was float[2] and is float[1]');
    const freed = row(1, 2);
    freed.dispose();
    expect(errorOf(() => step.setState({ w: freed })).code).toBe("tensor/disposed");
    expect(errorOf(() => step.setState({ v: row(1, 2) })).message).toContain('"w" was float[2] and is missing');
  });

  it("is not a part of other functions", () => {
    const step = stepOf((state) => state, { a: row(1) });
    expect(errorOf(() => compile(() => step.run({}))()).code).toBe("compile/nested-step");
  });

  it("lends its outputs: disposing of them does nothing, and they end with the step", () => {
    const step = compileStep((s: Pack) => ({ state: s, output: { x: p.neg(s["a"]!) } }), { a: row(1, 2) });
    const used = engine().allocator.usedBytes();
    const { x } = step.run({});
    x.dispose();
    expect(engine().allocator.usedBytes()).toBeGreaterThanOrEqual(used);
    expect(step.run({}).x.toArray()).toEqual([-1, -2]);
    step.dispose();
    step.dispose();
    expect(errorOf(() => x.data()).code).toBe("tensor/disposed");
    expect(errorOf(() => step.run({})).code).toBe("tensor/disposed");
    expect(errorOf(() => step.state()).code).toBe("tensor/disposed");
  });

  it("allocates nothing in 100 000 steps, and gives memory back when it is forgotten", () => {
    const child = new URL("./steady-memory-child.ts", import.meta.url).pathname;
    const flags = ["--expose-gc", "--conditions=@trainlog/source"];
    const figures = JSON.parse(execFileSync(process.execPath, [...flags, child], { encoding: "utf8" }));
    expect(figures.steps).toBe(100_000);
    expect(figures.engineGrowthBytes).toBe(0);
    // What the garbage collector and the optimising compiler keep for themselves moves by this much.
    expect(figures.heapGrowthBytes).toBeLessThan(200_000);
    expect(figures.keptAfterBytes).toBeLessThan(20_000);
  });
});
