/** @file JSON text: a reader that also takes what Python writes for NaN, and a printer whose layout is the one of TorchLean's files. */
import { TrainlogError } from "../run/error.ts";
import { isPlainObject, type JsonValue } from "../run/json.ts";

/** Widest line that the printer fills before it breaks, in characters. Lean's default. */
const LINE_WIDTH = 80;

/** A JSON string, or one of the tokens that Python's `json.dump` writes and JSON does not have. */
const STRING_OR_TOKEN = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/gs;

/**
 * Parses JSON text. The bare tokens `NaN`, `Infinity` and `-Infinity`, which are not JSON but which Python writes by default, are read as the texts of
 * the same name (upstream refuses them; a file of metrics should not be lost for that).
 *
 * @param where - What is parsed, for the error message: a path, an address.
 * @throws TrainlogError `log/bad-json`.
 */
export function parseJsonText(text: string, where = "JSON"): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const quoted = text.replaceAll(STRING_OR_TOKEN, (token) => (token.startsWith('"') ? token : `"${token}"`));
    if (quoted === text) throw notJson(where, error);
    try {
      return JSON.parse(quoted);
    } catch (secondError) {
      throw notJson(where, secondError);
    }
  }
}

function notJson(where: string, cause: unknown): TrainlogError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TrainlogError("log/bad-json", `${where}: expected JSON, got something else: ${reason}`, {
    cause,
    status: 400,
  });
}

/**
 * Prints JSON data with one newline at the end.
 *
 * The pretty layout is Lean's: an array or object stands on one line when that line is at most 80 wide, else each item has its own line, one column
 * further in. Short logs so stay readable and a curve is one value per line, which line-based diffs like.
 *
 * @param options.pretty - False for the shortest text. True when absent.
 */
export function formatJson(json: JsonValue, { pretty = true }: { readonly pretty?: boolean } = {}): string {
  return `${pretty ? layOut(json, 0, 0) : JSON.stringify(json)}\n`;
}

/**
 * Lays out `json` at column `indent`.
 *
 * @param trailing - Characters that must follow on the last line: commas and closing brackets.
 */
function layOut(json: JsonValue, indent: number, trailing: number): string {
  const flat = flatten(json, LINE_WIDTH - indent - trailing);
  if (flat !== undefined) return flat;
  const items = itemsOf(json);
  if (items === undefined) return JSON.stringify(json);
  const lines = items.map(({ key, value }, i) => {
    const after = i < items.length - 1 ? 1 : trailing + 1;
    return key === undefined ? layOut(value, indent + 1, after) : layOutEntry(key, value, indent + 1, after);
  });
  const [open, close] = bracketsOf(json);
  return `${open}${lines.join(`,\n${" ".repeat(indent + 1)}`)}${close}`;
}

function layOutEntry(key: string, value: JsonValue, indent: number, trailing: number): string {
  const label = `${JSON.stringify(key)}:`;
  const flat = flatten(value, LINE_WIDTH - indent - trailing - label.length - 1);
  return flat === undefined ? `${label}\n${" ".repeat(indent)}${layOut(value, indent, trailing)}` : `${label} ${flat}`;
}

/** `json` on one line, or `undefined` as soon as that is wider than `width`. */
function flatten(json: JsonValue, width: number): string | undefined {
  // n items take 3n characters or more; saying so first keeps a million values from being looked at in vain.
  if (Array.isArray(json) && json.length * 3 > width) return undefined;
  const items = itemsOf(json);
  if (items === undefined) return within(JSON.stringify(json), width);
  const [open, close] = bracketsOf(json);
  let text = open;
  for (const [i, { key, value }] of items.entries()) {
    text += `${i === 0 ? "" : ", "}${key === undefined ? "" : `${JSON.stringify(key)}: `}`;
    const flat = flatten(value, width - text.length - close.length);
    if (flat === undefined) return undefined;
    text += flat;
  }
  return within(text + close, width);
}

function within(text: string, width: number): string | undefined {
  return text.length <= width ? text : undefined;
}

interface Item {
  readonly key?: string;
  readonly value: JsonValue;
}

function itemsOf(json: JsonValue): Item[] | undefined {
  if (Array.isArray(json)) return json.map((value: JsonValue) => ({ value }));
  if (isPlainObject(json))
    return Object.entries(json as Record<string, JsonValue>).map(([key, value]) => ({ key, value }));
  return undefined;
}

function bracketsOf(json: JsonValue): readonly [string, string] {
  return Array.isArray(json) ? ["[", "]"] : ["{", "}"];
}
