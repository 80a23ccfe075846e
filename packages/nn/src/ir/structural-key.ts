/** @file Attributes as text: equal for attributes of equal structure, and only for these. */

/** Text that plain data of the same structure shares. Unlike JSON it tells apart −0, NaN and the infinities. */
export function structuralKey(data: unknown): string {
  if (typeof data === "number") return Object.is(data, -0) ? "-0" : String(data);
  if (typeof data === "string") return JSON.stringify(data);
  if (typeof data !== "object" || data === null) return String(data);
  if (Array.isArray(data)) return `[${data.map(structuralKey).join()}]`;
  const fields = Object.entries(data).filter(([, value]) => value !== undefined);
  return `{${fields
    .map(([name, value]) => `${name}:${structuralKey(value)}`)
    .sort()
    .join()}}`;
}
