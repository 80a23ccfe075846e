import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile } from "../compile/index.ts";
import type { Params } from "../nn/model.ts";
import { square, sub } from "../primitives/index.ts";
import { fromNumbers } from "../tensor/create.ts";
import type { TensorPack } from "../tensor/pack.ts";
import type { Tensor } from "../tensor/tensor.ts";
import * as optim from "./index.ts";
import { mapParams } from "./params.ts";

function paramsOf(numbers: Readonly<Record<string, readonly number[]>>, dtype: "float" | "f64" = "f64"): Params {
  const entries = Object.entries(numbers).map(([name, values]) => [name, fromNumbers([values.length], values, dtype)]);
  // Made in a float dtype.
  return Object.fromEntries(entries) as Params;
}

const numbersOf = (params: Params | undefined) =>
  Object.fromEntries(Object.entries(params ?? {}).map(([name, tensor]) => [name, [...tensor.data()]]));

/** Runs updates with the gradients that `gradients` gives. */
function run<S extends TensorPack>(optimizer: optim.Optimizer<S>, start: Params, gradients: readonly Params[]) {
  let [params, state] = [start, optimizer.init(start)];
  for (const grads of gradients) {
    const result = optimizer.update(grads, state, params);
    [params, state] = [optim.applyUpdates(params, result.updates), result.state];
  }
  return { params, state };
}

const finite = fc.double({ min: -10, max: 10, noNaN: true });
const vector = fc.array(finite, { minLength: 3, maxLength: 3 });

describe("accumulate", () => {
  it("is one update with the mean gradient", () => {
    fc.assert(
      fc.property(vector, fc.array(vector, { minLength: 4, maxLength: 4 }), (w, grads) => {
        const many = run(
          optim.accumulate(4, optim.adam({ lr: 0.1 })),
          paramsOf({ w }),
          grads.map((g) => paramsOf({ w: g })),
        );
        const meanGrad = w.map((_, i) => grads.reduce((sum, g) => sum + (g[i] ?? 0), 0) / 4);
        const one = run(optim.adam({ lr: 0.1 }), paramsOf({ w }), [paramsOf({ w: meanGrad })]);
        many.params["w"]?.data().forEach((value, i) => {
          expect(value).toBeCloseTo(one.params["w"]?.data()[i] ?? 0, 6);
        });
      }),
      { numRuns: 30 },
    );
  });

  it("leaves the parameters alone in between, and counts its updates for schedules", () => {
    const optimizer = optim.accumulate(3, optim.sgd({ lr: optim.schedule.step({ lr: 1, every: 1, factor: 0.5 }) }));
    const grads = new Array(5).fill(paramsOf({ w: [1] }));
    expect(numbersOf(run(optimizer, paramsOf({ w: [0] }), grads).params)).toEqual({ w: [-1] });
    expect(numbersOf(run(optimizer, paramsOf({ w: [0] }), [...grads, ...grads.slice(4)]).params)).toEqual({
      w: [-1.5],
    });
    expect([0, 2, 3, 6].map((batch) => optimizer.learningRate?.(batch))).toEqual([1, 1, 0.5, 0.25]);
  });
});

describe("clipping", () => {
  it("by norm keeps the direction and bounds the norm", () => {
    fc.assert(
      fc.property(vector, vector, fc.double({ min: 0.01, max: 5, noNaN: true }), (a, b, most) => {
        const grads = paramsOf({ a, b });
        const { updates } = optim.clipByGlobalNorm(most).update(grads, {}, grads);
        const [before, after] = [optim.globalNorm(grads).item(), optim.globalNorm(updates).item()];
        expect(after).toBeLessThanOrEqual(Math.min(before, most) + 1e-9);
        const factor = before === 0 ? 1 : after / before;
        updates["a"]?.data().forEach((value, i) => {
          expect(value).toBeCloseTo((a[i] ?? 0) * factor, 9);
        });
      }),
      { numRuns: 50 },
    );
  });

  it("by value bounds each element", () => {
    const grads = paramsOf({ a: [-3, 0.5, 2] });
    expect(numbersOf(optim.clipByValue(1).update(grads, {}, grads).updates)).toEqual({ a: [-1, 0.5, 1] });
  });
});

describe("groups", () => {
  const start = paramsOf({ "head.weight": [1], "body.weight": [1], "body.bias": [1] });
  const grads = paramsOf({ "head.weight": [1], "body.weight": [1], "body.bias": [1] });

  it("updates each group by its own optimiser and keeps no state for frozen ones", () => {
    const optimizer = optim.groups({
      head: { filter: (name) => name.startsWith("head."), optimizer: optim.sgd({ lr: 0.5 }) },
      biases: { filter: (name) => name.endsWith(".bias") },
      rest: { optimizer: optim.adam({ lr: 0.25 }) },
    });
    const { params, state } = run(optimizer, start, [grads]);
    const { "body.weight": moved, ...others } = numbersOf(params);
    expect(others).toEqual({ "head.weight": [0.5], "body.bias": [1] });
    expect(moved?.[0]).toBeCloseTo(0.75, 6);
    expect(state["biases"]).toEqual({});
    expect(Object.keys(params)).toEqual(Object.keys(start));
  });

  it("only: all else is frozen; a filter that matches nothing is an error", () => {
    const { params } = run(
      optim.only((name) => name.startsWith("head."), optim.sgd({ lr: 1 })),
      start,
      [grads],
    );
    expect(numbersOf(params)).toEqual({ "head.weight": [0], "body.weight": [1], "body.bias": [1] });
    expect(() => optim.only(() => false, optim.sgd({ lr: 1 })).init(start)).toThrow(
      /no parameter belongs to the group "trained"/,
    );
  });
});

it("weight-decay masks leave parameters out", () => {
  const decay = { weightDecay: 0.5, weightDecayMask: (name: string) => name === "w" };
  const none = paramsOf({ w: [0], b: [0] });
  const { params } = run(optim.sgd({ lr: 1, ...decay }), paramsOf({ w: [2], b: [2] }), [none]);
  expect(numbersOf(params)).toEqual({ w: [1], b: [2] });
  expect(optim.onlyMatrices("b", fromNumbers([3], [1, 2, 3], "float"))).toBe(false);
  expect(optim.onlyMatrices("w", fromNumbers([1, 3], [1, 2, 3], "float"))).toBe(true);
});

it("ema averages the weights after each update, also inside a chain", () => {
  const optimizer = optim.chain(optim.sgd({ lr: 1 }), optim.ema({ decay: 0.5 }));
  const { state } = run(optimizer, paramsOf({ w: [0] }), [paramsOf({ w: [-4] }), paramsOf({ w: [0] })]);
  expect(numbersOf(optim.averagedParams(optimizer, state))).toEqual({ w: [3] });
  expect(optim.averagedParams(optim.sgd({ lr: 1 }), optim.sgd({ lr: 1 }).init(paramsOf({ w: [0] })))).toBeUndefined();
});

const ALL: readonly (readonly [string, optim.Optimizer])[] = [
  ["sgd", optim.sgd({ lr: 0.1, momentum: 0.9, dampening: 0.1, weightDecay: 0.01 })],
  ["adam", optim.adam({ lr: optim.schedule.oneCycle({ maxLr: 0.1, steps: 10 }), amsgrad: true })],
  ["adamW", optim.adamW({ lr: optim.schedule.warmUp({ steps: 3, lr: 0.1 }) })],
  ["rmsProp", optim.rmsProp({ lr: 0.01, centered: true, momentum: 0.5 })],
  ["lion", optim.lion({ lr: 0.01, weightDecay: 0.1 })],
  ["adafactor", optim.adafactor()],
  [
    "chain",
    optim.chain(optim.clipByGlobalNorm(1), optim.accumulate(2, optim.adam({ lr: 0.1 })), optim.ema({ decay: 0.9 })),
  ],
];

type Going = { readonly params: Params; readonly state: TensorPack };

describe.each(ALL)("%s", (_, optimizer) => {
  it("compiles: the same numbers as eagerly", () => {
    const target = paramsOf({ w: [0.5, -1, 2], b: [3] });
    const step = ({ params, state }: Going): Going => {
      const grads = mapParams(params, (param, name) => square(sub(param, target[name] ?? param)));
      const result = optimizer.update(grads, state, params);
      return { params: optim.applyUpdates(params, result.updates), state: result.state };
    };
    const compiled = compile(step);
    const start = paramsOf({ w: [1, 2, 3], b: [4] });
    let eager: Going = { params: start, state: optimizer.init(start) };
    let traced = eager;
    for (let i = 0; i < 6; i += 1) {
      eager = step(eager);
      traced = compiled(traced);
    }
    for (const name of ["w", "b"]) {
      eager.params[name]?.data().forEach((value, i) => {
        expect(traced.params[name]?.data()[i]).toBeCloseTo(value, 10);
      });
    }
  });

  it("changes nothing that it is given", () => {
    const params = paramsOf({ w: [1, 2] });
    const state = optimizer.init(params);
    const before = JSON.stringify(flatNumbers(state));
    optimizer.update(paramsOf({ w: [3, 4] }), state, params);
    expect(JSON.stringify(flatNumbers(state))).toBe(before);
    expect(numbersOf(params)).toEqual({ w: [1, 2] });
  });
});

function flatNumbers(pack: TensorPack): unknown {
  if ("data" in pack && typeof pack.data === "function") return [...pack.data()];
  return Object.values(pack).map((part: TensorPack) => flatNumbers(part));
}

describe("options", () => {
  it.each([
    [
      () => optim.adam({ lr: 0.1, beta: [0.9, 0.9] } as never),
      'optim.adam: unknown option "beta"; did you mean "betas"?',
    ],
    [() => optim.sgd({ lr: 0.1, momentun: 0.9 } as never), 'did you mean "momentum"?'],
    [() => optim.sgd({ lr: 0.1, nestrov: true } as never), 'did you mean "nesterov"?'],
    [
      () => optim.sgd({} as never),
      "optim.sgd: lr must be a number of at least 0 or a schedule from optim.schedule, got nothing",
    ],
    [() => optim.sgd({ lr: -1 }), "got -1"],
    [() => optim.sgd({ lr: Number.NaN }), "got NaN"],
    [() => optim.sgd({ lr: 1, momentum: 1 }), "momentum must be a number of at least 0 and below 1, got 1"],
    [() => optim.sgd({ lr: 1, nesterov: true }), "nesterov needs momentum above 0 and dampening 0"],
    [() => optim.adam({ lr: 1, betas: [0.9, 1] }), "betas must be two numbers of at least 0 and below 1"],
    [() => optim.adam(0.1 as never), "expected options such as { lr: … }, got 0.1"],
    [() => optim.clipByGlobalNorm(0), "maxNorm must be a number above 0, got 0"],
    [() => optim.accumulate(0, optim.sgd({ lr: 1 })), "steps must be a whole number of at least 1, got 0"],
    [() => optim.chain(), "there is nothing in it"],
    [() => optim.groups({}), "there is no group"],
    [() => optim.schedule.cosine({ lr: 1, step: 3 } as never), 'did you mean "steps"?'],
    [
      () => optim.schedule.sequence({ lr: 1 }, { lr: 2 }),
      "phase 0: steps must be a whole number of at least 1, got nothing",
    ],
    [() => optim.schedule.sequence(), "there is no phase"],
    [() => optim.schedule.oneCycle({ maxLr: 1, steps: 1 }), "steps must be a whole number of at least 2, got 1"],
  ])("wrong ones are refused by name (%#)", (make, words) => {
    expect(make).toThrow(words);
  });

  it("a schedule of one's own must give a scalar", () => {
    const bad = optim.schedule.custom("bad", () => fromNumbers([2], [1, 2], "f64"));
    expect(() => optim.learningRateAt(bad, 0)).toThrow(
      /the schedule "bad" must give a scalar of dtype f64, got shape \[2\]/,
    );
    expect(
      optim.learningRateAt(
        optim.schedule.custom("own", (update) => update),
        7,
      ),
    ).toBe(7);
  });
});

describe("gradients and updates of other parameters", () => {
  const params = paramsOf({ a: [1, 2], b: [3] });
  const stray = paramsOf({ a: [1, 2], c: [3] });
  const wide = paramsOf({ a: [1], b: [3] });
  const optimizer = optim.adam({ lr: 0.1 });

  it.each([
    [
      () => optim.applyUpdates(params, stray),
      'applyUpdates: the updates hold "c", which is not among the parameters: a, b',
    ],
    [() => optim.applyUpdates(params, wide), 'applyUpdates: the updates have shape [1] for "a", which has shape [2]'],
    [() => optimizer.update(stray, optimizer.init(params), params), 'adam: the gradients hold "c"'],
    [() => optimizer.update(wide, optimizer.init(params), params), 'adam: the gradients have shape [1] for "a"'],
  ])("are refused by name (%#)", (call, words) => {
    expect(call).toThrow(expect.objectContaining({ code: "optim/bad-params" }));
    expect(call).toThrow(words);
  });

  it("may be missing: such parameters stay, and the record keeps its type", () => {
    const own = { w: fromNumbers([1], [2], "f64"), b: fromNumbers([1], [1], "f64") } as {
      w: Tensor<[1], "f64">;
      b: Tensor<[1], "f64">;
    };
    const next: typeof own = optim.applyUpdates(own, { w: own.w });
    expect(numbersOf(next)).toEqual({ w: [4], b: [1] });
  });
});
