/** @file Any value of a script as typed JSON, with a name for everything that JSON cannot hold. */
import { describeValue } from "./error.ts";
import { isPlainObject, type JsonValue, objectFromEntries } from "./json.ts";

/** Deepest nesting that is kept. Deeper data is a cycle or a mistake far more often than a configuration. */
export const MAX_JSON_DEPTH = 32;

/** Most values (leaves and containers) in one converted value: a guard against logging a whole data set by accident. */
export const MAX_JSON_NODES = 200_000;

/** Called with the path of a part that was left out and the reason, in words. */
export type OnLeftOut = (path: string, reason: string) => void;

/**
 * Converts a value to JSON the way that trainlog keeps values:
 * numbers stay (NaN and ±Infinity too), a bigint becomes a number when exact and its decimal text otherwise, `Date` becomes ISO text, `Map` an object,
 * `Set` and typed arrays become arrays, an object with `item()` or `toJSON()` becomes what that returns, `Error` its text, lone surrogates U+FFFD.
 *
 * @param path - Name of the value, for messages.
 * @param onLeftOut - Told about each function, symbol, `undefined`, cycle and too deep part; the rest is kept.
 * @returns `undefined` when nothing of the value can be kept.
 */
export function toJson(value: unknown, path: string, onLeftOut: OnLeftOut): JsonValue | undefined {
  return convert(value, path, { onLeftOut, ancestors: [], nodes: 0 });
}

interface Conversion {
  readonly onLeftOut: OnLeftOut;
  /** Objects on the way down to here: meeting one again is a cycle (meeting it elsewhere is just sharing). */
  readonly ancestors: object[];
  nodes: number;
}

function convert(value: unknown, path: string, conversion: Conversion): JsonValue | undefined {
  conversion.nodes += 1;
  if (conversion.nodes > MAX_JSON_NODES) {
    if (conversion.nodes === MAX_JSON_NODES + 1) {
      conversion.onLeftOut(path, `more than ${MAX_JSON_NODES} values; use table(), histogram() or artifact() for data`);
    }
    return undefined;
  }
  switch (typeof value) {
    case "number":
    case "boolean":
      return value;
    case "string":
      return value.toWellFormed();
    case "bigint":
      return bigintToJson(value);
    case "object":
      return value === null ? null : convertObject(value, path, conversion);
    default:
      conversion.onLeftOut(path, `${value === undefined ? "undefined" : describeValue(value)} cannot be kept`);
      return undefined;
  }
}

/** A number when float64 holds the value exactly, its decimal text otherwise. */
export function bigintToJson(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function convertObject(value: object, path: string, conversion: Conversion): JsonValue | undefined {
  const { ancestors, onLeftOut } = conversion;
  if (ancestors.includes(value)) return leaveOut(onLeftOut, path, "it contains itself");
  if (ancestors.length >= MAX_JSON_DEPTH) return leaveOut(onLeftOut, path, `deeper than ${MAX_JSON_DEPTH} levels`);
  ancestors.push(value);
  try {
    return convertParts(value, path, conversion);
  } catch (error) {
    // A getter, proxy, item() or toJSON() of the caller threw: that part is lost, the rest is not.
    return leaveOut(
      onLeftOut,
      path,
      `reading it threw ${error instanceof Error ? error.message : describeValue(error)}`,
    );
  } finally {
    ancestors.pop();
  }
}

function leaveOut(onLeftOut: OnLeftOut, path: string, reason: string): undefined {
  onLeftOut(path, reason);
  return undefined;
}

function convertParts(value: object, path: string, conversion: Conversion): JsonValue | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return convertList(value, path, conversion);
  if (isTypedArray(value)) return convertList(value, path, conversion);
  if (value instanceof Set) return convertList([...value], path, conversion);
  if (value instanceof Map)
    return convertEntries(
      [...value].map(([key, item]) => [String(key), item]),
      path,
      conversion,
    );
  if (value instanceof Error) return String(value);
  const simpler = simplerForm(value);
  if (simpler !== undefined) return convert(simpler, path, conversion);
  if (isPlainObject(value)) return convertEntries(Object.entries(value), path, conversion);
  return leaveOut(conversion.onLeftOut, path, `${describeValue(value)} is not plain data`);
}

/** What an object says of itself: `item()` of a tensor, `toJSON()` of a URL or a Decimal, `valueOf()` of a boxed number. */
export function simplerForm(value: object): unknown {
  if (isPlainObject(value) && typeof value["item"] !== "function" && typeof value["toJSON"] !== "function")
    return undefined;
  if ("item" in value && typeof value.item === "function") return value.item();
  if ("toJSON" in value && typeof value.toJSON === "function") return value.toJSON();
  const primitive: unknown = value.valueOf();
  return typeof primitive === "object" || typeof primitive === "function" ? undefined : primitive;
}

/** Array-likes of numbers over an ArrayBuffer (`DataView` is not one). */
export function isTypedArray(value: unknown): value is ArrayLike<number> | ArrayLike<bigint> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function convertList(items: ArrayLike<unknown>, path: string, conversion: Conversion): JsonValue {
  // A hole or an unkeepable item becomes null, so that the other items keep their places.
  return Array.from(items, (item, i) => convert(item, `${path}[${i}]`, conversion) ?? null);
}

function convertEntries(entries: (readonly [string, unknown])[], path: string, conversion: Conversion): JsonValue {
  const kept: [string, JsonValue][] = [];
  for (const [key, item] of entries) {
    const json = convert(item, path === "" ? key : `${path}/${key}`, conversion);
    if (json !== undefined) kept.push([key.toWellFormed(), json]);
  }
  return objectFromEntries(kept);
}
