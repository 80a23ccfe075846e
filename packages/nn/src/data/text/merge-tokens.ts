/** @file One step of byte-pair encoding. */

/** Each occurrence of the pair, from the left, becomes the token. */
export function mergeTokens(
  tokens: readonly number[],
  [left, right]: readonly [number, number],
  token: number,
): number[] {
  const merged: number[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    if (tokens[i] === left && tokens[i + 1] === right) {
      merged.push(token);
      i += 1;
    } else merged.push(tokens[i] ?? 0);
  }
  return merged;
}
