/**
 * @file Looking for text in the console of a run.
 *
 * Patterns are those of the filter language, whose time grows with the text alone, so none can hold the server; and a search rests after some time and says from
 * where to go on, however long the console is. Escape sequences of terminals are no part of what is searched: people look for what they see.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { Pattern } from "../query/pattern.ts";
import type { ConsoleLine } from "../run/event.ts";
import type { ConsolePage, ConsoleQuery, ConsoleSearch, ConsoleSearchPage } from "./types.ts";

/** Lines read from the catalog at a time. */
const READ_LINES = 10_000;
/** Other work gets its turn after this long. */
const SLICE_MS = 10;
/** A search rests after this long. */
const BUDGET_MS = 1_500;
/** Longest part of a line that is searched, in UTF-16 units: a line may be a megabyte of JSON. */
const MAX_LINE = 20_000;

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const ESCAPES = /\u001b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\))/g;

/**
 * Looks through a console.
 *
 * @param read - Reads a page of lines.
 * @throws TrainlogError `query/bad-pattern` (400).
 */
export async function searchConsole(
  read: (query: ConsoleQuery) => Promise<ConsolePage>,
  { search, from = 0, limit = 1000, stream }: ConsoleSearch,
): Promise<ConsoleSearchPage> {
  const isMatch = matcherOf(search);
  const begun = performance.now();
  let sliceBegun = begun;
  const lines: ConsoleLine[] = [];
  for (let next: number | undefined = from; next !== undefined; ) {
    const page: ConsolePage = await read({
      from: next,
      limit: READ_LINES,
      ...(stream === undefined ? {} : { stream }),
    });
    for (const [i, line] of page.lines.entries()) {
      if (isMatch(line.text)) lines.push(line);
      const following = page.lines[i + 1]?.line ?? page.nextFrom;
      // Both streams may have a line of one number: a page never ends between them.
      const mayEnd = following !== undefined && following !== line.line;
      if (mayEnd && (lines.length >= limit || performance.now() - begun > BUDGET_MS)) {
        return { lines, totalLines: page.totalLines, nextFrom: following };
      }
      if (performance.now() - sliceBegun < SLICE_MS) continue;
      await nextTurn();
      sliceBegun = performance.now();
    }
    if (page.nextFrom === undefined) return { lines, totalLines: page.totalLines };
    next = page.nextFrom;
  }
  return { lines, totalLines: 0 };
}

/** `/pattern/` or `/pattern/i`, else a text that is looked for without regard to case. */
function matcherOf(search: string): (text: string) => boolean {
  const [, source, flag] = /^\/(.+)\/(i?)$/s.exec(search) ?? [];
  if (source !== undefined) {
    const pattern = new Pattern(flag === "i" ? `(?i)${source}` : source);
    return (text) => pattern.test(seen(text));
  }
  const wanted = search.toLowerCase();
  return (text) => seen(text).toLowerCase().includes(wanted);
}

/** What a person sees of a line. */
function seen(text: string): string {
  const cut = text.length > MAX_LINE ? text.slice(0, MAX_LINE) : text;
  return cut.includes("\u001b") ? cut.replace(ESCAPES, "") : cut;
}
