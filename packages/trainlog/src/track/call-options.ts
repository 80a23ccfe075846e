/**
 * @file Checks of what a script says beside its rows. A wrong option is a slip in the script: it is refused by name, before anything is kept.
 *
 * Not in a page, whose bundle stays small: there the types are the check.
 */
import { describeValue } from "../run/error.ts";
import { isPlainObject } from "../run/json.ts";
import { checkNaturalStep } from "../run/limits.ts";
import { badOptions } from "./options.ts";
import type { CallName } from "./sink.ts";

type Check = (value: unknown, where: string) => void;

const text: Check = kind("a text", (value) => typeof value === "string");
const someText: Check = kind("a text that is not empty", (value) => typeof value === "string" && value !== "");
const list: Check = kind("an array", Array.isArray);
const texts: Check = kind(
  "an array of texts",
  (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
);
const object: Check = kind("an object", isPlainObject);
const flag: Check = kind("true or false", (value) => typeof value === "boolean");
const call: Check = kind("a function", (value) => typeof value === "function");
const duration: Check = kind("milliseconds, 0 or more", (value) => typeof value === "number" && value >= 0);
const wholeNumber: Check = kind("a whole number", Number.isSafeInteger);
/** Has a check of its own, with a code of its own. */
const elsewhere: Check = () => {};

/** Options of each call: what each may be. */
const TABLES: Readonly<Record<CallName | "init" | "init: capture", Readonly<Record<string, Check>>>> = {
  init: {
    project: elsewhere,
    name: elsewhere,
    config: elsewhere,
    dir: someText,
    url: elsewhere,
    token: text,
    tags: texts,
    group: text,
    jobType: text,
    notes: text,
    parentRunId: text,
    id: elsewhere,
    resume: oneOf("allow", "must", "never"),
    mode: oneOf("enabled", "disabled"),
    capture: checkCapture,
    trackers: list,
    warn: call,
  },
  "init: capture": { console: flag, git: flag, packages: flag, host: flag, system: flag, processEnd: flag },
  log: { step: elsewhere },
  defineMetric: {
    stepMetric: text,
    summary: oneOf("last", "min", "max", "best", "mean", "none"),
    goal: oneOf("min", "max"),
  },
  alert: { text, level: oneOf("info", "warn", "error") },
  artifact: {
    name: someText,
    kind: someText,
    version: text,
    aliases: texts,
    description: text,
    metadata: object,
    step: checkNaturalStep,
  },
  finish: {
    status: oneOf("finished", "failed", "killed"),
    exitCode: wholeNumber,
    error: elsewhere,
    summary: object,
    timeoutMs: duration,
  },
};

/**
 * Checks the options of a call.
 *
 * @throws TrainlogError `run/bad-options` for an unknown name, which would be lost in silence, or a value of another kind; `run/bad-step`.
 */
export function checkCallOptions(name: keyof typeof TABLES, options: unknown): void {
  const table = Object.entries(TABLES[name]);
  if (typeof options !== "object" || options === null) {
    throw badOptions(`${name}: expected options such as { ${table[0]?.[0]}: … }, got ${describeValue(options)}`);
  }
  for (const [option, value] of Object.entries(options)) {
    const check = table.find(([known]) => known === option)?.[1];
    if (check === undefined) {
      const known = table.map(([each]) => each).join(", ");
      throw badOptions(`${name}: unknown option ${describeValue(option)}; there are ${known}`);
    }
    if (value !== undefined) check(value, `${name}: ${option}`);
  }
}

function checkCapture(value: unknown): void {
  if (typeof value !== "boolean") checkCallOptions("init: capture", value);
}

function oneOf(...choices: readonly string[]): Check {
  return kind(choices.map((choice) => `"${choice}"`).join(", "), (value) => choices.some((choice) => choice === value));
}

function kind(expected: string, isGood: (value: unknown) => boolean): Check {
  return (value, where) => {
    if (!isGood(value)) throw badOptions(`${where}: expected ${expected}, got ${describeValue(value)}`);
  };
}
