import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytePairTokeniserOf } from "./byte-pair-tokeniser.ts";
import { charTokeniser } from "./char-tokeniser.ts";
import { loadTokeniser } from "./load-tokeniser.ts";
import { piecesOf } from "./pieces.ts";
import type { BytePairTokeniserData } from "./tokeniser.ts";
import { bytePairTokeniser } from "./train-byte-pairs.ts";

const TEXT = "the cat and the hat; the bat, that cat. Then the 12 cats sat — and the 12 hats, ü!";
const anyText = fc.string({ unit: "grapheme", maxLength: 40 });

describe("charTokeniser", () => {
  it("numbers the characters in the order of their code points", () => {
    const chars = charTokeniser("hello");
    expect(chars.vocabularySize).toBe(4);
    expect([...chars.encode("hole")]).toEqual([1, 3, 2, 0]);
    expect(chars.decode([1, 0, 2, 2, 3])).toBe("hello");
  });

  it("gives back every text of its characters, also those beyond 16 bits", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        fc.pre(text !== "");
        const chars = loadTokeniser(JSON.parse(JSON.stringify(charTokeniser(text))));
        expect(chars.decode(chars.encode(text))).toBe(text);
        expect(chars.vocabularySize).toBe(new Set(text).size);
      }),
    );
  });

  it("refuses other characters, or has one token for them", () => {
    expect(() => charTokeniser("abc").encode("a🙂")).toThrow('the character "🙂" (at 1) does not occur');
    const chars = charTokeniser("abc", { unknown: "?" });
    expect([...chars.encode("a🙂c")]).toEqual([0, 3, 2]);
    expect(chars.decode(chars.encode("a🙂c"))).toBe("a?c");
    expect(() => chars.decode([0, 4])).toThrow("token 1 is 4; tokens are numbered from 0 to 3");
    expect(() => charTokeniser("")).toThrow("the text is empty");
  });
});

describe("bytePairTokeniser", () => {
  it("merges as in the example by hand: aaabdaaabac → ZabdZabac → ZYdZYac → XdXac", () => {
    const tokeniser = bytePairTokeniser("aaabdaaabac", { vocabularySize: 300 });
    const [a, b, c, d] = [97, 98, 99, 100];
    const [Z, Y, X] = [256, 257, 258];
    // aa occurs 4 times. Then Za and ab twice each: the smaller numbers win. Then ZY, twice. No pair is left that occurs twice.
    expect((tokeniser.toJSON() as BytePairTokeniserData).merges).toEqual([
      [a, a],
      [a, b],
      [Z, Y],
    ]);
    expect([...tokeniser.encode("aaabdaaabac")]).toEqual([X, d, X, a, c]);
    expect([...tokeniser.encode("aab")]).toEqual([Z, b]);
    expect(tokeniser.vocabularySize).toBe(259);
  });

  it("gives back any text, learnt or not, also after it was saved", () => {
    const tokeniser = bytePairTokeniser(TEXT, { vocabularySize: 290 });
    const loaded = loadTokeniser(JSON.parse(JSON.stringify(tokeniser)));
    fc.assert(
      fc.property(fc.oneof(anyText, fc.constant("\ufeff the  cat\n\n")), (text) => {
        const tokens = loaded.encode(text);
        expect(loaded.decode(tokens)).toBe(text);
        expect(tokens).toEqual(tokeniser.encode(text));
        expect(tokens.length).toBeLessThanOrEqual(new TextEncoder().encode(text).length);
      }),
      { numRuns: 300 },
    );
  });

  it("needs fewer tokens the more it learnt, and learns the same from the same text in parts", () => {
    const lengths = [256, 260, 266].map(
      (vocabularySize) => bytePairTokeniser(TEXT, { vocabularySize }).encode(TEXT).length,
    );
    expect(lengths).toEqual([...lengths].sort((x, y) => y - x));
    expect(new Set(lengths).size).toBe(3);
    const [whole, parts] = [[TEXT + TEXT], [TEXT, TEXT]].map((texts) =>
      bytePairTokeniser(texts, { vocabularySize: 280 }),
    );
    expect(parts?.encode(TEXT)).toEqual(whole?.encode(TEXT));
  });

  it("never merges across words", () => {
    const tokeniser = bytePairTokeniser("ab ab ab ab", { vocabularySize: 300 });
    expect(tokeniser.encode("ab ab")).toHaveLength(2);
    expect(tokeniser.decode(tokeniser.encode("ab ab").subarray(1))).toBe(" ab");
  });

  it("has special tokens behind the merges, which text does not make", () => {
    const tokeniser = bytePairTokeniser(TEXT, { vocabularySize: 270, specialTokens: ["<|end|>"] });
    const { specialTokens } = bytePairTokeniserOf(tokeniser.toJSON() as BytePairTokeniserData);
    expect(specialTokens).toEqual({ "<|end|>": 269 });
    expect(tokeniser.vocabularySize).toBe(270);
    expect([...tokeniser.encode("<|end|>")]).not.toContain(269);
    expect(tokeniser.decode([116, 269])).toBe("t<|end|>");
  });

  it("shows half a character as the replacement character, and refuses numbers that are no tokens", () => {
    const tokeniser = bytePairTokeniser("a", { vocabularySize: 256 });
    expect(tokeniser.decode([0xc3])).toBe("\ufffd");
    expect(() => tokeniser.decode([256])).toThrow("token 0 is 256; tokens are numbered from 0 to 255");
    expect(() => tokeniser.encode("ab\ud800c")).toThrow("character 2 of the text is half of a surrogate pair");
    expect(() => bytePairTokeniser("a", { vocabularySize: 255 })).toThrow("from 256 to 16777216, got 255");
  });
});

describe("piecesOf", () => {
  it("keeps every character of any text", () => {
    expect([...piecesOf("It's 12  o'clock,\n yes")]).toEqual([
      "It",
      "'",
      "s",
      " 12",
      " ",
      " o",
      "'",
      "clock",
      ",",
      "\n",
      " yes",
    ]);
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => [...piecesOf(text)].join("") === text));
  });
});

describe("loadTokeniser", () => {
  it.each([
    [null, "its format is null"],
    [{ format: "gpt2" }, 'its format is "gpt2"'],
    [{ format: "trainlog-chars-1", characters: ["ab"], unknown: null }, "not a list of single characters"],
    [{ format: "trainlog-chars-1", characters: ["a", "a"], unknown: null }, "listed twice"],
    [{ format: "trainlog-chars-1", characters: ["a"], unknown: 3 }, "unknown is 3"],
    [
      { format: "trainlog-byte-pairs-1", merges: [[1, 256]], specialTokens: [] },
      "merge 0 is [1,256]; it is two tokens below 256",
    ],
    [{ format: "trainlog-byte-pairs-1", merges: [[1]], specialTokens: [] }, "merge 0 is [1]"],
    [{ format: "trainlog-byte-pairs-1", merges: [], specialTokens: [1] }, "specialTokens is not a list"],
    [{ format: "trainlog-byte-pairs-1", merges: {} }, "merges is not a list"],
  ])("refuses what was not saved by a tokeniser: %j", (data, message) => {
    expect(() => loadTokeniser(data)).toThrow(message);
  });
});
