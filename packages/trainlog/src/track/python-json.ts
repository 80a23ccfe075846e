/** @file JSON text as Python's `json.dump(value, indent=n)` writes it. */
import type { JsonValue } from "../run/json.ts";

/**
 * @param value - An object as a map (which keeps the order of keys such as `"10"`) or any JSON value.
 * @param indent - Spaces per level.
 */
export function pythonJson(value: JsonValue | ReadonlyMap<string, JsonValue>, indent: number): string {
  return render(value, indent, "\n");
}

function render(value: JsonValue | ReadonlyMap<string, JsonValue>, indent: number, newLine: string): string {
  if (typeof value === "number") return renderNumber(value);
  if (typeof value === "string") return ascii(value);
  if (value === null || typeof value === "boolean") return String(value);
  const inner = newLine + " ".repeat(indent);
  if (Array.isArray(value))
    return bracketed(
      "[",
      "]",
      value.map((item) => render(item, indent, inner)),
      inner,
      newLine,
    );
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const items = entries.map(([key, item]) => `${ascii(key)}: ${render(item, indent, inner)}`);
  return bracketed("{", "}", items, inner, newLine);
}

function bracketed(open: string, close: string, items: readonly string[], inner: string, newLine: string): string {
  return items.length === 0 ? open + close : `${open}${inner}${items.join(`,${inner}`)}${newLine}${close}`;
}

/** As Python's `repr`: an exponent of two digits below 1e-4 and from 1e16 on. A whole number below that is printed as Python's int. */
function renderNumber(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  if (!Number.isFinite(value)) return String(value); // NaN, Infinity and -Infinity are Python's words too
  const [digits, exponent = "0"] = value.toExponential().split("e");
  if (value === 0 || (Number(exponent) >= -4 && Number(exponent) < 16)) return String(value);
  return `${digits}e${exponent.replace(/^([+-])(\d)$/, "$10$2")}`;
}

/** `ensure_ascii`: everything but printable ASCII as `\uXXXX` code units, DEL too. */
function ascii(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
