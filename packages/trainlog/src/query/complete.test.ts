import { describe, expect, it } from "vitest";
import { complete } from "./complete.ts";
import { parseFilter } from "./parse.ts";

const vocabulary = {
  metrics: ["loss", "val/acc @1"],
  config: ["optimizer.lr", "lr"],
  summary: ["acc"],
  valuesOf: () => ["adam", 0.1, true],
};

/** What is offered at the bar. */
function offered(marked: string): string[] {
  const cursor = marked.indexOf("|");
  const text = marked.replace("|", "");
  return complete(text, cursor, vocabulary).items.map((item) => item.text);
}

describe("complete", () => {
  it.each([
    ["|", ["name", "state", "not", "exists(", "config.lr", "metric.`val/acc @1`.min"]],
    ["metric.lo|", ["metric.loss.last", "metric.loss.best"]],
    ["state |", ["=", "!=", "in ("]],
    ["state = |", ["running", "crashed"]],
    ["state = fi|", ["finished"]],
    ["state = running |", ["and", "or"]],
    ["(archived |", ["and", "or", ")"]],
    ["archived and conf|", ["config.optimizer.lr"]],
    ["config.lr = |", ['"adam"', "0.1", "true"]],
    ['config.lr = "a|', ['"adam"']],
    ["created > |", ["-7d"]],
    ["exists(sum|", ["summary.acc"]],
    ["group in (|", ['"adam"']],
    ["loss|", ["metric.loss.last"]],
  ])("offers at %s", (marked, expected) => {
    expect(offered(marked)).toEqual(expect.arrayContaining(expected));
  });

  it("offers nothing behind a mistake", () => {
    expect(offered("nmae = x and |")).toEqual([]);
  });

  it("replaces the word under the cursor, and what comes of it can be read", () => {
    const text = "metric.lo > 1";
    const { from, to, items } = complete(text, 9, vocabulary);
    expect([from, to]).toEqual([0, 9]);
    expect(parseFilter(items[0]!.text + text.slice(to))).toMatchObject({ field: { key: "loss" } });
  });

  it("offers only what can be read at that place", () => {
    for (const item of complete("", 0, vocabulary).items) {
      if (item.kind === "field") expect(() => parseFilter(`exists(${item.text})`)).not.toThrow();
    }
  });
});
