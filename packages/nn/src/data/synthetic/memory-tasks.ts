/** @file Sequences that can only be answered by remembering (S. Hochreiter and J. Schmidhuber, Long Short-Term Memory, 1997). */
import { generator } from "../../random/generator.ts";
import { arrayDataset } from "../array-dataset.ts";
import type { Dataset } from "../dataset.ts";
import { checkOptionNames, checkWhole } from "../options.ts";

/** How long the sequences are and how many there are. */
export interface AddingProblemOptions<L extends number> {
  /** Steps, at least 2. */
  readonly length: L;
  /** Number of sequences. Default 1,000. */
  readonly n?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * The adding problem: each step has a number in [0, 1) and a mark; two steps are marked 1 (one in each half), the target is the sum of their numbers.
 * Whoever always answers 1 has a mean squared error of about 0.167.
 *
 * @returns Inputs of shape `[length, 2]`, targets `[1]`.
 * @throws TrainlogError `data/bad-option`, `data/unknown-option`.
 */
export function addingProblem<const L extends number>(
  options: AddingProblemOptions<L>,
): Dataset<readonly [L, 2], readonly [1]> {
  checkOptionNames("addingProblem", options, ["length", "n", "seed"]);
  const { length, n = 1000, seed = 0 } = options;
  checkWhole("addingProblem: length", length, 2);
  checkWhole("addingProblem: n", n, 1);
  const random = generator(seed).fork("adding");
  const half = length >> 1;
  const inputs = new Float64Array(n * length * 2);
  const targets = new Float64Array(n);
  for (let sequence = 0; sequence < n; sequence += 1) {
    const start = sequence * length * 2;
    for (let step = 0; step < length; step += 1) inputs[start + step * 2] = random.uniform();
    for (const marked of [random.integer(half), half + random.integer(length - half)]) {
      inputs[start + marked * 2 + 1] = 1;
      targets[sequence] = (targets[sequence] ?? 0) + (inputs[start + marked * 2] ?? 0);
    }
  }
  return arrayDataset(
    {
      inputs,
      inputShape: [length, 2] as const,
      inputDType: "float",
      targets,
      targetShape: [1] as const,
      targetDType: "float",
    },
    "addingProblem",
  );
}

/** How long the sequences are and how many there are. */
export interface CopyTaskOptions<L extends number> {
  /** Steps in all: `symbols`, a pause, `symbols` again. At least `2 · symbols`. */
  readonly length: L;
  /** Symbols to remember. Default 4. */
  readonly symbols?: number;
  /** Different symbols, numbered from 2. Default 8. */
  readonly alphabet?: number;
  /** Number of sequences. Default 1,000. */
  readonly n?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * The copy task: some symbols, a pause, and then the same symbols are to be said again. Token 0 is the pause, token 1 asks for an answer.
 *
 * Input: symbols, 0 …, 1 … (as many as symbols). Target: 0 … while listening and waiting, then the symbols.
 *
 * @returns Tokens (int32) of shape `[length]`, targets the same; `alphabet + 2` different tokens.
 * @throws TrainlogError `data/bad-option`, `data/unknown-option`.
 */
export function copyTask<const L extends number>(options: CopyTaskOptions<L>): Dataset<readonly [L], readonly [L]> {
  checkOptionNames("copyTask", options, ["length", "symbols", "alphabet", "n", "seed"]);
  const { length, symbols = 4, alphabet = 8, n = 1000, seed = 0 } = options;
  checkWhole("copyTask: symbols", symbols, 1);
  checkWhole("copyTask: length", length, 2 * symbols);
  checkWhole("copyTask: alphabet", alphabet, 1);
  checkWhole("copyTask: n", n, 1);
  const random = generator(seed).fork("copy");
  const inputs = new Int32Array(n * length);
  const targets = new Int32Array(n * length);
  for (let sequence = 0; sequence < n; sequence += 1) {
    const start = sequence * length;
    const answer = start + length - symbols;
    for (let i = 0; i < symbols; i += 1) {
      const symbol = 2 + random.integer(alphabet);
      inputs[start + i] = symbol;
      inputs[answer + i] = 1;
      targets[answer + i] = symbol;
    }
  }
  return arrayDataset(
    {
      inputs,
      inputShape: [length] as const,
      inputDType: "int32",
      targets,
      targetShape: [length] as const,
      targetDType: "int32",
    },
    "copyTask",
  );
}
