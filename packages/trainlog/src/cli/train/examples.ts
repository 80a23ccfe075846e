/** @file The examples of `trainlog train`, by name. */
import { usageError } from "../parse.ts";
import { didYouMean } from "../suggest.ts";
import { digits } from "./digits.ts";
import type { Example } from "./example.ts";
import { quickstart } from "./quickstart.ts";

/** All examples, in the order in which the help lists them. */
export const EXAMPLES: Readonly<Record<string, Example>> = { quickstart, digits };

/**
 * The example of a name.
 *
 * @throws TrainlogError `cli/usage` for an unknown one, with the nearest known one.
 */
export function exampleOf(name: string): Example {
  const example = Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined;
  if (example !== undefined) return example;
  const names = Object.keys(EXAMPLES);
  throw usageError(`there is no example ${JSON.stringify(name)}, but ${names.join(" and ")}${didYouMean(name, names)}`);
}
