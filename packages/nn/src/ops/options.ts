/** @file Refuses options of operations that do not exist. */
import { checkOptionNames } from "../options/check-options.ts";

/** @internal Checks the names of an operation's options: `tensor/unknown-option`, `tensor/bad-option`. */
export function checkNames(operation: string, options: object, known: readonly string[]): void {
  checkOptionNames(operation, options, known, { area: "tensor" });
}
