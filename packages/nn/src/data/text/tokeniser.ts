/** @file What a tokeniser is: text to numbers and back. */
import { describeValue, TrainlogError } from "../../error.ts";

/** Turns text into token numbers and back. `decode(encode(text))` is `text` for every text that it encodes. */
export interface Tokeniser {
  /** Tokens are numbered from 0 to `vocabularySize − 1`. */
  readonly vocabularySize: number;
  /**
   * Token numbers of a text.
   *
   * @throws TrainlogError `text/unknown-character` when the tokeniser has no token for a character, `text/not-unicode` for half a surrogate pair.
   */
  encode(text: string): Int32Array;
  /**
   * The text of token numbers.
   *
   * @throws TrainlogError `text/unknown-token` for a number that is no token.
   */
  decode(tokens: ArrayLike<number>): string;
  /** Everything that is needed to make it again, as plain data: what `JSON.stringify` writes and `loadTokeniser` reads. */
  toJSON(): TokeniserData;
}

/** A tokeniser as plain data. */
export type TokeniserData = CharTokeniserData | BytePairTokeniserData;

/** A tokeniser of characters as plain data. */
export interface CharTokeniserData {
  readonly format: "trainlog-chars-1";
  /** Characters in the order of their numbers. */
  readonly characters: readonly string[];
  /** Stands for all other characters; its number is that of the last character plus 1. Null: other characters are errors. */
  readonly unknown: string | null;
}

/** A byte-pair tokeniser as plain data. */
export interface BytePairTokeniserData {
  readonly format: "trainlog-byte-pairs-1";
  /** The i-th pair of tokens becomes token 256 + i. */
  readonly merges: readonly (readonly [number, number])[];
  /** Names of further tokens, which are numbered after the merges. */
  readonly specialTokens: readonly string[];
}

/** Refuses a token number that stands for nothing. */
export function checkToken(token: number | undefined, index: number, vocabularySize: number): void {
  if (token !== undefined && Number.isInteger(token) && token >= 0 && token < vocabularySize) return;
  throw new TrainlogError(
    "text/unknown-token",
    `token ${index} is ${describeValue(token)}; tokens are numbered from 0 to ${vocabularySize - 1}`,
  );
}
