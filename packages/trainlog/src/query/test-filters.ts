/** @file For tests: random filters over few names, so that they meet the random runs that have them. */
import fc from "fast-check";
import type { Field, Filter, Literal } from "./ast.ts";
import { FILTER_STATES, RUN_FIELDS, STATISTICS } from "./ast.ts";
import { operatorsOf, typeOf } from "./fields.ts";

/** Keys that random runs and filters share, odd ones among them. */
export const NAMES: readonly string[] = ["lr", "opt.lr", "opt", "a b", "val/loss @1", "`x`", "min", "é"];

/** Texts that random runs and filters share. */
export const TEXTS: readonly string[] = ["", "adam", "Adam", "a\\d+\"'\n", "100%_", "é🎉", "finished"];

/** Numbers that random runs and filters share; no −0, which no filter can say. */
export const NUMBERS: readonly number[] = [0, 1, -1, 0.1, 1e21, 1e-7, Infinity, -Infinity, Number.NaN];

/** Times around which random runs lie. */
export const NOW_MS = 1_790_000_000_000;

const anyField: fc.Arbitrary<Field> = fc.oneof(
  fc
    .constantFrom(...Object.keys(RUN_FIELDS))
    .map((name): Field => ({ of: "run", name: name as keyof typeof RUN_FIELDS })),
  fc.record({ of: fc.constantFrom("config" as const, "summary" as const), path: fc.constantFrom(...NAMES) }),
  fc.record({
    of: fc.constant("metric" as const),
    key: fc.constantFrom(...NAMES),
    statistic: fc.constantFrom(...STATISTICS),
  }),
);

const anyText = fc.constantFrom(...TEXTS).map((value): Literal => ({ type: "text", value }));
const anyNumber = fc
  .oneof(fc.constantFrom(...NUMBERS), fc.integer({ min: -5, max: 5 }))
  .map((value): Literal => ({ type: "number", value: value + 0 }));
const anyBoolean = fc.boolean().map((value): Literal => ({ type: "boolean", value }));
const anyDuration = fc
  .integer({ min: -100, max: 100 })
  .map((units): Literal => ({ type: "duration", ms: units * 60_000 + 0 }));

/** A value that may stand beside the field. */
function literalFor(field: Field): fc.Arbitrary<Literal> {
  switch (typeOf(field)) {
    case "text":
    case "tags":
      return anyText;
    case "state":
      return fc.constantFrom(...FILTER_STATES).map((value) => ({ type: "text", value }));
    case "boolean":
      return anyBoolean;
    case "number":
      return anyNumber;
    case "duration":
      return anyDuration;
    case "time":
      return fc.oneof(
        anyDuration,
        fc.integer({ min: -100, max: 100 }).map((hours): Literal => ({ type: "time", ms: NOW_MS + hours * 3_600_000 })),
      );
    case "value":
      return fc.oneof(anyText, anyNumber, anyBoolean);
  }
}

const anyCondition: fc.Arbitrary<Filter> = anyField.chain((field) => {
  const literal = literalFor(field);
  return fc.oneof(
    fc.constant<Filter>({ type: "exists", field }),
    fc
      .array(fc.oneof(literal, fc.constant<Literal>({ type: "null" })), { minLength: 1, maxLength: 3 })
      .map((values): Filter => ({ type: "in", field, values })),
    fc
      .constantFrom("=" as const, "!=" as const)
      .map((operator): Filter => ({ type: "compare", field, operator, value: { type: "null" } })),
    fc
      .constantFrom(...operatorsOf(field))
      .chain((operator) =>
        (operator === "~" || operator === "!~"
          ? fc.constantFrom("^a", "[A-Z]", "(?i)ADAM$", "\\d|é").map((value): Literal => ({ type: "text", value }))
          : literal
        ).map((value): Filter => ({ type: "compare", field, operator, value })),
      ),
  );
});

/** Any filter that the language can say, at most four levels deep. */
export const anyFilter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter; condition: Filter }>((tie) => ({
  condition: anyCondition,
  filter: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie("condition"),
    fc.array(tie("filter"), { minLength: 2, maxLength: 3 }).map((parts): Filter => ({ type: "and", parts })),
    fc.array(tie("filter"), { minLength: 2, maxLength: 3 }).map((parts): Filter => ({ type: "or", parts })),
    tie("filter").map((part): Filter => ({ type: "not", part })),
  ),
})).filter;
