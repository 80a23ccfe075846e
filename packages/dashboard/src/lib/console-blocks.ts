/**
 * @file Console output of any length: lines in blocks by line number, of which only those in view are held.
 *
 * Rows of the list are counted over all blocks. How many lines a block has is known once it was fetched; until then it counts as full. (Lines of one run are numbered without holes by
 * trainlog itself; other writers may number each stream for itself, so a number can have a line of each stream, or none.)
 */
import type { ConsoleLineInfo } from "trainlog/api";

/** Line numbers per block. */
export const BLOCK_LINES = 1000;

/** Blocks held; 100,000 lines of 100 characters are 20 MB. */
const MAX_HELD = 100;

interface Block {
  /** Lines that it has, or is thought to have. */
  readonly rowCount: number;
  /** Undefined when it was not fetched, or dropped since. */
  readonly lines: readonly ConsoleLineInfo[] | undefined;
}

/** Blocks from the first line number to the last. Changed only by making another. */
export class ConsoleBlocks {
  /** Line number of the newest line; -1 before there is any. */
  readonly lastLine: number;
  readonly #firstBlock: number;
  readonly #blocks: ReadonlyMap<number, Block>;
  /** Rows before each block, from `#firstBlock` on, and those of all of them at the end. */
  readonly #rowsBefore: readonly number[];

  private constructor(firstBlock: number, lastLine: number, blocks: ReadonlyMap<number, Block>) {
    this.#firstBlock = firstBlock;
    this.lastLine = lastLine;
    this.#blocks = blocks;
    const rowsBefore = [0];
    for (let block = firstBlock; block <= blockOf(lastLine); block++)
      rowsBefore.push((rowsBefore.at(-1) ?? 0) + this.#rowCountOf(block));
    this.#rowsBefore = rowsBefore;
  }

  /** Blocks of which nothing is known but their ends. */
  static between(firstLine: number, lastLine: number): ConsoleBlocks {
    return new ConsoleBlocks(blockOf(Math.max(0, firstLine)), lastLine, new Map());
  }

  /** Rows of the whole list. */
  get rowCount(): number {
    return this.#rowsBefore.at(-1) ?? 0;
  }

  /** Whether a block's lines are held. */
  holds(block: number): boolean {
    return this.#blocks.get(block)?.lines !== undefined;
  }

  /** The line of a row; undefined when its block is not held. */
  lineAt(row: number): ConsoleLineInfo | undefined {
    const at = this.#placeOf(row);
    return this.#blocks.get(this.#firstBlock + at)?.lines?.[row - (this.#rowsBefore[at] ?? 0)];
  }

  /** The row of a line number: exact when its block is held. */
  rowOf(line: number): number {
    const block = Math.min(Math.max(blockOf(line), this.#firstBlock), blockOf(Math.max(0, this.lastLine)));
    const before = this.#rowsBefore[block - this.#firstBlock] ?? 0;
    const lines = this.#blocks.get(block)?.lines;
    if (lines === undefined) return before + (line - block * BLOCK_LINES);
    const found = lines.findIndex((held) => held.line >= line);
    return before + (found < 0 ? Math.max(0, lines.length - 1) : found);
  }

  /** Blocks of these rows that are not held. */
  missing(firstRow: number, endRow: number): number[] {
    if (this.rowCount === 0 || endRow <= firstRow) return [];
    const [first, last] = [this.#placeOf(firstRow), this.#placeOf(endRow - 1)];
    return Array.from({ length: last - first + 1 }, (_, i) => this.#firstBlock + first + i).filter(
      (block) => !this.holds(block),
    );
  }

  /** With the lines of a block, as they were fetched. The blocks farthest from it are dropped when there are too many. */
  withBlock(block: number, lines: readonly ConsoleLineInfo[]): ConsoleBlocks {
    const blocks = new Map(this.#blocks).set(block, { rowCount: lines.length, lines });
    return new ConsoleBlocks(this.#firstBlock, this.lastLine, held(blocks, block));
  }

  /** With lines that came live: they go into blocks that are held, and into the one that they begin; others are fetched when they are looked at. */
  withLive(added: readonly ConsoleLineInfo[]): ConsoleBlocks {
    const blocks = new Map(this.#blocks);
    let lastLine = this.lastLine;
    for (const [block, lines] of byBlock(added)) {
      const begins = lastLine === block * BLOCK_LINES - 1 && !blocks.has(block);
      const known = blocks.get(block)?.lines ?? (begins ? [] : undefined);
      if (known !== undefined) {
        const merged = mergeLines(known, lines);
        blocks.set(block, { rowCount: merged.length, lines: merged });
      } else blocks.delete(block);
      lastLine = Math.max(lastLine, lines.at(-1)?.line ?? -1);
    }
    const firstBlock = this.lastLine < 0 ? blockOf(added[0]?.line ?? 0) : this.#firstBlock;
    return new ConsoleBlocks(firstBlock, lastLine, held(blocks, blockOf(lastLine)));
  }

  #rowCountOf(block: number): number {
    const known = this.#blocks.get(block)?.rowCount;
    if (known !== undefined) return known;
    return block === blockOf(this.lastLine) ? this.lastLine - block * BLOCK_LINES + 1 : BLOCK_LINES;
  }

  /** Index, from the first block on, of the block that holds a row. */
  #placeOf(row: number): number {
    let [low, high] = [0, this.#rowsBefore.length - 2];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#rowsBefore[middle] ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  }
}

/** The block of a line number. */
export function blockOf(line: number): number {
  return Math.floor(line / BLOCK_LINES);
}

/**
 * Merges new or rewritten lines into known ones.
 *
 * @param known - Ordered by number; the result is too. A line of the same number and stream replaces the former.
 */
export function mergeLines(known: readonly ConsoleLineInfo[], added: readonly ConsoleLineInfo[]): ConsoleLineInfo[] {
  const byIdentity = new Map(known.map((line) => [`${line.stream} ${line.line}`, line]));
  for (const line of added) byIdentity.set(`${line.stream} ${line.line}`, line);
  // Standard output first when both streams have a line of one number.
  return [...byIdentity.values()].sort((a, b) => a.line - b.line || (a.stream < b.stream ? 1 : -1));
}

function byBlock(lines: readonly ConsoleLineInfo[]): [block: number, lines: ConsoleLineInfo[]][] {
  const blocks = Map.groupBy(lines, (line) => blockOf(line.line));
  return [...blocks]
    .map(([block, own]): [number, ConsoleLineInfo[]] => [block, mergeLines([], own)])
    .sort(([a], [b]) => a - b);
}

/** Drops lines of the blocks farthest from `near`; how many there were is kept, so that no row moves. */
function held(blocks: Map<number, Block>, near: number): ReadonlyMap<number, Block> {
  const holding = [...blocks.keys()].filter((block) => blocks.get(block)?.lines !== undefined);
  if (holding.length <= MAX_HELD) return blocks;
  const farthest = holding.sort((a, b) => Math.abs(b - near) - Math.abs(a - near));
  for (const block of farthest.slice(0, holding.length - MAX_HELD)) {
    const { rowCount = 0 } = blocks.get(block) ?? {};
    blocks.set(block, { rowCount, lines: undefined });
  }
  return blocks;
}
