/** @file Encoding and decoding with learnt byte pairs. */
import { mergeTokens } from "./merge-tokens.ts";
import { checkUnicode, piecesOf } from "./pieces.ts";
import { type BytePairTokeniserData, checkToken, type Tokeniser } from "./tokeniser.ts";

const PAIR_BASE = 2 ** 24;
const BYTES = 256;
/** Pieces whose tokens are remembered; natural text repeats a few thousand. */
const MAX_REMEMBERED = 50_000;

/** A byte-pair tokeniser: any text becomes tokens, and the tokens become the same text. */
export interface BytePairTokeniser extends Tokeniser {
  /** Numbers of the special tokens, by name. `encode` never makes them: add them where they belong. */
  readonly specialTokens: Readonly<Record<string, number>>;
}

/** @internal The tokeniser of saved data. */
export function bytePairTokeniserOf(data: BytePairTokeniserData): BytePairTokeniser {
  const { merges, specialTokens } = data;
  const ranks = new Map(merges.map(([left, right], rank) => [left * PAIR_BASE + right, rank]));
  const bytes = tokenBytes(merges);
  const specialStart = BYTES + merges.length;
  const vocabularySize = specialStart + specialTokens.length;
  const remembered = new Map<string, readonly number[]>();

  const encodePiece = (piece: string): readonly number[] => {
    const known = remembered.get(piece);
    if (known !== undefined) return known;
    const tokens = mergeAll([...new TextEncoder().encode(piece)], merges, ranks);
    if (remembered.size < MAX_REMEMBERED) remembered.set(piece, tokens);
    return tokens;
  };

  return {
    vocabularySize,
    specialTokens: Object.fromEntries(specialTokens.map((name, i) => [name, specialStart + i])),
    encode(text) {
      checkUnicode(text);
      return Int32Array.from(piecesOf(text).flatMap(encodePiece));
    },
    decode(tokens) {
      const parts: number[] = [];
      for (let i = 0; i < tokens.length; i += 1) {
        const token = tokens[i] ?? -1;
        checkToken(token, i, vocabularySize);
        const special = specialTokens[token - specialStart];
        for (const byte of special === undefined ? (bytes[token] ?? []) : new TextEncoder().encode(special))
          parts.push(byte);
      }
      // Tokens may end inside of a character; that part is shown as the replacement character. A mark at the beginning is text like any other.
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(parts));
    },
    toJSON: () => data,
  };
}

/** The bytes that each token stands for. */
function tokenBytes(merges: readonly (readonly [number, number])[]): (readonly number[])[] {
  const bytes: (readonly number[])[] = Array.from({ length: BYTES }, (_, byte) => [byte]);
  for (const [left, right] of merges) bytes.push([...(bytes[left] ?? []), ...(bytes[right] ?? [])]);
  return bytes;
}

/** Merges in the order in which they were learnt, until no pair of neighbours was learnt. */
function mergeAll(
  bytes: readonly number[],
  merges: readonly (readonly [number, number])[],
  ranks: ReadonlyMap<number, number>,
): readonly number[] {
  let tokens = bytes;
  for (;;) {
    let first = Infinity;
    for (let i = 0; i + 1 < tokens.length; i += 1) {
      first = Math.min(first, ranks.get((tokens[i] ?? 0) * PAIR_BASE + (tokens[i + 1] ?? 0)) ?? Infinity);
    }
    const merge = merges[first];
    if (merge === undefined) return tokens;
    tokens = mergeTokens(tokens, merge, BYTES + first);
  }
}
