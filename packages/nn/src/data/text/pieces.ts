/** @file Cutting text into pieces that merges do not cross. */
import { TrainlogError } from "../../error.ts";

/**
 * GPT-2's rule (Radford et al., 2019) without English contractions: a word, a number or a run of other signs, each with the blank before it, or blank space.
 * Every character is in exactly one piece.
 */
const PIECE = / ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** The pieces of a text, in order; joined they are the text. */
export function piecesOf(text: string): IteratorObject<string> {
  return text.matchAll(PIECE).map(([piece]) => piece);
}

/** Refuses half of a surrogate pair, which UTF-8 cannot hold. */
export function checkUnicode(text: string): void {
  if (text.isWellFormed()) return;
  const at = [...text].findIndex((character) => !character.isWellFormed());
  throw new TrainlogError(
    "text/not-unicode",
    `character ${at} of the text is half of a surrogate pair, which stands for nothing; text.toWellFormed() replaces such`,
  );
}
