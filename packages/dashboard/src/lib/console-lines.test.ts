import type { ConsoleLineInfo } from "trainlog/api";
import { expect, it } from "vitest";
import { MAX_CONSOLE_LINES, mergeConsole, plainText } from "./console-lines.ts";

const line = (number: number, text: string, stream: "stdout" | "stderr" = "stdout"): ConsoleLineInfo => ({
  line: number,
  stream,
  text,
  wallMs: 0,
});

it("replaces a rewritten line and keeps the order", () => {
  const known = [line(0, "start"), line(1, "10 %")];
  const merged = mergeConsole(known, [line(2, "done"), line(1, "100 %"), line(1, "careful", "stderr")]);
  expect(merged.map((entry) => entry.text)).toEqual(["start", "100 %", "careful", "done"]);
  expect(mergeConsole(merged, merged)).toEqual(merged);
});

it("keeps the newest lines when there are too many", () => {
  const many = Array.from({ length: MAX_CONSOLE_LINES + 5 }, (_, i) => line(i, String(i)));
  const merged = mergeConsole([], many);
  expect([merged.length, merged[0]?.text]).toEqual([MAX_CONSOLE_LINES, "5"]);
});

it("removes colours, cursor moves and titles of a terminal, and nothing else", () => {
  expect(plainText("\u001b[1;31mred\u001b[0m [0] \u001b]0;title\u0007\u001b[2Kok")).toBe("red [0] ok");
});
