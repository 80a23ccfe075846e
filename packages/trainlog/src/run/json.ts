/** @file JSON values as types, and the one way that trainlog makes objects from keys it did not choose. */

/** Any value that JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** Says whether `value` is a plain object: not null, not an array, not a class instance such as `Date` or `Map`. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== "object") return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Makes an object from entries so that a key such as `__proto__` is an ordinary own property.
 *
 * `object[key] = value` would call the setter of `Object.prototype` for that key and lose the value in silence.
 */
export function objectFromEntries<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  return Object.fromEntries(entries);
}
