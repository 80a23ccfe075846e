/** @file A curve to fit, and waves to continue. */
import { generator } from "../../random/generator.ts";
import { arrayDataset } from "../array-dataset.ts";
import type { Dataset } from "../dataset.ts";
import { checkOptionNames, checkRange, checkWhole } from "../options.ts";

/** How to sample a sine. */
export interface SineOptions {
  /** Number of points. Default 200. */
  readonly n?: number;
  /** Standard deviation of the normal noise on y. Default 0.1. */
  readonly noise?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * Points of y = sin(x), x at random in [−π, π].
 *
 * @throws TrainlogError `data/bad-option`, `data/unknown-option`.
 */
export function sine(options: SineOptions = {}): Dataset<readonly [1], readonly [1]> {
  checkOptionNames("sine", options, ["n", "noise", "seed"]);
  const { n = 200, noise = 0.1, seed = 0 } = options;
  checkWhole("sine: n", n, 1);
  checkRange("sine: noise", noise, 0);
  const random = generator(seed).fork("sine");
  const inputs = Float64Array.from({ length: n }, () => Math.PI * (2 * random.uniform() - 1));
  return arrayDataset(
    {
      inputs,
      inputShape: [1] as const,
      inputDType: "float",
      targets: inputs.map((x) => Math.sin(x) + noise * random.normal()),
      targetShape: [1] as const,
      targetDType: "float",
    },
    "sine",
  );
}

/** How to make waves. */
export interface SineWavesOptions<L extends number> {
  /** Steps that are seen. */
  readonly length: L;
  /** Number of waves. Default 256. */
  readonly n?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * Waves of random phase and of 2 to 8 periods per 100 steps: the input is `length` steps, the target the step after them.
 *
 * @returns Inputs of shape `[length, 1]` (for GRU and LSTM), targets `[1]`.
 * @throws TrainlogError `data/bad-option`, `data/unknown-option`.
 */
export function sineWaves<const L extends number>(
  options: SineWavesOptions<L>,
): Dataset<readonly [L, 1], readonly [1]> {
  checkOptionNames("sineWaves", options, ["length", "n", "seed"]);
  const { length, n = 256, seed = 0 } = options;
  checkWhole("sineWaves: length", length, 1);
  checkWhole("sineWaves: n", n, 1);
  const random = generator(seed).fork("waves");
  const inputs = new Float64Array(n * length);
  const targets = new Float64Array(n);
  for (let wave = 0; wave < n; wave += 1) {
    const periods = 2 + 6 * random.uniform();
    const phase = random.uniform();
    const value = (step: number): number => Math.sin(2 * Math.PI * ((periods * step) / 100 + phase));
    for (let step = 0; step < length; step += 1) inputs[wave * length + step] = value(step);
    targets[wave] = value(length);
  }
  return arrayDataset(
    {
      inputs,
      inputShape: [length, 1] as const,
      inputDType: "float",
      targets,
      targetShape: [1] as const,
      targetDType: "float",
    },
    "sineWaves",
  );
}
