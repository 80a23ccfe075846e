/** @file Console output as a list of lines that grows at its end and is rewritten in place by progress bars. */
import type { ConsoleLineInfo } from "trainlog/api";

/** Most lines that the page keeps; the oldest go first. 20,000 lines of 100 characters are 4 MB. */
export const MAX_CONSOLE_LINES = 20_000;

/**
 * Merges new or rewritten lines into known ones.
 *
 * @param known - Ordered by number; the result is too. A line of the same number and stream replaces the former.
 */
export function mergeConsole(known: readonly ConsoleLineInfo[], added: readonly ConsoleLineInfo[]): ConsoleLineInfo[] {
  const byIdentity = new Map(known.map((line) => [identityOf(line), line]));
  for (const line of added) byIdentity.set(identityOf(line), line);
  const merged = [...byIdentity.values()].sort((a, b) => a.line - b.line || (a.stream < b.stream ? 1 : -1));
  return merged.slice(-MAX_CONSOLE_LINES);
}

/** Removes terminal control sequences (ECMA-48 CSI and OSC): colours would show as noise. */
export function plainText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]/g, "");
}

function identityOf(line: ConsoleLineInfo): string {
  return `${line.stream} ${line.line}`;
}
