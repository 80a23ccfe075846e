/** @file Adam and AdamW. */
import { checkOptions, flag } from "../options/check-options.ts";
import { add, div, expm1, maximum, mul, neg, scalar, sqrt, square, times } from "../primitives/index.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { averageWith, plusTimes } from "./arithmetic.ts";
import type { Optimizer } from "./optimizer.ts";
import { zerosLike } from "./params.ts";
import { type ParameterContext, perParameter, type SlotState, type Slots, type StepScalars } from "./per-parameter.ts";
import { type DecayOptions, epsilon, type RateOptions, SHARED_CHECKS, twoAverageFactors } from "./rule-options.ts";
import { plainLearningRate } from "./schedule/schedule.ts";

/** Options of {@link adam} and {@link adamW}. */
export interface AdamOptions extends RateOptions, DecayOptions {
  /** Factors of the averages of the gradient and of its square. Default `[0.9, 0.999]`. */
  readonly betas?: readonly [number, number];
  /** Added to the denominator. Default 1e-8. */
  readonly eps?: number;
  /** Divides by the largest average of squares so far (Reddi et al., 2018). Default false. */
  readonly amsgrad?: boolean;
}

interface Shared {
  readonly lr: AnyTensor;
  /** −lr · √(1 − β₂ᵗ) / (1 − β₁ᵗ): both corrections, so that no parameter has to be multiplied by one of its own. */
  readonly minusRate: AnyTensor;
  /** eps · √(1 − β₂ᵗ). */
  readonly eps: AnyTensor;
}

/**
 * Adam (Kingma and Ba, 2015): `m`, `v` = averages of the gradient and of its square, corrected for their beginning at 0;
 * `w ← w − lr · m̂ / (√v̂ + eps)`. `weightDecay` is added to the gradient. As PyTorch's `torch.optim.Adam`.
 *
 * @throws TrainlogError `optim/bad-option`, `optim/unknown-option`.
 *
 * @example
 * optim.adam({ lr: 0.03 });
 */
export function adam(options: AdamOptions): Optimizer<SlotState> {
  return adamRule("adam", options, 0, false);
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019): before the step `w` is multiplied by `1 − lr·weightDecay`. Default `weightDecay` 0.01.
 * As PyTorch's `torch.optim.AdamW`.
 *
 * @throws TrainlogError `optim/bad-option`, `optim/unknown-option`.
 *
 * @example
 * optim.adamW({ lr: 3e-4, weightDecay: 0.1, weightDecayMask: optim.onlyMatrices });
 */
export function adamW(options: AdamOptions): Optimizer<SlotState> {
  return adamRule("adamW", options, 0.01, true);
}

function adamRule(name: string, options: AdamOptions, defaultDecay: number, decoupled: boolean): Optimizer<SlotState> {
  const checks = { ...SHARED_CHECKS, betas: twoAverageFactors, eps: epsilon, amsgrad: flag };
  checkOptions(`optim.${name}`, options, checks, { area: "optim", required: ["lr"] });
  const {
    lr,
    betas = [0.9, 0.999],
    eps = 1e-8,
    amsgrad = false,
    weightDecay = defaultDecay,
    weightDecayMask,
  } = options;
  return perParameter<Shared>({
    name,
    options: { lr: plainLearningRate(lr), betas, eps, amsgrad, weightDecay },
    lr,
    weightDecay,
    weightDecayMask,
    slots: (param) => ({
      m: zerosLike(param),
      v: zerosLike(param),
      ...(amsgrad ? { vMax: zerosLike(param) } : {}),
    }),
    share: (scalars) => corrections(scalars, betas, eps),
    update: (grad, slots, context) => adamStep(grad, slots, context, { betas, decoupled }),
  });
}

/** The corrections as −expm1(t·ln β): 1 − βᵗ itself would lose 4 of 7 digits for β = 0.999 in float. */
function corrections({ lr, count }: StepScalars, [beta1, beta2]: readonly [number, number], eps: number): Shared {
  const missing = (beta: number): AnyTensor =>
    beta === 0 ? scalar(1, count.dtype) : neg(expm1(times(count, Math.log(beta))));
  const root = sqrt(missing(beta2));
  return { lr, minusRate: neg(div(mul(lr, root), missing(beta1))), eps: times(root, eps) };
}

function adamStep(
  grad: AnyTensor,
  { m, v, vMax }: Slots,
  { param, shared, weightDecay }: ParameterContext<Shared>,
  { betas, decoupled }: { readonly betas: readonly [number, number]; readonly decoupled: boolean },
): { update: AnyTensor; slots: Slots } {
  const g = decoupled ? grad : plusTimes(grad, param, weightDecay);
  const mNext = averageWith(m ?? zerosLike(param), g, betas[0]);
  const vNext = add(times(v ?? zerosLike(param), betas[1]), times(square(g), 1 - betas[1]));
  const vUsed = vMax === undefined ? vNext : maximum(vMax, vNext);
  const step = mul(div(mNext, add(sqrt(vUsed), shared.eps)), shared.minusRate);
  const update = decoupled && weightDecay !== 0 ? add(step, mul(param, times(shared.lr, -weightDecay))) : step;
  return { update, slots: { m: mNext, v: vNext, ...(vMax === undefined ? {} : { vMax: vUsed }) } };
}
