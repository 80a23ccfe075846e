import { describe, expect, it } from "vitest";
import { describeProgress, progressOn } from "./progress.ts";
import { showNumber, showNumbers } from "./show-number.ts";

/** "Erase to the end of the line". */
const ERASE = "\u001b[K";

function memoryTerminal(isInteractive: boolean) {
  const texts: string[] = [];
  return { texts, terminal: { isInteractive, columns: 60, write: (text: string) => void texts.push(text) } };
}

describe("progress", () => {
  it("is a bar with rate and time left", () => {
    expect(describeProgress({ step: 50, steps: 200, loss: 0.01234, done: 50, elapsedMs: 1000 })).toBe(
      "██████░░░░░░░░░░░░░░░░░░  25% 50/200 loss 0.01234 50 steps/s, 3.00 s left",
    );
    expect(describeProgress({ step: 200, steps: 200, loss: 1e-9, done: 200, elapsedMs: 90_000 })).toBe(
      "████████████████████████ 100% 200/200 loss 1.000e-9 2.2 steps/s in 1:30",
    );
  });

  it("overwrites one line on a terminal, never wider than it", () => {
    const { texts, terminal } = memoryTerminal(true);
    const progress = progressOn({ terminal, firstStep: 0, steps: 10 });
    progress.at(1, 0.5);
    progress.at(2, 0.4);
    progress.note("a note");
    progress.end(10, 0.1);
    expect(texts[0]?.startsWith("\r█")).toBe(true);
    expect(texts[0]?.endsWith(ERASE)).toBe(true);
    expect(texts.slice(1)).toEqual([`\r${ERASE}a note\n`, expect.stringContaining("100% 10/10"), "\n"]);
    for (const text of texts) expect(text.replaceAll(ERASE, "").trim().length).toBeLessThan(60);
  });

  it("is a few lines in a pipe, the last step once", () => {
    const { texts, terminal } = memoryTerminal(false);
    const progress = progressOn({ terminal, firstStep: 0, steps: 20, every: 10 });
    for (let step = 1; step <= 20; step += 1) progress.at(step, 1 / step);
    progress.end(20, 0.05);
    expect(texts).toEqual(["step 10/20: loss 0.1\n", "step 20/20: loss 0.05\n"]);
  });
});

it("shows numbers in four digits", () => {
  expect([0, 0.123456, -12345.6, 1e-7, 3e9, Number.NaN].map(showNumber)).toEqual([
    "0",
    "0.1235",
    "-12350",
    "1.000e-7",
    "3.000e+9",
    "NaN",
  ]);
  expect(showNumbers([1])).toBe("1");
  expect(showNumbers([1, 2.5])).toBe("[1, 2.5]");
  expect(showNumbers(new Array(9).fill(0))).toBe("[0, 0, 0, 0, 0, 0, 0, 0, …]");
});
