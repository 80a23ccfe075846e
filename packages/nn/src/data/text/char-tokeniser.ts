/** @file One token per character (Unicode code point). */

import { describeValue, TrainlogError } from "../../error.ts";
import { byCodeUnit } from "../by-code-unit.ts";
import { checkOptionNames } from "../options.ts";
import { type CharTokeniserData, checkToken, type Tokeniser } from "./tokeniser.ts";

/** How to treat characters that the tokeniser does not know. */
export interface CharTokeniserOptions {
  /** One token that stands for all of them, and is decoded as this text. Default: they are errors. */
  readonly unknown?: string;
}

/**
 * A tokeniser of the characters that occur in a text, numbered in the order of their code points.
 *
 * @throws TrainlogError `data/empty` for an empty text.
 *
 * @example
 * const chars = Data.charTokeniser("hello");
 * chars.encode("hole");   // [1, 3, 2, 0]
 */
export function charTokeniser(text: string, options: CharTokeniserOptions = {}): Tokeniser {
  checkOptionNames("charTokeniser", options, ["unknown"]);
  const { unknown } = options;
  if (text === "") throw new TrainlogError("data/empty", "charTokeniser: the text is empty, so it has no characters");
  const characters = [...new Set(text)].sort(byCodeUnit);
  return charTokeniserOf({ format: "trainlog-chars-1", characters, unknown: unknown ?? null });
}

/** @internal The tokeniser of saved data. */
export function charTokeniserOf(data: CharTokeniserData): Tokeniser {
  const { characters, unknown } = data;
  const numbers = new Map(characters.map((character, number) => [character, number]));
  const vocabularySize = characters.length + (unknown === null ? 0 : 1);
  return {
    vocabularySize,
    encode(text) {
      return Int32Array.from(text, (character) => {
        const number = numbers.get(character);
        if (number !== undefined) return number;
        if (unknown !== null) return characters.length;
        throw unknownCharacter(text, character);
      });
    },
    decode(tokens) {
      return Array.from(tokens, (token, i) => {
        checkToken(token, i, vocabularySize);
        return characters[token] ?? unknown ?? "";
      }).join("");
    },
    toJSON: () => data,
  };
}

function unknownCharacter(text: string, character: string): TrainlogError {
  return new TrainlogError(
    "text/unknown-character",
    `the character ${describeValue(character)} (at ${text.indexOf(character)}) does not occur in the text that the tokeniser was made from; ` +
      'make it from all texts, or pass unknown: "?"',
  );
}
