/**
 * @file `trainlog/query`: the filter language of runs, from text to tree and back; pure, in browsers too. `docs/filters.md` is the language.
 * @module
 */
export * from "./ast.ts";
export * from "./complete.ts";
export {
  contains,
  type EvaluateOptions,
  type FilterMetric,
  type FilterSubject,
  matches,
  plainValue,
  positiveOf,
  statisticOf,
} from "./evaluate.ts";
export { expectedValue, fieldText, isProblem, nameText, operatorsOf, readField, typeOf } from "./fields.ts";
export * from "./flatten.ts";
export * from "./parse.ts";
export * from "./pattern.ts";
export { literalText, printFilter } from "./print.ts";
export { type Expectation, type FilterProblem, filterError } from "./problem.ts";
export { MAX_FILTER_LENGTH, type PathPart, type Token, type TokenKind, tokensOf } from "./tokens.ts";
