/**
 * @file Metric values as JSON.
 *
 * JSON has no NaN and no infinities, so those three are the texts `"NaN"`, `"Infinity"` and `"-Infinity"` (TorchLean's sentinels). Readers also take
 * numeric texts, which some generators write.
 */
import { badField, expectArray } from "./field.ts";

const SENTINELS: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** JSON's number grammar, with JSON's white space around it. */
const NUMERIC_TEXT = /^[ \t\n\r]*-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?[ \t\n\r]*$/;

/**
 * Encodes one metric value: a finite number stays a number (JavaScript prints the shortest decimal that reads back equal), the others become
 * sentinels. Negative zero becomes 0, as upstream writes it.
 *
 * @param where - Path of the value for the error message.
 * @throws TrainlogError `log/bad-field` when `value` is not a number.
 */
export function encodeFloat(value: number, where = "value"): number | string {
  if (typeof value !== "number") throw badField(where, "a number", value);
  if (Number.isFinite(value)) return value === 0 ? 0 : value;
  return String(value);
}

/**
 * Decodes one metric value: a number, a sentinel, or a text that holds a JSON number (`"1.5"`). A number beyond float64 such as `1e999` is
 * ±Infinity, as upstream reads it.
 *
 * @throws TrainlogError `log/bad-field` for anything else; `"nan"`, `"0x1f"` and `""` are not numbers.
 */
export function decodeFloat(json: unknown, where = "value"): number {
  if (typeof json === "number") return json;
  if (typeof json === "string") {
    const sentinel = SENTINELS.get(json);
    if (sentinel !== undefined) return sentinel;
    if (NUMERIC_TEXT.test(json)) return Number(json);
  }
  throw badField(where, "a number", json);
}

/** Encodes metric values, as {@link encodeFloat} (`-0 + 0` is 0). @throws TrainlogError `log/bad-field`. */
export function encodeFloats(values: readonly number[], where: string): (number | string)[] {
  return values.map((value, i) => (Number.isFinite(value) ? value + 0 : encodeFloat(value, `${where}[${i}]`)));
}

/** Decodes metric values. @throws TrainlogError `log/bad-field`. */
export function decodeFloats(json: unknown, where: string): number[] {
  return expectArray(json, where).map((value, i) =>
    typeof value === "number" ? value : decodeFloat(value, `${where}[${i}]`),
  );
}
