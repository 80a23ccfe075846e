/**
 * @file Command line → option values and arguments, by a command's own table.
 *
 * `node:util` parseArgs splits the line into tokens; the checks are ours, because its errors name neither what was expected nor what is near.
 */
import { parseArgs } from "node:util";
import { describeValue, TrainlogError } from "../run/error.ts";
import type { Command } from "./command.ts";
import { COMMON_OPTIONS, type IntegerOption, type OptionTable, type TextOption } from "./option-types.ts";
import { didYouMean } from "./suggest.ts";

/** What a command line says. */
export interface ParsedLine {
  /** Every option of the command's table, by long name. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly args: readonly string[];
}

/** Makes the error of a wrong command line: exit code 2. */
export function usageError(message: string): TrainlogError {
  return new TrainlogError("cli/usage", message, { status: 400 });
}

/**
 * Parses what follows a command's name.
 *
 * @throws TrainlogError `cli/usage` for an unknown option (with the nearest known one), a missing or wrong value, and too few or too many arguments.
 */
export function parseLine(command: Command, argv: readonly string[]): ParsedLine {
  const table: OptionTable = { ...command.options, ...COMMON_OPTIONS };
  const options = new Map(Object.entries(table).map(([name, spec]) => [name, defaultOf(spec)]));
  const args: string[] = [];
  for (const token of tokensOf(table, argv)) {
    if (token.kind === "positional") args.push(token.value);
    if (token.kind === "option") options.set(token.name, nextValue(command, table, token, options.get(token.name)));
  }
  if (options.get("help") !== true) checkArguments(command, args);
  return { options: Object.fromEntries(options), args };
}

type Token = NonNullable<ReturnType<typeof tokensOf>>[number];
type OptionToken = Extract<Token, { kind: "option" }>;

function tokensOf(table: OptionTable, argv: readonly string[]) {
  const shape = Object.entries(table).map(([name, { type, short }]) => [
    name,
    {
      type: type === "boolean" ? ("boolean" as const) : ("string" as const),
      ...(short === undefined ? {} : { short }),
    },
  ]);
  return parseArgs({
    args: [...argv],
    options: Object.fromEntries(shape),
    strict: false,
    tokens: true,
    allowPositionals: true,
  }).tokens;
}

function defaultOf(spec: OptionTable[string]): unknown {
  if (spec.type === "boolean") return false;
  return spec.type === "text" && spec.multiple === true ? [] : spec.default;
}

function nextValue(command: Command, table: OptionTable, token: OptionToken, former: unknown): unknown {
  const spec = Object.hasOwn(table, token.name) ? table[token.name] : undefined;
  if (spec === undefined) throw unknownOption(command, table, token.rawName);
  if (spec.type === "boolean") {
    if (token.value === undefined) return true;
    throw usageError(`${token.rawName} takes no value, got ${describeValue(token.value)}`);
  }
  const text = optionText(token, spec);
  if (spec.type === "integer") return checkInteger(token.rawName, text, spec);
  checkChoice(token.rawName, text, spec);
  return spec.multiple === true && Array.isArray(former) ? [...former, text] : text;
}

function unknownOption(command: Command, table: OptionTable, rawName: string): TrainlogError {
  if (rawName === "--url" && "dir" in table) {
    const where = `on the machine that has them: trainlog ${command.name} --dir DIR`;
    return usageError(`trainlog ${command.name} works on the files of a store, not through a server; run it ${where}`);
  }
  const known = Object.keys(table).map((name) => `--${name}`);
  return usageError(`unknown option ${rawName}${didYouMean(rawName, known)} (see: trainlog ${command.name} --help)`);
}

/** `--dir --json` is far more often a forgotten value than a folder called `--json`; `--dir=--json` says the latter. */
function optionText(token: OptionToken, spec: TextOption | IntegerOption): string {
  const negativeNumber = spec.type === "integer" && /^-\d/.test(token.value ?? "");
  const looksLikeOption =
    token.inlineValue === false && token.value.startsWith("-") && token.value !== "-" && !negativeNumber;
  if (token.value === undefined || looksLikeOption) {
    throw usageError(`${token.rawName} needs a value: ${token.rawName} ${spec.value}`);
  }
  return token.value;
}

function checkInteger(rawName: string, text: string, spec: IntegerOption): number {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = spec;
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  const from = spec.min === undefined ? "" : ` from ${min}`;
  const to = spec.max === undefined ? "" : ` to ${max}`;
  throw usageError(`${rawName}: expected a whole number${from}${to}, got ${describeValue(text)}`);
}

function checkChoice(rawName: string, text: string, spec: TextOption): void {
  if (spec.choices === undefined || spec.choices.includes(text)) return;
  throw usageError(
    `${rawName}: expected ${spec.choices.join(", ")}, got ${describeValue(text)}${didYouMean(text, spec.choices)}`,
  );
}

function checkArguments(command: Command, args: readonly string[]): void {
  const specs = command.arguments ?? [];
  const missing = specs.find((spec, i) => spec.required === true && args[i] === undefined);
  if (missing !== undefined) {
    throw usageError(
      `trainlog ${command.name} needs ${missing.name}: ${missing.help} (see: trainlog ${command.name} --help)`,
    );
  }
  const extra = specs.at(-1)?.many === true ? undefined : args[specs.length];
  if (extra !== undefined) {
    throw usageError(
      `trainlog ${command.name} does not know what to do with ${describeValue(extra)} (see: trainlog ${command.name} --help)`,
    );
  }
}
