/** @file Checks of layers' options, shared by all of them. */
import { type Checks, callback, checkOptions, flag, must, numberIn } from "../options/check-options.ts";

/**
 * Checks the options of a layer, a loss or an initialiser.
 *
 * @param call - As the caller wrote it, without `nn.`.
 * @throws TrainlogError `nn/unknown-option` naming the closest one that exists, `nn/bad-option`.
 */
export function checkNnOptions(call: string, options: object, checks: Checks, required: readonly string[] = []): void {
  checkOptions(`nn.${call}`, options, checks, { area: "nn", required });
}

/** An initialiser. */
const initializer = must("an initialiser such as nn.init.normal(0, 0.02)", (value) => callback(value) === undefined);

/** Options that many layers share. */
export const SHARED_CHECKS: {
  readonly bias: Checks[string];
  readonly affine: Checks[string];
  readonly causal: Checks[string];
  readonly eps: Checks[string];
  readonly weightInit: Checks[string];
  readonly biasInit: Checks[string];
  readonly rotary: Checks[string];
} = {
  bias: flag,
  affine: flag,
  causal: flag,
  eps: numberIn({ min: 0 }),
  weightInit: initializer,
  biasInit: initializer,
  rotary: must("true, false or a base above 0", (value) => typeof value === "boolean" || Number(value) > 0),
};
