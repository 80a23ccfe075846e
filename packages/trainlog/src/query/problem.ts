/** @file What is wrong with a filter, for people and for editors. */
import { TrainlogError } from "../run/error.ts";
import { nearestName } from "../run/nearest-name.ts";
import type { Field } from "./ast.ts";

/** What may stand at a place of a filter. */
export type Expectation =
  | { readonly what: "condition" }
  | { readonly what: "field" }
  | { readonly what: "operator"; readonly field: Field }
  | { readonly what: "value"; readonly field: Field }
  | { readonly what: "connective" }
  | { readonly what: "sign"; readonly sign: string }
  | { readonly what: "end" };

/** One thing that is wrong with a filter. */
export interface FilterProblem {
  /** In words: what was found and what was expected. */
  readonly message: string;
  /** Where, in UTF-16 units from the start, end excluded. Both are the length of the text when something is missing at its end. */
  readonly from: number;
  readonly to: number;
  /** The nearest right word, when there is a near one. */
  readonly suggestion?: string;
}

/**
 * The error for a filter that cannot be read.
 *
 * @param where - What the text was given as, such as `"filter"`.
 */
export function filterError(problem: FilterProblem, where: string): TrainlogError {
  return new TrainlogError("query/bad-filter", `${where}, character ${problem.from + 1}: ${problem.message}`, {
    status: 400,
  });
}

/** Makes a problem, with the nearest of `known` as a suggestion. */
export function problemAt(
  place: { readonly from: number; readonly to: number },
  message: string,
  given = "",
  known: readonly string[] = [],
): FilterProblem {
  const suggestion = given === "" ? undefined : nearestName(given, known);
  const { from, to } = place;
  if (suggestion === undefined) return { message, from, to };
  return { message: `${message}; did you mean ${suggestion}?`, from, to, suggestion };
}

/** "a, b or c". */
export function anyOf(things: readonly string[]): string {
  const distinct = [...new Set(things)];
  const last = distinct.pop() ?? "nothing";
  return distinct.length === 0 ? last : `${distinct.join(", ")} or ${last}`;
}
