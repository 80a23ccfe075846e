/** @file Finds keys that a JSON object has twice, which `JSON.parse` passes over in silence. */

/** Strings (complete, or cut off at the end), brackets, colons and commas: all that matters to find keys. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;

/**
 * The first key that some object of a JSON text holds twice, or `undefined`.
 *
 * @param text - Valid JSON: call `JSON.parse` first.
 */
export function duplicateKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let lastString = "";
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(undefined);
    else if (token === "}" || token === "]") open.pop();
    else if (token.startsWith('"')) lastString = token;
    else if (token === ":") {
      const key: string = JSON.parse(lastString);
      if (open.at(-1)?.has(key) === true) return key;
      open.at(-1)?.add(key);
    }
  }
  return undefined;
}
