/**
 * @file JSON that keeps what JSON cannot say: NaN, ±Infinity and −0.
 *
 * Such a number is written as `{"$float": "NaN"}` (or `"Infinity"`, `"-Infinity"`, `"-0"`). An object that has a key `$float` of its own is wrapped once, as
 * `{"$float": {…the object…}}`, so that every value comes back as it was.
 */
import { TrainlogError } from "../../run/error.ts";
import type { JsonValue } from "../../run/json.ts";
import { badBatch } from "./byte-reader.ts";

const MARK = "$float";

/**
 * JSON text of `value`.
 *
 * @throws TrainlogError `run/bad-json` for what has no JSON form: bigint, a cycle, nesting beyond the stack.
 */
export function toEventJson(value: unknown): string {
  try {
    // The library's type forgets that undefined, a function or a symbol has no text.
    const text = JSON.stringify(needsMark(value) ? marked(value) : value) as string | undefined;
    if (text !== undefined) return text;
  } catch (cause) {
    throw new TrainlogError("run/bad-json", `a value has no JSON form: ${(cause as Error).message}`, {
      cause,
      status: 400,
    });
  }
  throw new TrainlogError("run/bad-json", `a value has no JSON form: ${typeof value}`, { status: 400 });
}

function needsMark(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value) || Object.is(value, -0);
  if (value === null || typeof value !== "object") return false;
  if (Array.isArray(value)) return value.some(needsMark);
  return Object.hasOwn(value, MARK) || Object.values(value).some(needsMark);
}

function marked(value: unknown): unknown {
  if (typeof value === "number")
    return needsMark(value) ? { [MARK]: Object.is(value, -0) ? "-0" : String(value) } : value;
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(marked);
  const copy = mapValues(value, marked);
  return Object.hasOwn(value, MARK) ? { [MARK]: copy } : copy;
}

/**
 * The value that {@link toEventJson} wrote.
 *
 * @throws TrainlogError `run-log/bad-batch` for text that is not JSON, or a mark that means nothing.
 */
export function fromEventJson(text: string): JsonValue {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw badBatch(`an event is not JSON: ${(cause as Error).message}`, cause);
  }
  // JSON.parse gives nothing but JsonValue; the cast says so.
  return (text.includes(MARK) ? unmarked(value) : value) as JsonValue;
}

function unmarked(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(unmarked);
  if (!Object.hasOwn(value, MARK)) return mapValues(value, unmarked);
  const content: unknown = Reflect.get(value, MARK);
  if (typeof content === "string") return unmarkedNumber(content);
  if (content !== null && typeof content === "object") return mapValues(content, unmarked);
  throw badBatch(`"${MARK}" in an event holds ${typeof content}, expected a number's name or an object`);
}

function unmarkedNumber(name: string): number {
  if (name === "NaN") return Number.NaN;
  if (name === "Infinity") return Infinity;
  if (name === "-Infinity") return -Infinity;
  if (name === "-0") return -0;
  throw badBatch(`"${MARK}" in an event names no number: ${JSON.stringify(name.slice(0, 40))}`);
}

/** `Object.fromEntries` makes own properties, so that a key `__proto__` stays an ordinary one. */
function mapValues(object: object, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
