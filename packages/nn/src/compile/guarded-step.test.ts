import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scope, valueAndGrad } from "../autograd/transforms.ts";
import * as p from "../primitives/index.ts";
import { sameShape } from "../shape/shape.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { expectClose } from "../tensor/test-close.ts";
import { compileGuardedStep, compileStep } from "./compile-step.ts";
import { explain } from "./explain.ts";
import { evaluateProgram, inputsOf, type RandomProgram, randomProgram } from "./test-random-program.ts";

type Pack = Record<string, AnyTensor>;

const number = (value: number): AnyTensor => p.scalar(value, "float");
const row = (...values: number[]): AnyTensor =>
  p.concat(
    values.map((value) => p.fill([1], value, "float")),
    0,
  );
const show = (pack: Pack): Record<string, unknown> =>
  Object.fromEntries(Object.entries(pack).map(([name, tensor]) => [name, tensor.toArray()]));

describe("compileGuardedStep", () => {
  it("keeps the state where the guard is 0, and gives the output", () => {
    const step = compileGuardedStep(
      ({ sum }: Pack, { x }: Pack) => ({
        state: { sum: p.add(sum!, x!) },
        output: { before: sum!, after: p.add(sum!, x!) },
        guard: p.less(p.sum(x!), number(100)),
      }),
      { sum: row(1, 2) },
    );
    expect(show(step.run({ x: row(10, 20) }))).toEqual({ before: [1, 2], after: [11, 22] });
    expect(show(step.run({ x: row(100, 200) }))).toEqual({ before: [11, 22], after: [111, 222] });
    expect(show(step.state())).toEqual({ sum: [11, 22] });
    step.run({ x: row(1, 1) });
    expect(show(step.state())).toEqual({ sum: [12, 23] });
  });

  it("takes whatever is not 0 for a yes, of any element type, and constants", () => {
    const guards: [AnyTensor, number][] = [
      [p.scalar(-3, "f64"), 2],
      [p.scalar(7, "int32"), 2],
      [number(-0), 1],
    ];
    for (const [guard, wanted] of guards) {
      const fromBatch = compileGuardedStep(
        (s: Pack, b: Pack) => ({ state: { a: p.add(s["a"]!, number(1)) }, output: {}, guard: b["guard"]! }),
        { a: number(1) },
      );
      fromBatch.run({ guard });
      expect(show(fromBatch.state())).toEqual({ a: wanted });
      const closedOver = compileGuardedStep(
        (s: Pack) => ({ state: { a: p.add(s["a"]!, number(1)) }, output: {}, guard }),
        { a: number(1) },
      );
      closedOver.run({});
      expect(show(closedOver.state())).toEqual({ a: wanted });
    }
  });

  it("copies no state that only the update writes", () => {
    const train = ({ w, seen }: Pack, { x }: Pack) => {
      const { value, grad } = valueAndGrad((v: AnyTensor) => p.mean(p.square(p.matmul(x!, v))) as never)(w!);
      return {
        state: { w: p.sub(w!, p.mul(grad, number(0.05))), seen: p.add(seen!, p.scalar(1, "int32")) },
        output: { loss: value },
        guard: p.lessEqual(value, number(1e30)),
      };
    };
    const initial = { w: p.fill([3, 2], 0.5, "float"), seen: p.scalar(0, "int32") };
    const guarded = compileGuardedStep(train, initial);
    const free = compileStep(train, initial);
    const x = p.reshape(p.sin(p.iota([12], 0, "float")), [4, 3]);
    for (let i = 0; i < 3; i += 1) {
      expect(guarded.run({ x }).loss.item()).toBe(free.run({ x }).loss.item());
    }
    expect(show(guarded.state())).toEqual(show(free.state()));
    expect(explain(guarded)[0]).toMatchObject({ stateCopies: 0 });
    expect(guarded.run({ x: p.fill([4, 3], Number.NaN, "float") }).loss.item()).toBeNaN();
    expect(show(guarded.state())).toEqual(show(free.state()));
  });

  it("changes nothing that a step computes, and nothing at all where the guard is 0", () => {
    fc.assert(
      fc.property(randomProgram, fc.nat(1000), fc.boolean(), (program, pick, swapped) =>
        scope(() => {
          const inputs = inputsOf(program);
          const fn = stepOf(program, pick, swapped);
          using free = compileStep(fn, { states: inputs });
          using guarded = compileGuardedStep(fn, { states: inputs });
          for (const go of [1, 0, 1]) {
            const batch = { go: p.scalar(go, "float") };
            const before = guarded.state().states;
            const outputs = guarded.run(batch).seen;
            if (go === 0) expectSameBits(guarded.state().states, before);
            else {
              expectSameBits(outputs, free.run(batch).seen);
              expectSameBits(guarded.state().states, free.state().states);
            }
          }
        }),
      ),
      { numRuns: 150 },
    );
  });
});

/** A step whose states become results of the same shape, where there are some; one result in two is seen. */
function stepOf(program: RandomProgram, pick: number, swapped: boolean) {
  return ({ states }: { states: readonly AnyTensor[] }, { go }: { go: AnyTensor }) => {
    const results = evaluateProgram(program, states);
    const next = states.map((old, i) => {
      const fitting = results.filter(({ shape, dtype }) => dtype === old.dtype && sameShape(shape, old.shape));
      return fitting[(pick + i) % Math.max(1, fitting.length)] ?? (swapped ? p.neg(old) : old);
    });
    return { state: { states: next }, output: { seen: results.filter((_, i) => (i + pick) % 2 === 0) }, guard: go };
  };
}

function expectSameBits(got: readonly AnyTensor[], wanted: readonly AnyTensor[]): void {
  expect(got).toHaveLength(wanted.length);
  wanted.forEach((tensor, i) => {
    expectClose(got[i], tensor, { within: 0, of: "largest", what: `tensor ${i}` });
  });
}
