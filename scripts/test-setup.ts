/**
 * @file Shared test set-up: property tests are repeatable, and a test that prints something it did not announce fails.
 *
 * Property tests run from one seed, so that a red build is red on every machine; `FC_SEED=random npx vitest run …` (or a number) looks elsewhere.
 *
 * A stray warning is a message that a user would see. A test that expects one says so with `vi.spyOn(console, "warn")`,
 * which replaces the guard for the length of that test.
 */
import fc from "fast-check";
import { afterEach, beforeEach } from "vitest";

const asked = process.env["FC_SEED"];
if (asked !== "random") fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(asked ?? 20261121) });

const METHODS = ["debug", "error", "info", "log", "trace", "warn"] as const;
const unexpected: string[] = [];
const originals = new Map<string, (...args: unknown[]) => void>();

beforeEach(() => {
  for (const method of METHODS) {
    originals.set(method, console[method]);
    console[method] = (...args: unknown[]): void => {
      unexpected.push(`console.${method}(${args.map(String).join(", ")})`);
    };
  }
});

afterEach(() => {
  for (const method of METHODS) {
    const original = originals.get(method);
    if (original !== undefined) console[method] = original;
  }
  const calls = unexpected.splice(0);
  if (calls.length > 0) throw new Error(`unexpected console output:\n${calls.join("\n")}`);
});
