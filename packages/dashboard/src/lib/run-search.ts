/**
 * @file What someone typed into the filter bar: words to look for, or a condition in the filter language.
 *
 * Most people type a part of a name, and must not need to know that there is a language. So a text is a condition only when it can be read as one, or
 * has a sign in it that words do not have; a text that is all in quotes is always words.
 */
import { type FilterProblem, isRunFieldName, literalText, readFilter, type Token, tokensOf } from "trainlog/query";
import type { RunsView } from "./runs-view.ts";

/** What the text means. */
export type RunSearch =
  /** Words that all must occur in a run's name, id, group, notes or tags; nothing is found by no words, so none means every run. */
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "condition"; readonly text: string }
  | { readonly kind: "problem"; readonly problem: FilterProblem };

/** Most words that are looked for: each costs a condition per field. */
const MAX_WORDS = 20;

/** Fields that words are looked for in. */
const WORD_FIELDS = ["name", "id", "group", "notes", "tag"] as const;

/** Words that, behind a field, make a condition. */
const WORD_OPERATORS: ReadonlySet<string> = new Set(["in", "not", "contains"]);

/** Says what a text in the filter bar means. */
export function readSearch(text: string): RunSearch {
  const tokens = tokensOf(text);
  const [first] = tokens;
  if (first === undefined) return { kind: "words", words: [] };
  if (tokens.length === 1 && first.kind === "text") return { kind: "words", words: [first.text].filter(Boolean) };
  const { problem } = readFilter(text);
  if (problem === undefined) return { kind: "condition", text: text.trim() };
  if (looksLikeCondition(tokens)) return { kind: "problem", problem };
  return { kind: "words", words: text.trim().split(/\s+/).slice(0, MAX_WORDS) };
}

/** The condition for runs that hold all the words; empty for none. */
export function wordsFilter(words: readonly string[]): string {
  return words
    .map((word) => `(${WORD_FIELDS.map((field) => `${field} contains ${quoted(word)}`).join(" or ")})`)
    .join(" and ");
}

/**
 * The condition that a view's list is asked for by: filter bar, state and tag together.
 *
 * @returns In the filter language, empty for every run; undefined when what stands in the filter bar cannot be read.
 */
export function filterOf(view: Pick<RunsView, "filter" | "state" | "tag">): string | undefined {
  const search = readSearch(view.filter);
  if (search.kind === "problem") return undefined;
  return joinFilters([
    search.kind === "words" ? wordsFilter(search.words) : search.text,
    view.state === undefined ? "" : `state = ${view.state}`,
    view.tag === undefined ? "" : `tag = ${quoted(view.tag)}`,
  ]);
}

/** The condition that all of some conditions hold; empty ones hold always. */
export function joinFilters(filters: readonly string[]): string {
  const parts = filters.filter((filter) => filter !== "");
  return parts.length > 1 ? parts.map((part) => `(${part})`).join(" and ") : (parts[0] ?? "");
}

function looksLikeCondition(tokens: readonly Token[]): boolean {
  return tokens.some((token, at) => {
    if (token.kind === "operator") return token.source !== "!";
    const [name, ...rest] = token.parts ?? [];
    const next = tokens[at + 1];
    if (name === undefined || name.quoted) return false;
    if (rest.length > 0) return ["config", "summary", "metric"].includes(name.text);
    if (name.text === "exists") return next?.source === "(";
    return isRunFieldName(name.text) && next !== undefined && WORD_OPERATORS.has(next.source);
  });
}

/** A text in the quotes that filters have. */
export function quoted(text: string): string {
  return literalText({ type: "text", value: text }, { of: "run", name: "name" });
}
