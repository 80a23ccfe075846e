/** @file Metrics as a person names them: by name, or by their beginning. */

/** Whether a key is one of the patterns, or begins as one that ends in `*` does. */
export function keyPattern(patterns: readonly string[]): (key: string) => boolean {
  const exact = new Set(patterns);
  const prefixes = patterns.filter((pattern) => pattern.endsWith("*")).map((pattern) => pattern.slice(0, -1));
  return (key) => exact.has(key) || prefixes.some((prefix) => key.startsWith(prefix));
}
