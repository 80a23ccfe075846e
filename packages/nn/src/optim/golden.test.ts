/** @file Optimisers and schedules against PyTorch's numbers (made by `golden/optim.py`). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { scope } from "../autograd/transforms.ts";
import type { Params } from "../nn/model.ts";
import { add, mul, square, sub } from "../primitives/index.ts";
import { sizeOf } from "../shape/shape.ts";
import { fromNumbers } from "../tensor/create.ts";
import type { FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { expectClose } from "../tensor/test-close.ts";
import * as optim from "./index.ts";
import type { Optimizer } from "./optimizer.ts";
import { mapParams } from "./params.ts";

type Kept = readonly Readonly<Record<string, readonly number[]>>[];
type Trajectories = Readonly<Record<FloatDType, Kept>>;
interface Golden {
  readonly kept: readonly number[];
  readonly optimizers: readonly ({
    readonly optimizer: string;
    readonly options: Record<string, unknown>;
  } & Trajectories)[];
  readonly clipped: readonly ({ readonly clip: string; readonly by: number } & Trajectories)[];
  readonly ema: { readonly decay: number } & Trajectories;
  readonly schedules: readonly {
    readonly schedule: string;
    readonly options: unknown;
    readonly rates: readonly number[];
  }[];
}

const golden: Golden = JSON.parse(readFileSync(new URL("../../golden/optim.json", import.meta.url), "utf8"));
const UPDATES = 50;
const TOLERANCE: Readonly<Record<FloatDType, number>> = { f64: 1e-6, float: 1e-5 };
const DTYPES: readonly FloatDType[] = ["f64", "float"];

/** The function of `golden/optim.py`. */
function start(dtype: FloatDType): { params: Params; targets: Params; curvatures: Params } {
  const made: Record<"params" | "targets" | "curvatures", Record<string, AnyTensor>> = {
    params: {},
    targets: {},
    curvatures: {},
  };
  let at = 0;
  for (const [name, shape] of [
    ["0.weight", [3, 2]],
    ["0.bias", [3]],
    ["scale", []],
  ] as const) {
    const places = Array.from({ length: sizeOf(shape) }, (_, i) => at + i);
    made.params[name] = fromNumbers(
      shape,
      places.map((i) => (((7 * i) % 11) - 5) / 8),
      dtype,
    );
    made.targets[name] = fromNumbers(
      shape,
      places.map((i) => (((5 * i) % 13) - 6) / 16),
      dtype,
    );
    made.curvatures[name] = fromNumbers(
      shape,
      places.map((i) => 0.25 + ((3 * i) % 7) / 4),
      dtype,
    );
    at += places.length;
  }
  // Made in a float dtype.
  return made as Record<keyof typeof made, Params>;
}

function trajectory(
  optimizer: Optimizer,
  dtype: FloatDType,
  read = (params: Params, _state: unknown): Params => params,
): Kept {
  const { params: first, targets, curvatures } = start(dtype);
  let params = first;
  let state = optimizer.init(params);
  const kept: Record<string, readonly number[]>[] = [];
  for (let update = 1; update <= UPDATES; update += 1) {
    [params, state] = scope(() => {
      const grads = mapParams(params, (param, name) => {
        const distance = sub(param, targets[name] as typeof param);
        return add(mul(curvatures[name] as typeof param, distance), mul(square(distance), distance));
      });
      const result = optimizer.update(grads, state, params);
      return [optim.applyUpdates(params, result.updates), result.state] as const;
    });
    if (!golden.kept.includes(update)) continue;
    kept.push(
      Object.fromEntries(Object.entries(read(params, state)).map(([name, tensor]) => [name, [...tensor.data()]])),
    );
  }
  return kept;
}

function expectPath(ours: Kept, theirs: Kept, tolerance: number): void {
  expect(ours).toHaveLength(theirs.length);
  theirs.forEach((values, i) => {
    for (const [name, expected] of Object.entries(values)) {
      expectClose(ours[i]?.[name], expected, { within: tolerance, what: `${name} after ${golden.kept[i]} updates` });
    }
  });
}

const makers: Readonly<Record<string, (options: never) => Optimizer>> = {
  sgd: optim.sgd,
  adam: optim.adam,
  adamW: optim.adamW,
  rmsProp: optim.rmsProp,
  lion: optim.lion,
  adafactor: optim.adafactor,
};

describe.each(DTYPES)("in %s", (dtype) => {
  it.each(golden.optimizers)("$optimizer $options takes PyTorch's 50 updates", ({ optimizer, options, ...theirs }) => {
    const make = makers[optimizer];
    expect(make).toBeDefined();
    if (make !== undefined) expectPath(trajectory(make(options as never), dtype), theirs[dtype], TOLERANCE[dtype]);
  });

  it.each(golden.clipped)("$clip by $by as PyTorch", ({ clip, by, ...theirs }) => {
    const part = clip === "clipByValue" ? optim.clipByValue(by) : optim.clipByGlobalNorm(by);
    expectPath(trajectory(optim.chain(part, optim.sgd({ lr: 0.1 })), dtype), theirs[dtype], TOLERANCE[dtype]);
  });

  it("ema averages as PyTorch's swa_utils", () => {
    const { decay, ...theirs } = golden.ema;
    const optimizer = optim.chain(optim.adam({ lr: 0.03 }), optim.ema({ decay }));
    // PyTorch's first call averages with the first weights as well: it starts from a copy, as we do.
    const ours = trajectory(
      optimizer,
      dtype,
      (params, state) => optim.averagedParams(optimizer, state as never) ?? params,
    );
    expectPath(ours, theirs[dtype], TOLERANCE[dtype]);
  });
});

describe("schedules", () => {
  it.each(golden.schedules)("$schedule $options gives PyTorch's rates", ({ schedule, options, rates }) => {
    const lr = makeSchedule(schedule, options);
    for (const [update, rate] of rates.entries()) expect(optim.learningRateAt(lr, update)).toBeCloseTo(rate, 9);
  });

  it("is the same in float, up to rounding", () => {
    const lr = optim.schedule.cosine({ lr: 0.2, steps: 50 });
    for (const update of [0, 1, 25, 49, 50, 51]) {
      const inFloat = scope(() => lr.at(fromNumbers([], [update], "float")).item());
      expect(Math.abs(inFloat - optim.learningRateAt(lr, update))).toBeLessThan(1e-7);
    }
  });
});

function makeSchedule(name: string, options: unknown): optim.Schedule {
  if (name === "warmUp") {
    const { lr, ...rest } = options as { lr: { cosine: never }; steps: number; from: number };
    return optim.schedule.warmUp({ ...rest, lr: optim.schedule.cosine(lr.cosine) });
  }
  const make = optim.schedule[name as "cosine"] as (options: unknown) => optim.Schedule;
  return make(options);
}
