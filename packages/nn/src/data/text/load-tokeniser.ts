/** @file Tokenisers from saved data. */
import { describeValue, TrainlogError } from "../../error.ts";
import { bytePairTokeniserOf } from "./byte-pair-tokeniser.ts";
import { charTokeniserOf } from "./char-tokeniser.ts";
import type { BytePairTokeniserData, CharTokeniserData, Tokeniser } from "./tokeniser.ts";

/**
 * The tokeniser that was saved by `JSON.stringify(tokeniser)`.
 *
 * @param data - What `JSON.parse` gave.
 * @throws TrainlogError `text/bad-tokeniser` naming what is wrong.
 */
export function loadTokeniser(data: unknown): Tokeniser {
  if (isRecord(data) && data["format"] === "trainlog-chars-1") return charTokeniserOf(checkChars(data));
  if (isRecord(data) && data["format"] === "trainlog-byte-pairs-1") return bytePairTokeniserOf(checkPairs(data));
  throw bad(
    `its format is ${describeValue(isRecord(data) ? data["format"] : data)}; "trainlog-chars-1" and "trainlog-byte-pairs-1" are read`,
  );
}

function isRecord(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === "object" && data !== null;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

function checkChars({ characters, unknown }: Readonly<Record<string, unknown>>): CharTokeniserData {
  if (!isTexts(characters) || characters.some((text) => [...text].length !== 1))
    throw bad("characters is not a list of single characters");
  if (new Set(characters).size !== characters.length) throw bad("a character is listed twice");
  if (unknown !== null && typeof unknown !== "string")
    throw bad(`unknown is ${describeValue(unknown)}; it is text or null`);
  return { format: "trainlog-chars-1", characters, unknown };
}

function checkPairs({ merges, specialTokens }: Readonly<Record<string, unknown>>): BytePairTokeniserData {
  if (!Array.isArray(merges)) throw bad("merges is not a list");
  const pairs = merges.map((pair: unknown, i): readonly [number, number] => {
    const [left, right]: readonly unknown[] = Array.isArray(pair) && pair.length === 2 ? pair : [];
    if (isToken(left, 256 + i) && isToken(right, 256 + i)) return [left, right];
    throw bad(`merge ${i} is ${JSON.stringify(pair)}; it is two tokens below ${256 + i}`);
  });
  if (!isTexts(specialTokens)) throw bad("specialTokens is not a list of texts");
  return { format: "trainlog-byte-pairs-1", merges: pairs, specialTokens };
}

/** A merge joins tokens that came before it. */
function isToken(value: unknown, below: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < below;
}

function bad(reason: string): TrainlogError {
  return new TrainlogError("text/bad-tokeniser", `the tokeniser cannot be loaded: ${reason}`);
}
