import { describe, expect, it } from "vitest";
import { TrainlogError } from "../error.ts";
import { Shape } from "../shape/shape.ts";
import * as nn from "./index.ts";
import { typecheck } from "./test-typecheck.ts";

/** The same mistake for the compiler and at run time: what `sequential` is called with. */
const MISTAKES = {
  linear: "nn.linear(2, 8), nn.relu(), nn.linear(7, 1)",
  linearOnSequence: "Shape.mat(5, 2), nn.linear(3, 1)",
  flatten:
    "Shape.image(1, 28, 28), nn.conv2d(1, 8, { kernelSize: 3 }), nn.maxPool2d(2), nn.flatten(), nn.linear(1353, 10)",
  channels: "Shape.image(3, 32, 32), nn.conv2d(1, 8, { kernelSize: 3 })",
  tooSmall: "Shape.image(1, 2, 2), nn.conv2d(1, 8, { kernelSize: [3, 2] })",
  poolTooSmall: "Shape.image(4, 3, 8), nn.maxPool2d([4, 2])",
  conv1d: "Shape.mat(3, 2), nn.conv1d(3, 4, { kernelSize: 5, padding: 1 })",
  nested: "nn.linear(2, 8), nn.sequential(nn.relu(), nn.linear(7, 1))",
  nestedTwice: "nn.linear(2, 8), nn.relu(), nn.sequential(nn.identity(), nn.sequential(nn.linear(9, 1)))",
  named: 'nn.linear(2, 8), nn.named("head", nn.sequential(nn.relu(), nn.named("out", nn.linear(7, 1))))',
  residual: "nn.linear(2, 8), nn.residual(nn.linear(8, 4))",
  residualInner: "nn.linear(2, 8), nn.residual(nn.linear(9, 9))",
  batchNorm: "Shape.image(3, 4, 4), nn.batchNorm(4)",
  layerNorm: "Shape.mat(3, 4), nn.layerNorm([4, 4])",
  rmsNorm: "Shape.mat(3, 4), nn.rmsNorm(3)",
  gru: "Shape.mat(12, 3), nn.gru(4, 8)",
  lstmFlat: "nn.linear(2, 4), nn.lstm(4, 8)",
  attention: "Shape.mat(12, 6), nn.multiHeadAttention(8, { heads: 2 })",
  transformer: "Shape.vec(8), nn.transformerBlock(8, { heads: 2 })",
  positions: "Shape.mat(12, 6), nn.learnedPositions(12, 4)",
  unflatten: "nn.linear(2, 8), nn.unflatten(Shape.mat(2, 3))",
  adaptive: "Shape.vec(8), nn.adaptiveAvgPool2d(1)",
} as const;

/** What fits, and the model that comes out. */
const FITTING = {
  mlp: { code: "nn.linear(2, 8), nn.relu(), nn.linear(8, 1)", is: "[2], [1]" },
  sequence: { code: "Shape.mat(5, 2), nn.linear(2, 8)", is: "[5, 2], [5, 8]" },
  cnn: {
    code: 'Shape.image(3, 32, 32), nn.conv2d(3, 16, { kernelSize: 3, padding: "same" }), nn.batchNorm(16), nn.relu(), nn.maxPool2d(2), nn.conv2d(16, 32, { kernelSize: 3, stride: 2, padding: 1 }), nn.flatten(), nn.linear(2048, 10)',
    is: "[3, 32, 32], [10]",
  },
  resnetStem: {
    code: "Shape.image(3, 224, 224), nn.conv2d(3, 64, { kernelSize: 7, stride: 2, padding: 3 }), nn.maxPool2d(3, { stride: 2, padding: 1 })",
    is: "[3, 224, 224], [64, 56, 56]",
  },
  anySize: {
    code: "nn.conv2d(1, 8, { kernelSize: 3 }), nn.adaptiveAvgPool2d(1), nn.flatten(), nn.linear(8, 2)",
    is: "[1, number, number], [2]",
  },
  tokens: {
    code: 'nn.input(Shape.vec(12), "int32"), nn.embedding(96, 16), nn.sinusoidalPositions(16), nn.transformerBlock(16, { heads: 2 }), nn.linear(16, 96)',
    is: '[12], [12, 96], "int32"',
  },
  anyLength: {
    code: 'nn.embedding(96, 16), nn.gru(16, 8), nn.lstm(8, 4, { returns: "last" }), nn.linear(4, 2)',
    is: '[number], [2], "int32"',
  },
  blocks: {
    code: "nn.linear(2, 8), nn.residual(nn.sequential(nn.layerNorm(8), nn.linear(8, 8))), nn.sequential(nn.tanh(), nn.linear(8, 1))",
    is: "[2], [1]",
  },
  images: { code: "nn.linear(2, 12), nn.unflatten(Shape.image(3, 2, 2)), nn.flatten()", is: "[2], [12]" },
  sound: {
    code: "Shape.mat(3, 100), nn.conv1d(3, 8, { kernelSize: 5, stride: 2 }), nn.avgPool1d(4)",
    is: "[3, 100], [8, 12]",
  },
} as const;

const checked = typecheck({
  ...mapValues(MISTAKES, (code) => `nn.sequential(${code});`),
  ...mapValues(FITTING, ({ code, is }) => `export const model: nn.M<nn.Sequential<${is}>> = nn.sequential(${code});`),
  plainArray: "nn.sequential([3, 32, 32], nn.relu());",
  spread: `
    declare const layers: nn.M[];
    export const model: nn.M<nn.Sequential<[3], readonly number[]>> = nn.sequential(Shape.vec(3), ...layers);
    export const last: nn.M<nn.Sequential<[3], readonly number[]>> = nn.sequential(Shape.vec(3), ...layers, nn.relu());`,
  spreadClaim:
    "declare const layers: nn.M[]; export const model: nn.M<nn.Sequential<[3], [3]>> = nn.sequential(Shape.vec(3), ...layers);",
  annotation: "export const model: nn.M<nn.Sequential<[2], [3]>> = nn.sequential(nn.linear(2, 8), nn.linear(8, 1));",
  losses: `
    declare const params: nn.Params; declare const state: nn.State; declare const x: Tensor<[16, 2]>; declare const labels: Tensor<[number], "int32">;
    const { output } = nn.model(nn.sequential(nn.linear(2, 8), nn.linear(8, 3))).apply(params, state, x);
    export const logits: Tensor<[number, 3], "float" | "f64"> = output;
    export const mean: Tensor<[], "float" | "f64"> = nn.crossEntropy(output, labels, { labelSmoothing: 0.1 });
    export const each: Tensor<[number], "float" | "f64"> = nn.crossEntropy(output, labels, { reduction: "none" });
    export const soft: Tensor<[], "float" | "f64"> = nn.crossEntropy(output, output);
    export const errors: Tensor<[number, 3], "float" | "f64"> = nn.mse(output, output, { reduction: "none" });
    export const divergence: Tensor<[]> = nn.klDivergence(x, x, { reduction: "batchMean" });`,
  wrongTarget: "declare const a: Tensor<[4, 3]>; declare const b: Tensor<[4, 2]>; nn.mse(a, b);",
  wrongLabels: 'declare const a: Tensor<[4, 3]>; declare const b: Tensor<[3], "int32">; nn.crossEntropy(a, b);',
  annotated: "export const model: nn.M<nn.Sequential<[2], [1]>> = nn.sequential(nn.linear(2, 8), nn.linear(7, 1));",
  module: `nn.module({ input: Shape.vec(4), layers: { a: nn.linear(4, 8), b: nn.linear(7, 2) }, forward: ({ layers }, x) => layers.b(layers.a(x)) });`,
});

function mapValues<K extends string, V, R>(record: Readonly<Record<K, V>>, fn: (value: V) => R): Record<K, R> {
  return Object.fromEntries(Object.entries<V>(record).map(([key, value]) => [key, fn(value)])) as Record<K, R>;
}

/** The three texts of the `ShapeError` in a message. */
function shapeErrorOf(message: string): { error: string; expected: string; got: string } | undefined {
  const found = /ShapeError<"([^"]*)", "([^"]*)", "([^"]*)">/.exec(message);
  return found === null ? undefined : { error: found[1]!, expected: found[2]!, got: found[3]! };
}

function runtimeMessage(code: string): string {
  try {
    // The tests' own text: the same code that the compiler gets.
    new Function("nn", "Shape", `nn.sequential(${code})`)(nn, Shape);
  } catch (error) {
    if (error instanceof TrainlogError && error.code === "shape/mismatch") return error.message;
    throw error;
  }
  return "no error";
}

describe("a chain that does not fit", () => {
  it.each(Object.entries(MISTAKES))(
    "%s: one compile error, whose last line has what the run-time error says",
    (name, code) => {
      const { errors } = checked.snippets[name as keyof typeof MISTAKES];
      expect(errors).toHaveLength(1);
      const last = errors[0]?.split("\n").at(-1) ?? "";
      const { error, expected, got } = shapeErrorOf(last) ?? { error: "", expected: "", got: "" };
      expect(runtimeMessage(code)).toBe(`${error}: expected ${expected}, got ${got}`);
    },
  );

  it("names the layer, the expected and the given shape", () => {
    expect(shapeErrorOf(checked.snippets.linear.errors[0]!)).toEqual({
      error: "layer 2, linear(7, 1) got an input of the wrong shape",
      expected: "[..., 7]",
      got: "[8]",
    });
    expect(shapeErrorOf(checked.snippets.named.errors[0]!)?.error).toBe(
      "layer head.out, linear(7, 1) got an input of the wrong shape",
    );
    expect(shapeErrorOf(checked.snippets.nestedTwice.errors[0]!)?.error).toContain("layer 2.1.0, linear(9, 1)");
    expect(shapeErrorOf(checked.snippets.residualInner.errors[0]!)?.error).toContain("layer 1, linear(9, 9)");
  });

  it("refuses sizes that the compiler does not know, and a model that is not the announced one", () => {
    expect(checked.snippets.plainArray.errors.join()).toContain(
      "the compiler does not know the sizes of a plain array",
    );
    expect(checked.snippets.annotation.errors.join()).toContain("Type '1' is not assignable to type '3'");
    expect(checked.snippets.annotated.errors).toHaveLength(1);
    expect(shapeErrorOf(checked.snippets.module.errors[0] ?? "")).toEqual({
      error: "linear(7, 2) got an input of the wrong shape",
      expected: "[..., 7]",
      got: "[8]",
    });
  });
});

describe("a chain that fits", () => {
  it.each(Object.keys(FITTING))("%s has the announced type", (name) => {
    expect(checked.snippets[name as keyof typeof FITTING].errors).toEqual([]);
  });

  it("of layers in an array gives a shape that the compiler does not claim to know", () => {
    expect(checked.snippets.spread.errors).toEqual([]);
    expect(checked.snippets.spreadClaim.errors.join()).toContain("Chain<[3], Shape,");
  });
});

describe("losses", () => {
  it("have the type of their reduction", () => {
    expect(checked.snippets.losses.errors).toEqual([]);
  });

  it("refuse targets of another shape", () => {
    expect(checked.snippets.wrongTarget.errors.join()).toMatch(/\[4, 2\].*\[4, 3\]/s);
    expect(checked.snippets.wrongLabels.errors.join()).toMatch(/\[3\].*\[4\]/s);
  });
});

describe("fifty layers", () => {
  const chain = (layers: number): string =>
    `export const model: nn.M<nn.Sequential<[3, 32, 32], [10]>> = nn.sequential(Shape.image(3, 32, 32), nn.conv2d(3, 16, { kernelSize: 3, padding: 1 }), ${Array.from(
      { length: layers },
      (_, at) => (at % 2 === 0 ? "nn.relu(), " : "nn.conv2d(16, 16, { kernelSize: 3, padding: 1 }), "),
    ).join("")}nn.flatten(), nn.linear(16384, 10));`;

  it("are checked at a cost that grows with their number only", () => {
    const few = typecheck({ few: chain(5) });
    const fifty = typecheck({ fifty: chain(47) });
    expect([few.snippets.few.errors, fifty.snippets.fifty.errors]).toEqual([[], []]);
    // 21,000 when this was written; the first form, without an accumulator, ended in "excessively deep".
    expect(fifty.instantiations - few.instantiations).toBeLessThan(35_000);
  });

  it("show a mistake in the last one", () => {
    const { snippets } = typecheck({ wrong: chain(47).replace("16384", "16385") });
    expect(shapeErrorOf(snippets.wrong.errors[0] ?? "")?.error).toContain("layer 49, linear(16385, 10)");
  });
});
