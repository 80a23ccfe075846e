/** @file What could be typed at a place of a filter: fields, operators, values, connectives. */
import { FILTER_STATES, type Field, isRunFieldName, RUN_FIELDS, STATISTICS } from "./ast.ts";
import { fieldText, nameText, operatorsOf, typeOf } from "./fields.ts";
import { readFilter } from "./parse.ts";
import { literalText, quoted } from "./print.ts";
import type { Expectation } from "./problem.ts";
import { tokensOf } from "./tokens.ts";

/** Names that the runs at hand have. */
export interface Vocabulary {
  readonly metrics?: readonly string[];
  /** Dotted paths. */
  readonly config?: readonly string[];
  readonly summary?: readonly string[];
  /** Values that a field has been seen with, the commonest first. */
  readonly valuesOf?: (field: Field) => readonly (string | number | boolean)[];
}

/** One thing that could be typed. */
export interface Completion {
  /** What to put in place of the text between `from` and `to`. */
  readonly text: string;
  readonly kind: "field" | "operator" | "value" | "keyword";
}

/** What could be typed at a cursor. */
export interface Completions {
  /** The word that is being typed, in UTF-16 units: replaced by the chosen text. */
  readonly from: number;
  readonly to: number;
  readonly items: readonly Completion[];
}

/** Most items of one answer. */
const MAX_ITEMS = 100;

/** Examples where a value is expected that cannot be listed. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  time: ["-1h", "-1d", "-7d", "-30d"],
  duration: ["1m", "10m", "1h", "1d"],
};

/**
 * What could be typed at `cursor`.
 *
 * @param cursor - Place in the text, in UTF-16 units.
 *
 * @example
 * complete("metric.lo", 9, { metrics: ["loss", "accuracy"] }).items[0]; // { text: "metric.loss.last", kind: "field" }
 */
export function complete(text: string, cursor: number, vocabulary: Vocabulary): Completions {
  const { from, to } = wordAt(text, cursor);
  const typed = text.slice(from, cursor);
  const { expected } = readFilter(text.slice(0, from));
  const items = expected.flatMap((expectation) => itemsOf(expectation, vocabulary));
  const distinct = [...new Map(items.map((item) => [`${item.kind} ${item.text}`, item])).values()];
  return { from, to, items: ranked(distinct, typed).slice(0, MAX_ITEMS) };
}

/** The word under the cursor: its end is where the token ends, so that completing in the middle replaces all of it. */
function wordAt(text: string, cursor: number): { readonly from: number; readonly to: number } {
  const token = tokensOf(text).find(({ from, to }) => from < cursor && cursor <= to);
  const isWord = token !== undefined && token.kind !== "bracket" && (token.kind !== "operator" || cursor < token.to);
  return isWord ? { from: token.from, to: token.to } : { from: cursor, to: cursor };
}

function itemsOf(expectation: Expectation, vocabulary: Vocabulary): readonly Completion[] {
  switch (expectation.what) {
    case "condition":
      return [...keywords(["not", "exists("])];
    case "field":
      return fieldItems(vocabulary);
    case "operator":
      return operatorItems(expectation.field);
    case "value":
      return valueTexts(expectation.field, vocabulary).map((text) => ({ text, kind: "value" }));
    case "connective":
      return keywords(["and", "or"]);
    case "sign":
      return expectation.sign === ")" ? keywords([")"]) : [];
    case "end":
      return [];
  }
}

function keywords(texts: readonly string[]): Completion[] {
  return texts.map((text) => ({ text, kind: "keyword" }));
}

/** The API's spellings are read, but not offered beside the friendly ones. */
function fieldItems({ metrics = [], config = [], summary = [] }: Vocabulary): Completion[] {
  const ofRun = Object.keys(RUN_FIELDS).filter((name) => !/[a-z](Ms|Count|Id|Step|Type)$|^tags$/.test(name));
  const ofMetrics = metrics.flatMap((key) =>
    STATISTICS.map((statistic) => fieldText({ of: "metric", key, statistic })),
  );
  const paths = [
    ...config.map((path) => `config.${nameText(path)}`),
    ...summary.map((path) => `summary.${nameText(path)}`),
  ];
  return [...ofRun.filter(isRunFieldName), ...ofMetrics, ...paths].map((text) => ({ text, kind: "field" }));
}

function operatorItems(field: Field): Completion[] {
  const signs = operatorsOf(field).filter((operator) => operator !== "contains");
  const words = operatorsOf(field).includes("contains") ? ["contains", "in (", "not in ("] : ["in (", "not in ("];
  return [...signs, ...words].map((text) => ({ text, kind: "operator" }));
}

function valueTexts(field: Field, { valuesOf }: Vocabulary): readonly string[] {
  const type = typeOf(field);
  if (type === "state") return FILTER_STATES;
  if (type === "boolean") return ["true", "false"];
  const seen = valuesOf?.(field) ?? [];
  const written = seen.map((value) =>
    typeof value === "string"
      ? quoted(value)
      : typeof value === "number"
        ? literalText({ type: "number", value }, field)
        : String(value),
  );
  return [...(EXAMPLES[type] ?? []), ...written];
}

/** Those that begin with what was typed, then those that hold it anywhere; case and an opening quote do not matter. */
function ranked(items: readonly Completion[], typed: string): readonly Completion[] {
  const wanted = typed.toLowerCase().replace(/^["'`]/, "");
  const plain = (item: Completion): string => item.text.toLowerCase().replace(/^["'`]/, "");
  const begins = items.filter((item) => plain(item).startsWith(wanted));
  const holds = items.filter((item) => !plain(item).startsWith(wanted) && plain(item).includes(wanted));
  return [...begins, ...holds];
}
