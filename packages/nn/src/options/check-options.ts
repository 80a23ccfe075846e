/**
 * @file Checks of what a caller says in an options object. A wrong name would be lost in silence and a wrong number surface hours later, so both are
 * refused by name before anything is computed.
 */
import { describeValue, TrainlogError } from "../error.ts";
import { closestName } from "./closest-name.ts";

/** Checks one value and says what belongs there when it does not: `undefined` means that it is fine. */
export type Check = (value: unknown) => string | undefined;

/** The checks of a call's options, by name. */
export type Checks = Readonly<Record<string, Check>>;

/**
 * Checks an options object.
 *
 * @param call - Who was called, as the caller wrote it: `"optim.adam"`.
 * @param required - Names that must be there.
 * @throws TrainlogError `<area>/unknown-option` naming the closest one that exists; `<area>/bad-option` naming the option, what it was and what it must be.
 *
 * @example
 * checkOptions("optim.sgd", options, { lr: positive, momentum: fraction }, { area: "optim", required: ["lr"] });
 */
export function checkOptions(
  call: string,
  options: unknown,
  checks: Checks,
  { area, required = [] }: { readonly area: string; readonly required?: readonly string[] },
): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw notOptions(call, required[0] ?? Object.keys(checks)[0] ?? "", options, area);
  }
  const given = new Map(Object.entries(options));
  for (const [name, value] of given) {
    if (!Object.hasOwn(checks, name)) throw unknownOption(call, name, Object.keys(checks), area);
    const expected = value === undefined ? undefined : checks[name]?.(value);
    if (expected !== undefined) throw badOption(call, name, expected, value, area);
  }
  for (const name of required) {
    if (given.get(name) === undefined)
      throw badOption(call, name, checks[name]?.(undefined) ?? "a value", undefined, area);
  }
}

/**
 * Checks the names of options only: for calls so frequent, or values so varied, that their user checks the values.
 *
 * @throws TrainlogError `<area>/unknown-option`, `<area>/bad-option` when `options` is no record.
 */
export function checkOptionNames(
  call: string,
  options: unknown,
  known: readonly string[],
  { area }: { readonly area: string },
): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw notOptions(call, known[0] ?? "", options, area);
  }
  for (const name of Object.keys(options)) if (!known.includes(name)) throw unknownOption(call, name, known, area);
}

function notOptions(call: string, example: string, got: unknown, area: string): TrainlogError {
  return new TrainlogError(
    `${area}/bad-option`,
    `${call}: expected options such as { ${example}: … }, got ${describeValue(got)}`,
  );
}

function unknownOption(call: string, name: string, known: readonly string[], area: string): TrainlogError {
  const close = closestName(name, known);
  const hint =
    close === undefined ? `there are ${known.join(", ")}` : `did you mean "${close}"? There are ${known.join(", ")}`;
  return new TrainlogError(`${area}/unknown-option`, `${call}: unknown option ${describeValue(name)}; ${hint}`);
}

function badOption(call: string, name: string, expected: string, value: unknown, area: string): TrainlogError {
  const got = value === undefined ? "nothing" : describeValue(value);
  return new TrainlogError(`${area}/bad-option`, `${call}: ${name} must be ${expected}, got ${got}`);
}

/** A check by a condition. */
export function must(expected: string, isFine: (value: unknown) => boolean): Check {
  return (value) => (isFine(value) ? undefined : expected);
}

/** A finite number within bounds; `above` and `below` exclude their bound. */
export function numberIn({ min, max, above, below }: NumberBounds): Check {
  const words = [
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(min === undefined ? [] : [`of at least ${min}`]),
    ...(max === undefined ? [] : [`of at most ${max}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ];
  return must(
    ["a number", words.join(" and ")].join(" ").trim(),
    (value) =>
      typeof value === "number" &&
      Number.isFinite(value) &&
      value >= (min ?? -Infinity) &&
      value <= (max ?? Infinity) &&
      value > (above ?? -Infinity) &&
      value < (below ?? Infinity),
  );
}

/** Bounds of {@link numberIn}. */
export interface NumberBounds {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly below?: number;
}

/** A whole number of at least `least`. */
export function wholeNumber(least: number): Check {
  return must(`a whole number of at least ${least}`, (value) => Number.isSafeInteger(value) && Number(value) >= least);
}

/** One of some texts. */
export function oneOf(...choices: readonly string[]): Check {
  return must(choices.map((choice) => `"${choice}"`).join(" or "), (value) =>
    choices.some((choice) => choice === value),
  );
}

/** Every value: it is checked by whoever uses it. */
export const anything: Check = () => undefined;

/** True or false. */
export const flag: Check = must("true or false", (value) => typeof value === "boolean");

/** A function. */
export const callback: Check = must("a function", (value) => typeof value === "function");

/** A text with something in it. */
export const text: Check = must("a text that is not empty", (value) => typeof value === "string" && value !== "");
