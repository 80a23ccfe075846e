/** @file Nested configuration as dotted paths. */
import { isPlainObject, type JsonValue } from "../run/json.ts";

/**
 * All dotted paths of an object: its own keys first, as they are and with whole objects as values, then what lies inside them. A key that is itself
 * spelt like a path (`"optimizer.lr"`) wins over a nested value of the same path. Lists are values, and so are empty objects.
 *
 * @example
 * flatten([["opt", { lr: 0.1 }]]); // Map { "opt" => { lr: 0.1 }, "opt.lr" => 0.1 }
 */
export function flatten(entries: Iterable<readonly [string, JsonValue]>): Map<string, JsonValue> {
  const flat = new Map(entries);
  for (const [key, value] of [...flat]) addInner(flat, key, value);
  return flat;
}

/** Only what is not an object with content has a path below the first level: a branch is known by its leaves. */
function addInner(flat: Map<string, JsonValue>, path: string, value: JsonValue): void {
  if (!isPlainObject(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    const innerPath = `${path}.${key}`;
    if (isBranch(inner)) addInner(flat, innerPath, inner);
    else if (!flat.has(innerPath)) flat.set(innerPath, inner);
  }
}

function isBranch(value: JsonValue): boolean {
  return isPlainObject(value) && Object.keys(value).length > 0;
}
