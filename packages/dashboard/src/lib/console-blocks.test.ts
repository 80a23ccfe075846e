import fc from "fast-check";
import type { ConsoleLineInfo } from "trainlog/api";
import { describe, expect, it } from "vitest";
import { BLOCK_LINES, blockOf, ConsoleBlocks, mergeLines } from "./console-blocks.ts";

const line = (number: number, text = String(number), stream: "stdout" | "stderr" = "stdout"): ConsoleLineInfo => ({
  line: number,
  stream,
  text,
  wallMs: 0,
});
const lines = (from: number, end: number): ConsoleLineInfo[] =>
  Array.from({ length: end - from }, (_, i) => line(from + i));

describe("mergeLines", () => {
  it("replaces a rewritten line and keeps the order", () => {
    const known = [line(0, "start"), line(1, "10 %")];
    const merged = mergeLines(known, [line(2, "done"), line(1, "100 %"), line(1, "careful", "stderr")]);
    expect(merged.map((entry) => entry.text)).toEqual(["start", "100 %", "careful", "done"]);
    expect(mergeLines(merged, merged)).toEqual(merged);
  });
});

describe("ConsoleBlocks", () => {
  it("knows what to fetch and finds rows and lines of each other", () => {
    const blocks = ConsoleBlocks.between(0, 2499);
    expect([blocks.rowCount, blocks.missing(900, 1100), blocks.lineAt(3)]).toEqual([2500, [0, 1], undefined]);
    const fetched = blocks.withBlock(1, lines(1000, 2000));
    expect(fetched.missing(0, 2500)).toEqual([0, 2]);
    expect([fetched.lineAt(1234)?.text, fetched.rowOf(1234), fetched.rowOf(2100)]).toEqual(["1234", 1234, 2100]);
  });

  it("moves rows where numbers have holes or a line of each stream", () => {
    const sparse = [line(3), line(5), line(5, "e", "stderr")];
    const blocks = ConsoleBlocks.between(3, 1001).withBlock(0, sparse).withBlock(1, lines(1000, 1002));
    expect(Array.from({ length: blocks.rowCount }, (_, row) => blocks.lineAt(row)?.text)).toEqual([
      "3",
      "5",
      "e",
      "1000",
      "1001",
    ]);
    expect([blocks.rowOf(5), blocks.rowOf(1001), blocks.rowOf(4)]).toEqual([1, 4, 1]);
  });

  it("takes live lines into blocks that it holds or that begin, whatever the cut", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 8 }), (cuts) => {
        let blocks = ConsoleBlocks.between(0, -1);
        let count = 0;
        for (const cut of cuts) {
          blocks = blocks.withLive(lines(count, count + cut));
          count += cut;
        }
        expect(blocks.rowCount).toBe(count);
        expect(blocks.missing(0, count)).toEqual([]);
        for (const row of [0, count >> 1, count - 1].filter((at) => at >= 0 && at < count))
          expect(blocks.lineAt(row)?.line).toBe(row);
      }),
    );
  });

  it("asks for a block again whose earlier lines it never had", () => {
    const blocks = ConsoleBlocks.between(0, 1500).withLive([line(1501)]);
    expect([blocks.rowCount, blocks.missing(1400, 1502)]).toEqual([1502, [1]]);
    expect(
      ConsoleBlocks.between(0, 10)
        .withLive([line(5000)])
        .missing(4999, 5001),
    ).toEqual([4, 5]);
  });

  it("holds a bounded number of lines, those nearest to the last look, and moves no row by dropping the others", () => {
    let blocks = ConsoleBlocks.between(0, 300 * BLOCK_LINES - 1);
    for (let block = 0; block < 150; block++)
      blocks = blocks.withBlock(block, lines(block * BLOCK_LINES, (block + 1) * BLOCK_LINES - 1));
    expect([blocks.holds(149), blocks.holds(50), blocks.holds(49), blocks.holds(0)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(blocks.lineAt(149 * (BLOCK_LINES - 1))?.line).toBe(149 * BLOCK_LINES);
    expect(blockOf(149 * BLOCK_LINES)).toBe(149);
  });
});
