/** @file Adafactor: the memory of a matrix's squares in one row and one column. */
import { checkOptions, numberIn } from "../options/check-options.ts";
import {
  add,
  div,
  fill,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  pow,
  rsqrt,
  scalar,
  sqrt,
  square,
  sub,
  times,
} from "../primitives/index.ts";
import type { DType } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Optimizer } from "./optimizer.ts";
import { zerosLike } from "./params.ts";
import { type ParameterContext, perParameter, type SlotState, type Slots } from "./per-parameter.ts";
import { type DecayOptions, epsilon, type RateOptions, SHARED_CHECKS } from "./rule-options.ts";
import { plainLearningRate } from "./schedule/schedule.ts";

/** Options of {@link adafactor}; the defaults are PyTorch's. */
export interface AdafactorOptions extends Partial<RateOptions>, DecayOptions {
  /** Exponent with which the newest squares lose weight: their share at update t is `t^beta2Decay`. Default −0.8. */
  readonly beta2Decay?: number;
  /** Lower bounds of the squares' root (default: the machine epsilon of the element type) and of the parameter's scale (default 1e-3). */
  readonly eps?: readonly [number | undefined, number];
  /** Largest root mean square of a step, in units of the rate. Default 1. */
  readonly clip?: number;
}

interface Shared {
  readonly lr: AnyTensor;
  /** min(lr, 1/√t). */
  readonly rho: AnyTensor;
  /** Share of the newest squares. */
  readonly newest: AnyTensor;
}

interface Bounds {
  readonly squares: number;
  readonly scale: number;
  readonly clip: number;
}

const MACHINE_EPSILON: Readonly<Record<DType, number>> = { float: 2 ** -23, f64: 2 ** -52, int32: 0 };

const checkEps = (value: unknown): string | undefined =>
  Array.isArray(value) &&
  value.length === 2 &&
  (value[0] === undefined || epsilon(value[0]) === undefined) &&
  epsilon(value[1]) === undefined
    ? undefined
    : "two numbers of at least 0, the first of which may be undefined";

/**
 * Adafactor (Shazeer and Stern, 2018): like Adam without its first average; a matrix's squares are kept as one row and one column, and steps are
 * relative to the parameter's scale. Default `lr` 0.01. As PyTorch's `torch.optim.Adafactor`.
 *
 * @throws TrainlogError `optim/bad-option`, `optim/unknown-option`.
 */
export function adafactor(options: AdafactorOptions = {}): Optimizer<SlotState> {
  const checks = { ...SHARED_CHECKS, beta2Decay: numberIn({ max: 0 }), eps: checkEps, clip: numberIn({ min: 1 }) };
  checkOptions("optim.adafactor", options, checks, { area: "optim" });
  const { lr = 0.01, beta2Decay = -0.8, eps = [undefined, 1e-3], clip = 1, weightDecay = 0, weightDecayMask } = options;
  return perParameter<Shared>({
    name: "adafactor",
    options: { lr: plainLearningRate(lr), beta2Decay, eps: [eps[0] ?? null, eps[1]], clip, weightDecay },
    lr,
    weightDecay,
    weightDecayMask,
    slots: (param) => {
      if (param.shape.length < 2) return { v: zerosLike(param) };
      return {
        row: fill([...param.shape.slice(0, -1), 1], 0, param.dtype),
        column: fill([...param.shape.slice(0, -2), 1, param.shape.at(-1) ?? 1], 0, param.dtype),
      };
    },
    share: (scalars) => ({
      lr: scalars.lr,
      rho: minimum(scalars.lr, rsqrt(scalars.count)),
      newest: pow(scalars.count, scalar(beta2Decay, scalars.count.dtype)),
    }),
    update: (grad, slots, context) => {
      const squares = eps[0] ?? MACHINE_EPSILON[context.param.dtype];
      return adafactorStep(grad, slots, context, { squares, scale: eps[1], clip });
    },
  });
}

function adafactorStep(
  grad: AnyTensor,
  slots: Slots,
  { param, shared, weightDecay }: ParameterContext<Shared>,
  bounds: Bounds,
): { update: AnyTensor; slots: Slots } {
  const next = squaresAfter(grad, slots, shared.newest);
  const variance = maximum(estimate(next, bounds.squares), scalar(bounds.squares ** 2, grad.dtype));
  const direction = mul(grad, rsqrt(variance));
  const decayed = weightDecay === 0 ? param : sub(param, mul(param, times(shared.lr, weightDecay)));
  // PyTorch takes the scale before it decays the parameter.
  const rate = mul(maximum(rootMeanSquare(param), scalar(bounds.scale, grad.dtype)), shared.rho);
  const excess = maximum(times(rootMeanSquare(direction), 1 / bounds.clip), scalar(1, grad.dtype));
  const step = mul(direction, neg(div(rate, excess)));
  return { update: weightDecay === 0 ? step : add(step, sub(decayed, param)), slots: next };
}

/** The averages of squares with the newest gradient in them. */
function squaresAfter(grad: AnyTensor, slots: Slots, newest: AnyTensor): Slots {
  const fresh = square(grad);
  const lerp = (before: AnyTensor, value: AnyTensor): AnyTensor => add(before, mul(sub(value, before), newest));
  const { row, column, v } = slots;
  if (row === undefined || column === undefined) return { v: lerp(v ?? zerosLike(grad), fresh) };
  return { row: lerp(row, mean(fresh, [-1], true)), column: lerp(column, mean(fresh, [-2], true)) };
}

/** The squares of all elements: as they are, or row times column over the row's mean. */
function estimate({ row, column, v }: Slots, least: number): AnyTensor {
  if (row === undefined || column === undefined) return v ?? scalar(0, "float");
  return div(mul(row, column), maximum(mean(row, [-2], true), scalar(least, row.dtype)));
}

function rootMeanSquare(x: AnyTensor): AnyTensor {
  return x.shape.length === 0 ? sqrt(square(x)) : sqrt(mean(square(x)));
}
