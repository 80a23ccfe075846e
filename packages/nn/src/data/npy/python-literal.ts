/** @file The part of Python's literals that `.npy` headers are written in: strings, whole numbers, True, False, None, tuples, lists, dicts. */

/** A value of a header. Tuples and lists are arrays. */
export type PythonValue =
  | string
  | number
  | boolean
  | null
  | readonly PythonValue[]
  | { readonly [key: string]: PythonValue };

/** Thrown and caught inside of this file. */
class NotALiteral extends Error {}

/** Nesting of a real header is at most 3; this keeps a hostile one off the stack. */
const MAX_DEPTH = 16;

/** Parses a literal; `undefined` when the text is not one. */
export function parsePythonLiteral(text: string): PythonValue | undefined {
  // Without the separators a string could hide them, so strings are one token each.
  const tokens = text.match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[-\w.]+|[^\s]/g) ?? [];
  let at = 0;

  const expect = (token: string): void => {
    if (tokens[at] !== token) throw new NotALiteral();
    at += 1;
  };

  /** Items up to the closing bracket, with or without a comma after the last. */
  const items = (close: string, item: () => void): void => {
    at += 1;
    while (tokens[at] !== close) {
      item();
      if (tokens[at] !== close) expect(",");
    }
    at += 1;
  };

  const value = (depth: number): PythonValue => {
    const token = tokens[at] ?? "";
    if (depth > MAX_DEPTH) throw new NotALiteral();
    if (token === "(" || token === "[") {
      const list: PythonValue[] = [];
      items(token === "(" ? ")" : "]", () => list.push(value(depth + 1)));
      return list;
    }
    if (token === "{") {
      const dict: [string, PythonValue][] = [];
      items("}", () => {
        const key = String(value(depth + 1));
        expect(":");
        dict.push([key, value(depth + 1)]);
      });
      return Object.fromEntries(dict);
    }
    at += 1;
    return atom(token);
  };

  try {
    const whole = value(0);
    return at === tokens.length ? whole : undefined;
  } catch (error) {
    if (error instanceof NotALiteral) return undefined;
    throw error;
  }
}

function atom(token: string): string | number | boolean | null {
  if (token === "True" || token === "False") return token === "True";
  if (token === "None") return null;
  if (/^['"]/.test(token) && token.length > 1) return token.slice(1, -1);
  // Python 2 wrote sizes as 3L.
  const number = /^(-?\d+)L?$/.exec(token)?.[1];
  if (number === undefined || !Number.isSafeInteger(Number(number))) throw new NotALiteral();
  return Number(number);
}
