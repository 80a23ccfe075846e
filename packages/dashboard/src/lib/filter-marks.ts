/** @file A filter in colours: which part of the text is a field, a value, a mistake. */
import { type FilterProblem, tokensOf } from "trainlog/query";

/** What a part of a filter is. */
export type FilterMark = "plain" | "field" | "keyword" | "operator" | "value" | "problem";

/** A part of a filter; all parts together are the text. */
export interface MarkedPart {
  readonly text: string;
  readonly mark: FilterMark;
}

const KEYWORDS: ReadonlySet<string> = new Set(["and", "or", "not", "in", "contains", "exists"]);

/**
 * Cuts a filter into parts of one colour each.
 *
 * @param problem - Where it cannot be read.
 */
export function markFilter(text: string, problem?: Pick<FilterProblem, "from" | "to">): MarkedPart[] {
  const parts: MarkedPart[] = [];
  let end = 0;
  let isValue = false;
  for (const { kind, from, to, source } of tokensOf(text)) {
    if (from > end) parts.push({ text: text.slice(end, from), mark: "plain" });
    const isKeyword = kind === "path" && KEYWORDS.has(source.toLowerCase());
    const wrong = problem !== undefined && from < problem.to && to > problem.from;
    parts.push({ text: source, mark: wrong ? "problem" : isKeyword ? "keyword" : markOf(kind, isValue) });
    // A word behind an operator is a value, and so are those of a list.
    if (kind === "operator" || /^(in|contains)$/i.test(source)) isValue = true;
    else if (isKeyword) isValue = false;
    end = to;
  }
  if (end < text.length) parts.push({ text: text.slice(end), mark: "plain" });
  return parts;
}

function markOf(kind: string, isValue: boolean): FilterMark {
  if (kind === "operator" || kind === "bracket") return "operator";
  if (kind === "bad") return "problem";
  return kind === "path" && !isValue ? "field" : "value";
}
