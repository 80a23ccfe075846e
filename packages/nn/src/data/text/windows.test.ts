import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { Dataset } from "../dataset.ts";
import { readAll } from "../read-all.ts";
import { codeOf } from "../test-errors.ts";
import { charTokeniser } from "./char-tokeniser.ts";
import { fileWindows } from "./file-windows.ts";
import { textWindows } from "./text-windows.ts";
import { bytePairTokeniser } from "./train-byte-pairs.ts";

const count = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i);

describe("textWindows", () => {
  it("has each stretch as input and the one a token later as target", async () => {
    const windows = textWindows(count(9), { length: 3 });
    expectTypeOf(windows).toEqualTypeOf<Dataset<readonly [3], readonly [3]>>();
    expect(await readAll(windows)).toEqual({
      inputs: Int32Array.of(0, 1, 2, 3, 4, 5),
      targets: Int32Array.of(1, 2, 3, 4, 5, 6),
    });
  });

  it("reaches as far as the tokens do, and no further", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 8 }),
        async (n, length, stride) => {
          fc.pre(n > length);
          const windows = textWindows(count(n), { length, stride });
          const { inputs, targets } = await readAll(windows);
          expect([...inputs].map((token) => token + 1)).toEqual([...targets]);
          const last = targets.at(-1) ?? 0;
          expect(last).toBeLessThan(n);
          expect(last + stride).toBeGreaterThanOrEqual(n);
        },
      ),
    );
  });

  it("refuses a text that is too short", () => {
    expect(() => textWindows(count(4), { length: 4 })).toThrow("need 5 tokens, the text has 4");
    expect(() => textWindows(count(4), { length: 0 })).toThrow("whole number of at least 1, got 0");
    expect(() => textWindows(count(4), { length: 2, step: 1 } as never)).toThrow('unknown option "step"');
  });
});

describe("fileWindows", () => {
  const text = "Żółw idzie — 🐢🐢 — and the cat sat on the mat. ".repeat(5);
  const bytes = new TextEncoder().encode(text);

  it.each([
    ["characters", charTokeniser(text)],
    ["byte pairs", bytePairTokeniser(text, { vocabularySize: 280 })],
  ])("gives stretches of the file, wherever they begin, %s", async (_, tokeniser) => {
    await using windows = await fileWindows(bytes, tokeniser, { length: 12, strideBytes: 1 });
    expectTypeOf(windows.inputShape).toEqualTypeOf<readonly [12]>();
    expect(windows.length).toBe(bytes.length - 1);
    const { inputs, targets } = await readAll(windows);
    for (let i = 0; i < windows.length; i += 1) {
      const [input, target] = [inputs, targets].map((tokens) => tokens.subarray(i * 12, (i + 1) * 12));
      expect(input?.subarray(1)).toEqual(target?.subarray(0, 11));
      // Byte pairs at the end of a stretch may hold half a character only where the window was cut.
      expect(text).toContain(tokeniser.decode(target ?? []).replaceAll("\ufffd", ""));
    }
  });

  it("reads from a file, and closes it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "trainlog-text-"));
    try {
      const path = join(folder, "turtle.txt");
      await writeFile(path, text);
      const windows = await fileWindows(path, charTokeniser(text), { length: 8 });
      const first = await readAll(windows);
      expect(charTokeniser(text).decode(first.inputs.subarray(0, 8))).toBe(text.slice(0, 8));
      await windows.close();
      await expect(readAll(windows)).rejects.toThrow();
      expect(await codeOf(() => fileWindows(join(folder, "no.txt"), charTokeniser("a"), { length: 8 }))).toBe(
        "data/no-file",
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("refuses files that are too short or no text", async () => {
    const chars = charTokeniser("abc", { unknown: "?" });
    await expect(fileWindows(new TextEncoder().encode("abc"), chars, { length: 3 })).rejects.toThrow(
      "need 4 tokens, the text has 3",
    );
    expect(await codeOf(() => fileWindows(new Uint8Array(0), chars, { length: 3 }))).toBe("text/too-short");
    const broken = Uint8Array.from([...Array(40).fill(97), 0xff, 97, ...Array(400).fill(97)]);
    const windows = await fileWindows(broken, chars, { length: 4 });
    await expect(readAll(windows)).rejects.toThrow(/the text is not UTF-8 text: between bytes \d+ and \d+/);
  });
});

it("text is no tokens", () => {
  expect(() => textWindows("hello" as never, { length: 2 })).toThrow(
    'textWindows takes tokens in an Int32Array, as a tokeniser\'s encode gives them, got "hello"',
  );
});
