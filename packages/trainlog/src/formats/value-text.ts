/**
 * @file A logged value as one cell of text.
 *
 * A number is its shortest decimal text, or NaN, Infinity, -Infinity, -0. Anything else is JSON: a text stands in quotes, so that the text "1" and the number 1
 * stay different.
 */
import { describeValue, TrainlogError } from "../run/error.ts";
import type { JsonValue } from "../run/json.ts";
import { fromEventJson, toEventJson } from "../run-log/codec/index.ts";

const NAMED_NUMBERS: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["-0", -0],
]);

/** Text of a value; {@link parseValue} gives it back exactly. */
export function valueText(value: JsonValue): string {
  if (typeof value !== "number") return toEventJson(value);
  return Object.is(value, -0) ? "-0" : String(value);
}

/**
 * The value that {@link valueText} wrote.
 *
 * @throws TrainlogError `import/bad-value` for text that is neither a number nor JSON.
 */
export function parseValue(text: string): JsonValue {
  const named = NAMED_NUMBERS.get(text);
  if (named !== undefined) return named;
  try {
    return fromEventJson(text);
  } catch (cause) {
    throw new TrainlogError(
      "import/bad-value",
      `expected a number, NaN, Infinity, -Infinity or JSON, got ${describeValue(text)}`,
      { cause, status: 400 },
    );
  }
}
