/** @file Checks of untrusted JSON that name the field they stand at: `series[2].values[17]: expected a number, got "abc"`. */
import { describeValue, TrainlogError } from "../run/error.ts";
import { isPlainObject } from "../run/json.ts";

/**
 * The error for a field of the wrong type or range.
 *
 * @param where - Path of the field, for example `series[2].values[17]`.
 * @param expected - What belongs there, for example `a number`.
 * @param got - The offending value; `undefined` reads as "nothing".
 */
export function badField(where: string, expected: string, got: unknown): TrainlogError {
  const found = got === undefined ? "nothing" : describeValue(got);
  return new TrainlogError("log/bad-field", `${where}: expected ${expected}, got ${found}`, { status: 400 });
}

/** Checks for a JSON object. @throws TrainlogError `log/bad-field`. */
export function expectObject(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (isPlainObject(value)) return value;
  throw badField(where, "an object", value);
}

/** Checks for a JSON array. @throws TrainlogError `log/bad-field`. */
export function expectArray(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw badField(where, "an array", value);
}

/** Checks for text. @throws TrainlogError `log/bad-field`. */
export function expectText(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  throw badField(where, "a text", value);
}

/** Checks for an array of texts. @throws TrainlogError `log/bad-field`. */
export function expectTexts(value: unknown, where: string): string[] {
  return expectArray(value, where).map((item, i) => expectText(item, `${where}[${i}]`));
}

/** Checks for a number of any kind, NaN and ±Infinity among them. @throws TrainlogError `log/bad-field`. */
export function expectNumber(value: unknown, where: string): number {
  if (typeof value === "number") return value;
  throw badField(where, "a number", value);
}

/**
 * Checks for a natural number that float64 counts exactly: a whole number from 0 to 2^53 − 1. Negative zero becomes 0.
 *
 * @throws TrainlogError `log/bad-field`.
 */
export function expectNatural(value: unknown, where: string): number {
  if (isNatural(value)) return Math.abs(value);
  if (isTooLargeNatural(value)) throw badField(where, "a whole number below 2^53", value);
  throw badField(where, "a whole number of 0 or more", value);
}

/** Checks for an array of natural numbers. @throws TrainlogError `log/bad-field`. */
export function expectNaturals(value: unknown, where: string): number[] {
  return expectArray(value, where).map((item, i) =>
    isNatural(item) ? Math.abs(item) : expectNatural(item, `${where}[${i}]`),
  );
}

/** Says whether `value` is a whole number that cannot be counted exactly here, although a format with big integers may hold it. */
export function isTooLargeNatural(value: unknown): boolean {
  return typeof value === "number" && value > Number.MAX_SAFE_INTEGER;
}

function isNatural(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
