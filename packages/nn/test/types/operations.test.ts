import { describe, expect, it } from "vitest";
import * as t from "../../src/index.ts";
import { typecheck } from "../../src/nn/test-typecheck.ts";

/** The same mistake for the compiler and at run time; every statement stands on its own. */
const MISTAKES = {
  add: "t.add(t.zeros([2, 3]), t.zeros([4]))",
  broadcastInside: "t.mul(t.zeros([5, 2, 3]), t.zeros([4, 1]))",
  less: "t.less(t.zeros([2]), t.zeros([3]))",
  twoNumbers: "t.add(1, 2)",
  dtypes: 't.add(t.zeros([2]), t.zeros([2], { dtype: "f64" }))',
  dtypesInteger: 't.mul(t.zeros([2], { dtype: "int32" }), t.zeros([2]))',
  matmulInner: "t.matmul(t.zeros([2, 3]), t.zeros([4, 5]))",
  matmulVector: "t.matmul(t.zeros([2, 3]), t.zeros([2]))",
  matmulBatch: "t.matmul(t.zeros([7, 2, 3]), t.zeros([5, 3, 4]))",
  matmulScalar: "t.matmul(t.zeros([]), t.zeros([5, 3]))",
  matmulDtypes: 't.matmul(t.zeros([2, 2]), t.zeros([2, 2], { dtype: "f64" }))',
  dot: "t.dot(t.zeros([2]), t.zeros([3]))",
  outer: "t.outer(t.zeros([2]), t.zeros([3, 1]))",
  distances: "t.pairwiseDistances(t.zeros([2, 3]), t.zeros([4, 2]))",
  sumAxis: "t.sum(t.zeros([2, 3]), 2)",
  meanAxis: "t.mean(t.zeros([2, 3]), -3)",
  sumScalar: "t.sum(t.zeros([]), 0)",
  maxTwice: "t.max(t.zeros([2, 3]), [1, -1])",
  stdAxis: "t.std(t.zeros([2, 3]), 5)",
  normAxis: "t.norm(t.zeros([2, 3]), 5)",
  logsumexpAxis: "t.logsumexp(t.zeros([2, 3]), 5)",
  argmaxAxis: "t.argmax(t.zeros([2, 3]), 2)",
  argminAxis: "t.argmin(t.zeros([2, 3]), 2)",
  cumsumAxis: "t.cumsum(t.zeros([2, 3]), 2)",
  reshape: "t.reshape(t.zeros([2, 3]), [4, 2])",
  reshapeRest: "t.reshape(t.zeros([2, 3]), [4, -1])",
  permute: "t.permute(t.zeros([2, 3, 4]), [0, 1])",
  permuteTwice: "t.permute(t.zeros([2, 3]), [0, -2])",
  swapAxes: "t.swapAxes(t.zeros([2, 3]), 0, 2)",
  squeeze: "t.squeeze(t.zeros([2, 1]), 0)",
  squeezeAxis: "t.squeeze(t.zeros([2, 1]), 2)",
  unsqueeze: "t.unsqueeze(t.zeros([2, 3]), 4)",
  flatten: "t.flatten(t.zeros([2, 3]), 2)",
  tile: "t.tile(t.zeros([2, 3]), [2])",
  broadcastTo: "t.broadcastTo(t.zeros([2, 3]), [4, 3])",
  broadcastToFewer: "t.broadcastTo(t.zeros([2, 3]), [3])",
  concat: "t.concat([t.zeros([2, 3]), t.zeros([2, 4])], 0)",
  concatAxis: "t.concat([t.zeros([2, 3])], 2)",
  concatNothing: "t.concat([], 0)",
  stack: "t.stack([t.zeros([2, 3]), t.zeros([3, 2])])",
  stackAxis: "t.stack([t.zeros([2, 3])], 3)",
  split: "t.split(t.zeros([7, 2]), 3)",
  splitAxis: "t.split(t.zeros([6, 2]), 3, 2)",
  slice: "t.slice(t.zeros([5]), [0, 7])",
  sliceStart: "t.slice(t.zeros([5, 6]), null, [-7, 2])",
  sliceMany: "t.slice(t.zeros([5]), null, [0, 1])",
  at: "t.at(t.zeros([5, 6]), 0, 6)",
  atMany: "t.at(t.zeros([5]), 0, 0)",
  takeAxis: 't.take(t.zeros([5]), t.zeros([2], { dtype: "int32" }), 1)',
  pad: "t.pad(t.zeros([2, 3]), [[1, 1]])",
  padMany: "t.pad(t.zeros([2]), [[1, 1], [0, 0]])",
  einsumSizes: 't.einsum("ij,jk->ik", t.zeros([2, 3]), t.zeros([4, 5]))',
  einsumAxes: 't.einsum("ij->i", t.zeros([2, 3, 4]))',
  einsumResult: 't.einsum("ij->ik", t.zeros([2, 3]))',
  convImages: "t.conv2d(t.zeros([3, 32, 32]), t.zeros([8, 3, 3, 3]))",
  convChannels: "t.conv2d(t.zeros([1, 4, 8, 8]), t.zeros([8, 3, 3, 3]))",
  convGroups: "t.conv2d(t.zeros([1, 4, 8, 8]), t.zeros([8, 4, 3, 3]), { groups: 2 })",
  convKernel: "t.conv2d(t.zeros([1, 1, 2, 8]), t.zeros([1, 1, 5, 3]), { padding: 1 })",
  poolKernel: "t.maxPool2d(t.zeros([1, 1, 8, 2]), 3)",
  poolImages: "t.avgPool2d(t.zeros([8, 2]), 2)",
  tensorND: "t.tensorND([2, 2], [1, 2, 3])",
} as const;

/** What fits, and the type that comes out. */
const FITTING = {
  scalar: ["t.tensor(3)", "[]"],
  vector: ["t.tensor([0.25, -0.75])", "[2]"],
  matrix: ["t.tensor([[1, 2], [3, 4]])", "[2, 2]"],
  integers: ['t.tensor([[1, 2, 3]], { dtype: "int32" })', '[1, 3], "int32"'],
  emptyTensor: ["t.tensor([])", "[0]"],
  unknownLength: ["t.tensor([1, 2] as number[])", "[number]"],
  unknownRows: ["t.tensor([[1, 2]] as [number, number][])", "[number, 2]"],
  typedArray: ["t.tensor(new Int32Array(4))", '[number], "int32"'],
  tensorND: ["t.tensorND([2, 3], new Float64Array(6))", '[2, 3], "f64"'],
  shapes: ["t.zeros(t.Shape.image(3, 4, 5))", "[3, 4, 5]"],
  eye: ["t.eye(3, { columns: 4 })", "[3, 4]"],
  arange: ["t.arange(4)", '[4], "int32"'],
  linspace: ['t.linspace(0, 1, 5, { dtype: "f64" })', '[5], "f64"'],
  add: ["t.add(t.zeros([2, 1, 4]), t.zeros([3, 1]))", "[2, 3, 4]"],
  addNumber: ['t.add(2, t.zeros([3], { dtype: "f64" }))', '[3], "f64"'],
  addUnknown: ["t.add(t.zeros([2 as number, 3]), t.zeros([1, 3]))", "[number, 3]"],
  addUnknownRank: ["t.add(t.zeros([] as number[]), t.zeros([3]))", "t.Shape"],
  where: ["t.where(t.zeros([2, 1]), t.zeros([3]), 0)", "[2, 3]"],
  clip: ["t.clip(t.zeros([2, 3]), 0, 1)", "[2, 3]"],
  gelu: ["t.gelu(t.zeros([2, 3]))", "[2, 3]"],
  cast: ['t.cast(t.zeros([2]), "int32")', '[2], "int32"'],
  sum: ["t.sum(t.zeros([2, 3]))", "[]"],
  sumKeep: ["t.sum(t.zeros([2, 3]), undefined, { keepDims: true })", "[1, 1]"],
  meanAxis: ["t.mean(t.zeros([2, 3, 4]), -2)", "[2, 4]"],
  maxAxes: ["t.max(t.zeros([2, 3, 4]), [0, -1], { keepDims: true })", "[1, 3, 1]"],
  sumUnknownAxis: ["t.sum(t.zeros([2, 3]), 1 as number)", "t.Shape"],
  argmax: ["t.argmax(t.zeros([2, 3]), -1)", '[2], "int32"'],
  matmul: ["t.matmul(t.zeros([8, 1, 2, 3]), t.zeros([5, 3, 4]))", "[8, 5, 2, 4]"],
  matmulVector: ["t.matmul(t.zeros([3]), t.zeros([8, 3, 4]))", "[8, 4]"],
  matmulUnknown: ["t.matmul(t.zeros([2 as number, 3]), t.zeros([3, 4]))", "[number, 4]"],
  outer: ["t.outer(t.zeros([2]), t.zeros([3]))", "[2, 3]"],
  reshape: ["t.reshape(t.zeros([64, 16, 28, 28]), [64, -1])", "[64, 12544]"],
  reshapeUnknown: ["t.reshape(t.zeros([2 as number, 6]), [-1, 3])", "[number, 3]"],
  flatten: ["t.flatten(t.zeros([8, 3, 4, 5]), 1)", "[8, 60]"],
  permute: ["t.permute(t.zeros([2, 3, 4]), [-1, 0, 1])", "[4, 2, 3]"],
  transpose: ["t.transpose(t.zeros([2, 3, 4]))", "[4, 3, 2]"],
  swapAxes: ["t.swapAxes(t.zeros([2, 3, 4]), -1, 0)", "[4, 3, 2]"],
  squeeze: ["t.squeeze(t.zeros([1, 2, 1]))", "[2]"],
  unsqueeze: ["t.unsqueeze(t.zeros([2, 3]), -1)", "[2, 3, 1]"],
  tile: ["t.tile(t.zeros([2, 3]), [2, 2])", "[4, 6]"],
  concat: ["t.concat([t.zeros([2, 3]), t.zeros([2, 4]), t.zeros([2, 1])], -1)", "[2, 8]"],
  concatMany: ["t.concat([t.zeros([2, 3])] as t.Tensor<[2, 3]>[], 0)", "[number, 3]"],
  stack: ["t.stack([t.zeros([2]), t.zeros([2]), t.zeros([2])], 1)", "[2, 3]"],
  split: ["t.split(t.zeros([6, 2]), 3)[2]", "[2, 2]"],
  slice: ["t.slice(t.zeros([5, 6, 7]), [0, 5, 2], null, [-3, -1])", "[3, 6, 2]"],
  at: ["t.at(t.zeros([5, 6, 7]), -1, 0)", "[7]"],
  take: ['t.take(t.zeros([5, 6]), t.zeros([2, 3], { dtype: "int32" }), -1)', "[5, 2, 3]"],
  oneHot: ["t.oneHot(t.arange(3), 5)", "[3, 5]"],
  pad: ["t.pad(t.zeros([2, 3]), [[0, 0], [1, 2]])", "[2, 6]"],
  einsum: ['t.einsum("bij,bjk->bik", t.zeros([8, 2, 3]), t.zeros([8, 3, 4]))', "[8, 2, 4]"],
  einsumTrace: ['t.einsum("ii->", t.zeros([3, 3]))', "[]"],
  einsumThree: ['t.einsum("i, ij, j -> ij", t.zeros([2]), t.zeros([2, 3]), t.zeros([3]))', "[2, 3]"],
  conv2d: [
    "t.conv2d(t.zeros([8, 3, 32, 32]), t.zeros([16, 3, 7, 3]), { stride: 2, padding: [3, 1] })",
    "[8, 16, 16, 16]",
  ],
  maxPool2d: ["t.maxPool2d(t.zeros([8, 3, 33, 32]), 2)", "[8, 3, 16, 16]"],
  tensorpack: ["t.tensorpack({ w: [[1, 2]], b: t.zeros([3]) }).w", "[1, 2]"],
  grad: ["t.grad((x: t.Tensor<[2]>) => t.sum(x))(t.zeros([2]))", "[2]"],
  hessian: ["t.hessian((x: t.Tensor<[2]>) => t.sum(x))(t.zeros([2]))", "[2, 2]"],
  vmap: ["t.vmap((x: t.Tensor<[2]>) => t.sum(x))(t.zeros([5, 2]))", "[number]"],
  productOfPixels: ["t.zeros([1 as t.Product<[128, 224, 224]>])", "[6422528]"],
} as const;

/** Mistakes that the compiler describes in its own words. */
const REFUSED = {
  ragged: "t.tensor([[1, 2], [3]]);",
  raggedDeep: "t.tensor([[[1], [2]], [[3]]]);",
  exponentOfIntegers: 't.exp(t.zeros([2], { dtype: "int32" }));',
  takeByFloats: "t.take(t.zeros([5]), t.zeros([2]));",
  annotation: "export const x: t.Tensor<[3]> = t.zeros([2]);",
  annotatedDtype: 'export const x: t.Tensor<[2], "f64"> = t.zeros([2]);',
  annotatedLiteral: 'export const x: t.Tensor<[2], "f64"> = t.tensor([1, 2]);',
  gradOfVector: "t.grad((x: t.Tensor<[2]>) => x)(t.zeros([2]));",
} as const;

const IMPORT = 'import * as t from "../index.ts";';

const { snippets } = typecheck({
  ...prefixed("mistake", MISTAKES, (code) => `${code};`),
  // In both directions: neither wider nor narrower than announced.
  ...prefixed(
    "fitting",
    FITTING,
    ([code, type]) => `
      const value = ${code};
      type Same<A, B> = [A, B] extends [B, A] ? true : false;
      export const same: Same<typeof value, t.Tensor<${type}>> = true;`,
  ),
  ...prefixed("refused", REFUSED, (code) => code),
});

function prefixed<T>(
  prefix: string,
  table: Readonly<Record<string, T>>,
  code: (entry: T) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(table).map(([name, entry]) => [`${prefix}-${name}`, `${IMPORT}\n${code(entry)}`]),
  );
}

function errorsOf(name: string): readonly string[] {
  return snippets[name]?.errors ?? ["no such snippet"];
}

/** The three texts of the last error type that a message shows. */
function textsOf(message: string): string {
  const found = [
    ...message.matchAll(/(?:Shape|DType)Error<"((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)">/g),
  ].at(-1);
  return found === undefined ? message : `${found[1]}: expected ${found[2]}, got ${found[3]}`.replaceAll('\\"', '"');
}

function runtimeMessage(code: string): string {
  try {
    // The test's own text: the same code that the compiler gets.
    new Function("t", code)(t);
  } catch (error) {
    if (error instanceof t.TrainlogError && /^(shape|dtype)\//.test(error.code)) return error.message;
    throw error;
  }
  return "no error";
}

describe("a mistake in shapes or element types", () => {
  it.each(Object.entries(MISTAKES))(
    "%s: the last line of the compiler says what the run-time error says",
    (name, code) => {
      const errors = errorsOf(`mistake-${name}`);
      expect(errors).toHaveLength(1);
      expect(textsOf(errors[0]?.split("\n").at(-1) ?? "")).toBe(runtimeMessage(code));
    },
  );

  it("shows both shapes", () => {
    expect(runtimeMessage(MISTAKES.matmulInner)).toBe(
      "matmul: the inner sizes must be equal: expected [2, 3] and [3, 5], got [2, 3] and [4, 5]",
    );
    expect(runtimeMessage(MISTAKES.add)).toBe(
      "add: the shapes must broadcast: expected sizes that are equal or 1, from the last axis on, got [2, 3] and [4]",
    );
    expect(runtimeMessage(MISTAKES.reshapeRest)).toBe(
      "reshape: the number of elements must stay the same: expected the 6 elements of [2, 3], got [4, -1]",
    );
  });

  it("is found at run time where the compiler cannot know", () => {
    const dynamic: readonly [number, number] = [2, 3];
    expect(() => t.add(t.zeros(dynamic), t.zeros([4]))).toThrow(runtimeMessage(MISTAKES.add));
  });
});

describe("what fits", () => {
  it.each(Object.entries(FITTING))("%s has the announced type", (name) => {
    expect(errorsOf(`fitting-${name}`)).toEqual([]);
  });

  it.each(Object.entries(FITTING))("%s has that shape when it runs", (_, [code, type]) => {
    // Without the annotations, which only the compiler reads.
    const plain = code
      .replaceAll(/ as (number|t\.Product<[^>]*>|\[number, number\])(\[\])?(?=[\],)])/g, "")
      .replaceAll(/ as t\.Tensor<[^>]*>\[\]/g, "")
      .replaceAll(/: t\.Tensor<[^>]*>/g, "");
    const value: unknown = new Function("t", `return ${plain}`)(t);
    const sizes = /^\[(.*?)\]/
      .exec(type)?.[1]
      ?.split(", ")
      .filter((size) => size !== "");
    if (!(value instanceof t.Tensor)) throw new Error("not a tensor");
    if (sizes === undefined || type.startsWith("[6422528]")) return;
    expect(value.shape).toHaveLength(sizes.length);
    sizes.forEach((size, axis) => {
      if (size !== "number") expect(value.shape[axis]).toBe(Number(size));
    });
  });
});

describe("what the compiler refuses", () => {
  it.each(Object.keys(REFUSED))("%s", (name) => {
    expect(errorsOf(`refused-${name}`)).toHaveLength(1);
  });

  it("names the place of a ragged literal", () => {
    expect(textsOf(errorsOf("refused-ragged")[0] ?? "")).toBe(
      "tensor: the array is ragged: expected the shape of [0], [2], got [1] at [1]",
    );
  });

  it("says what a function of floats takes", () => {
    expect(errorsOf("refused-exponentOfIntegers")[0]).toContain(
      `Type '"int32"' is not assignable to type 'FloatDType'`,
    );
  });
});
