import { describe, expect, it } from "vitest";
import { TrainlogError } from "../../src/error.ts";
import { random } from "../../src/index.ts";
import { typecheck } from "../../src/nn/test-typecheck.ts";
import { broadcastShapes } from "../../src/shape/broadcast.ts";
import { parseEinsum } from "../../src/shape/einsum.ts";
import { concatShapes, stackShapes } from "../../src/shape/join.ts";
import { matmulShape } from "../../src/shape/matmul.ts";
import { flattenShape, permutation, reshapeTo, squeezeShape } from "../../src/shape/reshape.ts";
import type { Shape } from "../../src/shape/shape.ts";
import { fullRanges, type Range } from "../../src/shape/slice.ts";
import { convSize } from "../../src/shape/window.ts";

/** Cases per rule: the compiler needs about 10 ms for each. */
const CASES = 60;

const generator = random.generator(0);
const whole = (least: number, most: number): number => least + Math.floor(generator.uniform() * (most - least + 1));
const list = <T>(length: number, item: () => T): T[] => Array.from({ length }, item);
const anyShape = (most = 3): number[] => list(whole(0, most), () => whole(1, 3));

/** What a type must be, as code: a shape, or the three texts of an error. */
function outcome(rule: () => Shape): string {
  try {
    return JSON.stringify(rule());
  } catch (error) {
    if (!(error instanceof TrainlogError)) throw error;
    const texts = /^(.*?): expected (.*), got (.*)$/.exec(error.message)?.slice(1) ?? [error.message];
    return `t.ShapeError<${texts.map((text) => JSON.stringify(text)).join(", ")}>`;
  }
}

/** One type and what it must be. */
interface Case {
  readonly type: string;
  readonly is: string;
}

const tuple = JSON.stringify;

const RULES: Readonly<Record<string, () => Case>> = {
  arithmetic: () => {
    const a = whole(0, 10 ** whole(0, 7));
    const b = whole(0, 10 ** whole(0, 7));
    const values = [
      a + b,
      Math.max(a, b) - Math.min(a, b),
      a * b,
      Math.floor(a / Math.max(b, 1)),
      Math.ceil(a / Math.max(b, 1)),
    ];
    const type = `[t.Add<${a}, ${b}>, t.Subtract<${Math.max(a, b)}, ${Math.min(a, b)}>, t.Multiply<${a}, ${b}>, t.Divide<${a}, ${Math.max(b, 1)}>, t.DivideUp<${a}, ${Math.max(b, 1)}>]`;
    return { type, is: tuple(values) };
  },
  broadcast: () => {
    const [a, b] = [anyShape(), anyShape()];
    return {
      type: `t.BroadcastShapes<${tuple(a)}, ${tuple(b)}>`,
      is: outcome(() => broadcastShapes("broadcast", a, b)),
    };
  },
  matmul: () => {
    const [a, b] = [anyShape(4), anyShape(4)];
    return { type: `t.MatmulShape<${tuple(a)}, ${tuple(b)}>`, is: outcome(() => matmulShape(a, b)) };
  },
  reshape: () => {
    const [a, b] = [anyShape(), anyShape()];
    if (b.length > 0 && whole(0, 2) > 0) b[whole(0, b.length - 1)] = -1;
    return { type: `t.ReshapeTo<${tuple(a)}, ${tuple(b)}>`, is: outcome(() => reshapeTo(a, b)) };
  },
  permute: () => {
    const shape = anyShape();
    const order = whole(0, 2) > 0 ? shuffled(shape.length) : list(whole(0, 3), () => whole(-3, 2));
    const is = outcome(() => permutation("permute", shape, order).map((axis) => shape[axis] ?? 0));
    return { type: `t.PermuteShape<${tuple(shape)}, ${tuple(order)}>`, is };
  },
  squeeze: () => {
    const shape = list(whole(0, 3), () => whole(1, 2));
    const axis = whole(0, 3) === 0 ? undefined : whole(-3, 2);
    return {
      type: `import("../shape/reshape.ts").SqueezeShape<${tuple(shape)}, ${axis}>`,
      is: outcome(() => squeezeShape(shape, axis)),
    };
  },
  flatten: () => {
    const shape = anyShape();
    const start = whole(-3, 3);
    return { type: `t.FlattenShape<${tuple(shape)}, ${start}>`, is: outcome(() => flattenShape(shape, start)) };
  },
  concat: () => {
    const first = anyShape();
    const shapes = list(whole(1, 3), () => first.map((size) => (whole(0, 9) === 0 ? size + 1 : size)));
    const axis = whole(-3, 2);
    return { type: `t.ConcatShapes<${tuple(shapes)}, ${axis}>`, is: outcome(() => concatShapes(shapes, axis)) };
  },
  stack: () => {
    const first = anyShape();
    const shapes = list(whole(1, 3), () => first.map((size) => (whole(0, 15) === 0 ? size + 1 : size)));
    const axis = whole(-4, 3);
    return { type: `t.StackShapes<${tuple(shapes)}, ${axis}>`, is: outcome(() => stackShapes(shapes, axis)) };
  },
  slice: () => {
    const shape = list(whole(1, 3), () => whole(1, 12));
    const ranges = list(whole(0, 3), (): Range => {
      if (whole(0, 3) === 0) return null;
      const range = [whole(-3, 4), whole(-2, 12)] as const;
      return whole(0, 1) === 0 ? range : [...range, whole(1, 3)];
    });
    const sizes = (): Shape => fullRanges(shape, ranges).map(({ start, end, step }) => Math.ceil((end - start) / step));
    return { type: `import("../shape/slice.ts").SliceShape<${tuple(shape)}, ${tuple(ranges)}>`, is: outcome(sizes) };
  },
  window: () => {
    const [size, kernel, stride, padding, dilation] = [
      whole(1, 300),
      whole(1, 7),
      whole(1, 4),
      whole(0, 3),
      whole(1, 2),
    ];
    const sizes = (): Shape => [convSize("conv", size, { kernel, stride, padding: [padding, padding], dilation })];
    const is = outcome(sizes);
    return {
      type: `[t.ConvSize<${size}, ${kernel}, ${stride}, ${padding}, ${dilation}>]`,
      is: is.startsWith("[") ? is : "[never]",
    };
  },
  einsum: () => {
    const sizes: Record<string, number> = { i: 2, j: 3, k: 4 };
    const letters = (): string => list(whole(0, 3), () => "ijk"[whole(0, 2)] ?? "i").join("");
    const terms = list(whole(1, 3), letters);
    const shapes = terms.map((term) => [...term].map((letter) => (sizes[letter] ?? 1) + (whole(0, 19) === 0 ? 1 : 0)));
    const result = [...new Set(letters())].join("");
    const formula = `${terms.join(",")}->${result}`;
    const is = outcome(() => {
      const parsed = parseEinsum(formula, shapes);
      return [...parsed.result].map((letter) => parsed.sizes.get(letter) ?? 0);
    });
    return { type: `t.EinsumShape<"${formula}", ${tuple(shapes)}>`, is };
  },
};

function shuffled(length: number): number[] {
  const order = list(length, () => 0).map((_, axis) => axis);
  order.forEach((_, i) => {
    const other = whole(0, i);
    const [a = 0, b = 0] = [order[i], order[other]];
    order[i] = b;
    order[other] = a;
  });
  return order.map((axis) => (whole(0, 2) === 0 ? axis - length : axis));
}

const PRELUDE = 'import type * as t from "../index.ts"; type Same<A, B> = [A, B] extends [B, A] ? true : false;';

const snippets = Object.fromEntries(
  Object.entries(RULES).map(([name, rule]) => {
    const lines = list(CASES, rule).map(({ type, is }, i) => `export const c${i}: Same<${type}, ${is}> = true;`);
    return [name, `${PRELUDE}\n${lines.join("\n")}`];
  }),
);

describe("rules of shapes as types", () => {
  const checked = typecheck(snippets);

  it.each(Object.keys(RULES))("%s: the compiler finds what the run-time rule gives, sizes and words", (name) => {
    expect(checked.snippets[name]?.errors).toEqual([]);
    // The cases are of both kinds, where there are two.
    const code = snippets[name] ?? "";
    expect(/> = true/.test(code)).toBe(true);
    if (!["arithmetic", "window"].includes(name)) expect(code).toMatch(/ShapeError</);
  });
});

describe("the cost of shapes in types", () => {
  const program = (lines: number): string =>
    `import * as t from "../index.ts"; const x = t.zeros([16, 3, 32, 32]);
     ${list(lines, () => 0)
       .map(
         (_, i) =>
           `export const y${i} = t.matmul(t.flatten(t.add(t.mul(x, ${i}), t.mean(x, [2, 3], { keepDims: true })), 1), t.zeros([3072, ${i + 1}]));`,
       )
       .join("\n")}`;

  it("grows with the length of a program only", () => {
    const few = typecheck({ few: program(2) });
    const many = typecheck({ many: program(52) });
    expect([few.snippets.few.errors, many.snippets.many.errors]).toEqual([[], []]);
    // 50 lines of 6 operations; 19,000 instantiations when this was written.
    expect(many.instantiations - few.instantiations).toBeLessThan(30_000);
  });
});
