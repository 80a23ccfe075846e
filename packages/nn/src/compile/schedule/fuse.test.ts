import { describe, expect, it } from "vitest";
import { trace } from "../../ir/trace.ts";
import * as p from "../../primitives/index.ts";
import type { Abstract } from "../../primitives/primitive.ts";
import type { Shape } from "../../shape/shape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { schedule } from "./fuse.ts";
import type { Step } from "./schedule.ts";

/** The steps of a function of float tensors, as text: `loop exp+mul → sum, 1 stored`. */
function stepsOf(shapes: readonly Shape[], fn: (...args: AnyTensor[]) => AnyTensor | AnyTensor[]): string[] {
  const inputs = shapes.map((shape): Abstract => ({ shape, dtype: "float" }));
  return schedule(trace(inputs, (args) => [fn(...args)].flat())).steps.map(showStep);
}

function showStep(step: Step): string {
  if (step.kind === "call") return step.instruction.primitive.name;
  const names = (list: readonly { readonly primitive: { readonly name: string } }[]): string =>
    list.map(({ primitive }) => primitive.name).join("+");
  const reductions = step.reductions.length === 0 ? "" : ` → ${names(step.reductions)}`;
  return `loop ${names(step.elementwise)}${reductions}, ${step.stored.length} stored`;
}

const square: Shape = [8, 8];

describe("schedule", () => {
  it("makes one loop of a chain and stores only its end", () => {
    expect(stepsOf([square], (x) => p.tanh(p.add(p.exp(x!), x!)))).toEqual(["loop exp+add+tanh, 1 stored"]);
  });

  it("keeps constants and broadcasts in registers", () => {
    const steps = stepsOf([square, [8]], (x, row) =>
      p.mul(p.add(x!, p.broadcastTo(row!, square)), p.scalar(2, "float")),
    );
    expect(steps).toEqual(["loop broadcastTo+add+mul, 1 stored"]);
  });

  it("reduces at the end of a chain without storing it", () => {
    expect(stepsOf([square], (x) => p.sum(p.exp(x!)))).toEqual(["loop exp → sum, 0 stored"]);
  });

  it("computes cheap multiples of a value again, instead of keeping both", () => {
    const steps = stepsOf([square], (x) => {
      const powers = p.exp(x!);
      const half = p.mul(powers, p.scalar(0.5, "float"));
      const product = p.matmul(p.tanh(half), x!);
      return p.add(product, p.mul(half, powers));
    });
    expect(steps).toEqual(["loop exp+mul+tanh, 2 stored", "matmul", "loop mul+mul+add, 1 stored"]);
  });

  it("keeps what a kernel or the caller reads anyway", () => {
    const steps = stepsOf([square], (x) => {
      const half = p.mul(p.exp(x!), p.scalar(0.5, "float"));
      return [p.add(p.matmul(half, x!), half), half];
    });
    expect(steps).toEqual(["loop exp+mul, 1 stored", "matmul", "loop add, 1 stored"]);
  });

  it("reads a reduction in a second loop", () => {
    const steps = stepsOf([square], (x) => {
      const powers = p.exp(x!);
      return p.div(powers, p.sum(powers, 1, true));
    });
    expect(steps).toEqual(["loop exp → sum, 1 stored", "loop div, 1 stored"]);
  });

  it("collects before and after a kernel", () => {
    const steps = stepsOf([square, square, [8]], (x, w, bias) => p.relu(p.add(p.matmul(p.neg(x!), w!), bias!)));
    expect(steps).toEqual(["loop neg, 1 stored", "matmul", "loop add+relu, 1 stored"]);
  });

  it("joins chains that meet, in an order in which they can run", () => {
    const steps = stepsOf([square, square], (x, y) => {
      const a = p.exp(x!);
      const b = p.sin(y!);
      const c = p.neg(a);
      return p.add(p.mul(c, b), a);
    });
    expect(steps).toEqual(["loop exp+sin+neg+mul+add, 1 stored"]);
  });

  it("closes a loop whose result another space or a reshape needs", () => {
    const steps = stepsOf([square, [8]], (x, row) => [p.add(x!, p.exp(row!)), p.neg(p.reshape(p.cos(x!), [64]))]);
    expect(steps).toEqual(["loop exp, 1 stored", "loop cos, 1 stored", "loop add, 1 stored", "loop neg, 1 stored"]);
  });

  it("transposes within the loop that reads it, when the last axis stays", () => {
    const heads = stepsOf([[16, 4, 8]], (x) => p.exp(p.transpose(x!, [1, 0, 2])));
    expect(heads).toEqual(["loop transpose+exp, 1 stored"]);
    const large = stepsOf([[200, 300]], (x) => p.exp(p.transpose(x!)));
    expect(large).toEqual(["transpose", "loop exp, 1 stored"]);
  });

  it("writes constants to memory only for kernels and callers", () => {
    const steps = stepsOf([square], (x) => [p.matmul(x!, p.fill(square, 1, "float")), p.fill([2], 3, "float")]);
    expect(steps).toEqual(["loop fill, 1 stored", "matmul", "loop fill, 1 stored"]);
  });

  it("limits the size of a loop", () => {
    const steps = stepsOf([square], (x) => Array.from({ length: 250 }).reduce((y: AnyTensor) => p.sin(y), x!));
    expect(steps).toHaveLength(3);
  });
});
