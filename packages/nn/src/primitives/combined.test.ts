import { describe, expect, it } from "vitest";
import { grad, vmap } from "../autograd/transforms.ts";
import { compile } from "../compile/index.ts";
import { trace } from "../ir/trace.ts";
import type { Shape } from "../shape/shape.ts";
import { fromNumbers, tensorND } from "../tensor/create.ts";
import type { FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { expectClose } from "../tensor/test-close.ts";
import {
  add,
  erf,
  gelu,
  lessEqual,
  linear,
  matmul,
  mean,
  meanSquaredError,
  mul,
  relu,
  scalar,
  sin,
  square,
  sub,
  sum,
  where,
} from "./index.ts";

/** Numbers without a pattern, none of them round. */
function numbers(shape: Shape, seed: number, dtype: FloatDType): AnyTensor {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed));
  return fromNumbers(shape, values, dtype);
}

type Args = Readonly<Record<string, AnyTensor>>;
type Scalar = Parameters<typeof grad>[0] extends (params: infer _, ...rest: infer __) => infer R ? R : never;
/** Every function below gives a scalar of a float type. */
const scalarOf = (fn: (args: Args) => AnyTensor): ((args: Args) => Scalar) => fn as (args: Args) => Scalar;

const apart: Readonly<Record<string, (args: Args) => AnyTensor>> = {
  linear: ({ x, weight, bias }) => add(matmul(x!, weight!, { transposeB: true }), bias!),
  meanSquaredError: ({ x, y }) => mean(square(sub(x!, y!))),
  gelu: ({ x }) => {
    const phi = add(erf(mul(x!, scalar(Math.SQRT1_2, x!.dtype))), scalar(1, x!.dtype));
    return mul(mul(x!, scalar(0.5, x!.dtype)), phi);
  },
};
const inOne: Readonly<Record<string, (args: Args) => AnyTensor>> = {
  linear: ({ x, weight, bias }) => linear(x!, weight!, bias!),
  meanSquaredError: ({ x, y }) => meanSquaredError(x!, y!),
  gelu: ({ x }) => gelu(x!),
};

/** Both sides add up in the same order, in double precision. */
const EXACT = { within: 1e-12 };

const cases: readonly (readonly [name: string, shapes: Readonly<Record<string, Shape>>])[] = [
  ["linear", { x: [5, 3], weight: [4, 3], bias: [4] }],
  ["linear", { x: [130, 33], weight: [65, 33], bias: [65] }],
  ["linear", { x: [1, 1], weight: [1, 1], bias: [1] }],
  ["linear", { x: [0, 3], weight: [4, 3], bias: [4] }],
  ["meanSquaredError", { x: [16, 1], y: [16, 1] }],
  ["meanSquaredError", { x: [3, 70, 11], y: [3, 70, 11] }],
  ["meanSquaredError", { x: [1], y: [1] }],
  ["meanSquaredError", { x: [6, 4], y: [4] }],
  ["gelu", { x: [37] }],
  ["gelu", { x: [8, 3, 5] }],
];

describe.each(cases)("%s of %o", (name, shapes) => {
  const args = (dtype: FloatDType): Args =>
    Object.fromEntries(Object.entries(shapes).map(([key, shape], i) => [key, numbers(shape, i, dtype)]));
  // Squares of sines: every derivative differs from element to element.
  const loss = (fn: (args: Args) => AnyTensor) => scalarOf((given) => sum(square(sin(fn(given)))));
  const second = (fn: (args: Args) => AnyTensor) =>
    grad(
      scalarOf((given) =>
        Object.values(grad(loss(fn))(given))
          .map((g) => sum(mul(g, sin(g))))
          .reduce(add),
      ),
    );

  it("has the bits of its parts, and so have its gradients", () => {
    const given = args("float");
    const [one, parts] = [inOne[name]!, apart[name]!];
    expect(one(given).data()).toEqual(parts(given).data());
    const [gradOne, gradParts] = [grad(loss(one))(given), grad(loss(parts))(given)];
    for (const key in given) {
      // The gradient of gelu is one formula instead of the chain rule's.
      if (name === "gelu") expectClose(gradOne[key]!, gradParts[key]!, { within: 1e-6 });
      else expect([key, gradOne[key]!.data()]).toEqual([key, gradParts[key]!.data()]);
    }
  });

  it("has the numbers of its parts in f64, and their second derivatives", () => {
    const given = args("f64");
    const [one, parts] = [inOne[name]!, apart[name]!];
    expectClose(one(given), parts(given), EXACT);
    const [ours, theirs] = [second(one)(given), second(parts)(given)];
    for (const key in given) expectClose(ours[key]!, theirs[key]!, EXACT);
  });

  it("is its parts in graphs", () => {
    const given = args("float");
    const inputs = Object.values(given);
    const keys = Object.keys(given);
    const { instructions } = trace(inputs, (traced) => [
      inOne[name]!(Object.fromEntries(traced.map((tensor, i) => [keys[i], tensor]))),
    ]);
    expect(instructions.map(({ primitive }) => primitive.name)).not.toContain(name);
    expectClose(compile(inOne[name]!)(given), inOne[name]!(given), { within: 1e-5 });
  });
});

it("linear and meanSquaredError work per example", () => {
  const x = tensorND([3, 5, 2], numbers([30], 0, "f64").data(), { dtype: "f64" });
  const [weight, bias] = [numbers([4, 2], 1, "f64"), numbers([4], 2, "f64")];
  const each = vmap((rows: AnyTensor) => meanSquaredError(linear(rows, weight, bias), numbers([5, 4], 3, "f64")));
  expect(each(x).shape).toEqual([3]);
});

it("gelu has the right values and slopes far out", () => {
  const x = tensorND([7], [-Infinity, -40, -6, 0, 6, 40, Infinity]);
  expect([...gelu(x).data()].slice(1, 6)).toEqual([-0, expect.closeTo(0, 7), 0, expect.closeTo(6, 6), 40]);
  const slopes = grad((y: AnyTensor) => sum(gelu(y)) as Scalar)(tensorND([5], [-40, -6, 0, 6, 40]));
  const wanted = [0, expect.closeTo(0, 6), 0.5, expect.closeTo(1, 6), 1];
  expect([...slopes.data()].map((slope) => slope + 0)).toEqual(wanted);
});

it.each(["float", "f64"] as const)(
  "the gradient of relu is a choice, in every order, and in graphs nothing else (%s)",
  (dtype) => {
    const x = fromNumbers([6], [-2, -0, 0, 0.5, 3, Number.NaN], dtype);
    const cubed = (rectify: (y: AnyTensor) => AnyTensor) =>
      grad((y: AnyTensor) => sum(mul(rectify(y), square(rectify(y)))) as Scalar);
    const slow = (y: AnyTensor): AnyTensor => where(lessEqual(y, scalar(0, dtype)), scalar(0, dtype), y);
    const [first, second] = [cubed(relu), grad((y: AnyTensor) => sum(cubed(relu)(y)) as Scalar)];
    expect([...first(x).data()]).toEqual([0, 0, 0, 0.75, 27, Number.NaN]);
    expect(first(x).data()).toEqual(cubed(slow)(x).data());
    expect([...second(x).data()]).toEqual([0, 0, 0, 3, 18, Number.NaN]);
    const { instructions } = trace([x], ([y]) => [first(y!)]);
    expect(instructions.map(({ primitive }) => primitive.name)).not.toContain("reluGrad");
  },
);

it("they refuse what their parts refuse", () => {
  expect(() => gelu(tensorND([1], [1], { dtype: "int32" }))).toThrow("gelu: needs float or f64, got int32");
  expect(() => linear(numbers([2, 3], 0, "float"), numbers([4, 2], 1, "float"), numbers([4], 2, "float"))).toThrow(
    "matmul: the inner sizes must be equal (the second transposed)",
  );
  expect(() => linear(numbers([2, 3], 0, "float"), numbers([4, 3], 1, "float"), numbers([3], 2, "float"))).toThrow(
    "add: the shapes must broadcast",
  );
  expect(() => linear(numbers([2, 3], 0, "float"), numbers([4, 3], 1, "float"), numbers([4], 2, "f64"))).toThrow(
    "add: the dtypes",
  );
  expect(() => meanSquaredError(numbers([2], 0, "float"), numbers([2], 1, "f64"))).toThrow("sub: the dtypes");
  expect(() => meanSquaredError(numbers([2], 0, "float"), numbers([3], 1, "float"))).toThrow("sub: the shapes");
});
