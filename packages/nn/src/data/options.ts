/** @file Refuses options that do not exist, so that a slip of the pen is not silently a default. */

import { describeValue, TrainlogError } from "../error.ts";
import { checkOptionNames as checkNames } from "../options/check-options.ts";
import { BYTES_PER_ELEMENT, type DType } from "../tensor/dtype.ts";

/**
 * Checks the names of options.
 *
 * @throws TrainlogError `data/unknown-option` naming the option and those that there are; `data/bad-option` when `options` is no record.
 */
export function checkOptionNames(what: string, options: object, known: readonly string[]): void {
  checkNames(what, options, known, { area: "data" });
}

/**
 * Checks that an option is an element type of tensors; left out it is fine.
 *
 * @throws TrainlogError `data/bad-option`.
 */
export function checkDType(what: string, dtype: DType | undefined): void {
  if (dtype === undefined || Object.hasOwn(BYTES_PER_ELEMENT, dtype)) return;
  const known = Object.keys(BYTES_PER_ELEMENT).map((name) => `"${name}"`);
  throw new TrainlogError(
    "data/bad-option",
    `${what}: dtype is one of ${known.join(", ")}, got ${describeValue(dtype)}`,
  );
}

/**
 * Checks that an option is a whole number.
 *
 * @throws TrainlogError `data/bad-option`.
 */
export function checkWhole(what: string, value: number, least: number, most: number = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new TrainlogError("data/bad-option", `${what} is a whole number ${range}, got ${describeValue(value)}`);
}

/**
 * Checks that an option is a number in a range, its ends included.
 *
 * @throws TrainlogError `data/bad-option`.
 */
export function checkRange(what: string, value: number, least: number, most: number = Number.POSITIVE_INFINITY): void {
  if (typeof value === "number" && value >= least && value <= most) return;
  const range = most === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new TrainlogError("data/bad-option", `${what} is a number ${range}, got ${describeValue(value)}`);
}
