/**
 * @file Learning byte pairs (P. Gage, 1994; R. Sennrich et al., 2016): begin with the 256 bytes, and again and again make a token of the two neighbours that occur
 * together most often.
 *
 * Pieces of text are counted once, and each merge looks only at the pieces that hold its pair. Of pairs that occur equally often the one with the smaller
 * numbers wins, so a text gives the same merges everywhere.
 */
import { checkOptionNames, checkWhole } from "../options.ts";
import { bytePairTokeniserOf } from "./byte-pair-tokeniser.ts";
import { mergeTokens } from "./merge-tokens.ts";
import { checkUnicode, piecesOf } from "./pieces.ts";
import type { Tokeniser } from "./tokeniser.ts";

/** How to learn. */
export interface BytePairOptions {
  /** Tokens in all: 256 bytes, the merges, and the special tokens. Fewer when no pair occurs twice any more. */
  readonly vocabularySize: number;
  /** Names of tokens with a meaning of their own, as `"<|end|>"`. Default: none. */
  readonly specialTokens?: readonly string[];
}

/** A piece of text that occurs `count` times. */
interface Piece {
  tokens: number[];
  readonly count: number;
}

/** Two neighbours as one number: both are below 2^24. */
type Pair = number;

const PAIR_BASE = 2 ** 24;
const BYTES = 256;

/**
 * A byte-pair tokeniser, learnt from texts. It encodes any text, also in other languages: what was not learnt stays single bytes.
 *
 * @throws TrainlogError `data/bad-option` when the vocabulary has no room for the bytes and special tokens, `text/not-unicode`, `data/unknown-option`.
 *
 * @example
 * const tokeniser = Data.bytePairTokeniser(text, { vocabularySize: 1000 });
 * tokeniser.decode(tokeniser.encode("any text")) === "any text";
 */
export function bytePairTokeniser(texts: string | Iterable<string>, options: BytePairOptions): Tokeniser {
  checkOptionNames("bytePairTokeniser", options, ["vocabularySize", "specialTokens"]);
  const { vocabularySize, specialTokens = [] } = options;
  checkWhole("bytePairTokeniser: vocabularySize", vocabularySize, BYTES + specialTokens.length, PAIR_BASE);
  const pieces = countPieces(typeof texts === "string" ? [texts] : texts);
  const merges = learn(pieces, vocabularySize - BYTES - specialTokens.length);
  return bytePairTokeniserOf({ format: "trainlog-byte-pairs-1", merges, specialTokens });
}

function countPieces(texts: Iterable<string>): Piece[] {
  const counts = new Map<string, number>();
  for (const text of texts) {
    checkUnicode(text);
    for (const piece of piecesOf(text)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  }
  const encoder = new TextEncoder();
  return [...counts].map(([text, count]) => ({ tokens: [...encoder.encode(text)], count }));
}

function learn(pieces: readonly Piece[], mergeCount: number): [number, number][] {
  const counts = new Map<Pair, number>();
  const holders = new Map<Pair, Set<Piece>>();
  for (const piece of pieces) countPairs(piece, 1, counts, holders);
  const merges: [number, number][] = [];
  while (merges.length < mergeCount) {
    const pair = mostFrequent(counts);
    if (pair === undefined) break;
    const merge: [number, number] = [Math.floor(pair / PAIR_BASE), pair % PAIR_BASE];
    const token = BYTES + merges.length;
    merges.push(merge);
    for (const piece of holders.get(pair) ?? []) {
      countPairs(piece, -1, counts, holders);
      piece.tokens = mergeTokens(piece.tokens, merge, token);
      countPairs(piece, 1, counts, holders);
    }
    counts.delete(pair);
    holders.delete(pair);
  }
  return merges;
}

/** Adds (`sign` 1) or takes away (−1) a piece's neighbours. */
function countPairs(piece: Piece, sign: 1 | -1, counts: Map<Pair, number>, holders: Map<Pair, Set<Piece>>): void {
  const { tokens, count } = piece;
  for (let i = 0; i + 1 < tokens.length; i += 1) {
    const pair = (tokens[i] ?? 0) * PAIR_BASE + (tokens[i + 1] ?? 0);
    const total = (counts.get(pair) ?? 0) + sign * count;
    if (total > 0) counts.set(pair, total);
    else counts.delete(pair);
    // Pieces that lost the pair stay listed: merging them again changes nothing.
    if (sign === 1) holders.set(pair, (holders.get(pair) ?? new Set()).add(piece));
  }
}

/** The pair that occurs most often, if one occurs twice. */
function mostFrequent(counts: ReadonlyMap<Pair, number>): Pair | undefined {
  let best: Pair | undefined;
  let most = 1;
  for (const [pair, count] of counts) {
    if (count < most || count < 2 || (count === most && best !== undefined && pair > best)) continue;
    best = pair;
    most = count;
  }
  return best;
}
