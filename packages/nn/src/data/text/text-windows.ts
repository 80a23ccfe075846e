/** @file Examples for next-token prediction from tokens that lie in memory. */
import { describeValue, TrainlogError } from "../../error.ts";
import type { Dataset } from "../dataset.ts";
import { checkOptionNames, checkWhole } from "../options.ts";

/** How windows lie in the tokens. */
export interface TextWindowsOptions<L extends number> {
  /** Tokens per example. */
  readonly length: L;
  /** Tokens from the beginning of one window to that of the next. Default: `length`, so each token is predicted once per epoch. */
  readonly stride?: number;
}

/**
 * Windows of tokens: the input is `length` tokens, the target the same stretch one token later. Both are int32 of shape `[length]`.
 *
 * @param tokens - What a tokeniser's `encode` gave; kept, not copied.
 * @throws TrainlogError `text/too-short` when there are not `length + 1` tokens, `data/bad-option`, `data/unknown-option`.
 *
 * @example
 * const data = Data.textWindows(tokeniser.encode(text), { length: 128 });   // Dataset<[128], [128]>
 */
export function textWindows<const L extends number>(
  tokens: Int32Array,
  options: TextWindowsOptions<L>,
): Dataset<readonly [L], readonly [L]> {
  checkOptionNames("textWindows", options, ["length", "stride"]);
  if (!(tokens instanceof Int32Array)) {
    throw new TrainlogError(
      "data/bad-option",
      `textWindows takes tokens in an Int32Array, as a tokeniser's encode gives them, got ${describeValue(tokens)}`,
    );
  }
  const { length, stride = length } = options;
  checkWhole("textWindows: length", length, 1);
  checkWhole("textWindows: stride", stride, 1);
  if (tokens.length <= length) throw tooShort("textWindows", tokens.length, length);
  return {
    length: Math.floor((tokens.length - length - 1) / stride) + 1,
    inputShape: [length],
    targetShape: [length],
    inputDType: "int32",
    targetDType: "int32",
    readInto(indices, inputs, targets) {
      for (let i = 0; i < indices.length; i += 1) {
        const start = (indices[i] ?? 0) * stride;
        inputs.set(tokens.subarray(start, start + length), i * length);
        targets.set(tokens.subarray(start + 1, start + length + 1), i * length);
      }
    },
  };
}

/** @internal */
export function tooShort(what: string, tokenCount: number, length: number): TrainlogError {
  return new TrainlogError(
    "text/too-short",
    `${what}: a window of ${length} tokens and the one after it need ${length + 1} tokens, the text has ${tokenCount}`,
  );
}
