/**
 * @file The words of a filter. Reading them never fails: what is no word becomes a token of kind `bad` with the reason, so that an editor can colour a text
 * that is still being typed.
 */

/** Longest filter, in UTF-16 units. */
export const MAX_FILTER_LENGTH = 10_000;

/** What a token is. `path` is a field, a keyword or a bare text: the parser knows which. */
export type TokenKind = "path" | "text" | "number" | "duration" | "time" | "operator" | "bracket" | "bad";

/** One word of a filter. */
export interface Token {
  readonly kind: TokenKind;
  /** Where it stands: UTF-16 units from the start, end excluded. */
  readonly from: number;
  readonly to: number;
  /** As written. */
  readonly source: string;
  /** The content of a text, the reason of a bad token; else as written. */
  readonly text: string;
  /** Value of a number, milliseconds of a duration or time. */
  readonly value?: number;
  /** The parts of a path. */
  readonly parts?: readonly PathPart[];
}

/** One part of a dotted path. */
export interface PathPart {
  readonly text: string;
  /** Written in backticks: then it is a name and never a statistic. */
  readonly quoted: boolean;
}

const SPACE = /\s+/y;
const OPERATOR = /<=|>=|==|!=|!~|&&|\|\||[=<>~!]/y;
const BRACKET = /[(),]/y;
const TIME = /\d{4}-\d{2}-\d{2}(?:[Tt]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2})?)?(?![\p{L}\p{N}_])/uy;
const NUMBER = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const UNIT = /(ms|[smhdw])(?![\p{L}_])/uy;
/** The first part of a path is a name; later ones may hold what metric keys are made of, such as `val/loss`. */
const NAME = /[\p{L}_][\p{L}\p{N}_/:@-]*/uy;
const PART = /[\p{L}\p{N}_/:@-]+/uy;

/** Milliseconds of each unit. */
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Units of time from the longest to the shortest, for printing. */
export const UNITS: readonly (readonly [unit: string, ms: number])[] = Object.entries(UNIT_MS).reverse();

/**
 * The words of a filter, in order, without the spaces between them.
 *
 * @example
 * tokensOf("metric.loss.min < 0.1").map((token) => token.kind); // ["path", "operator", "number"]
 */
export function tokensOf(filter: string): Token[] {
  const tokens: Token[] = [];
  for (let at = skipSpace(filter, 0); at < filter.length; at = skipSpace(filter, tokens.at(-1)?.to ?? at)) {
    tokens.push(readToken(filter, at));
  }
  return tokens;
}

function readToken(filter: string, at: number): Token {
  const char = filter.charAt(at);
  if (char === '"' || char === "'") return readText(filter, at, char);
  const time = match(TIME, filter, at);
  if (time !== undefined) return readTime(at, time);
  const number = match(NUMBER, filter, at);
  if (number !== undefined) return readNumber(filter, at, number);
  if (char === "`" || match(NAME, filter, at) !== undefined) return readPath(filter, at);
  for (const [kind, pattern] of [["operator", OPERATOR] as const, ["bracket", BRACKET] as const]) {
    const found = match(pattern, filter, at);
    if (found !== undefined) return token(kind, filter, at, at + found.length, found);
  }
  return bad(filter, at, at + [...filter.slice(at, at + 2)][0]!.length, "no word, number, text, operator or bracket");
}

/** A text in quotes. A backslash takes the next character as it is; `\n` and `\t` are a line break and a tabulator. */
function readText(filter: string, from: number, quote: string): Token {
  let text = "";
  for (let at = from + 1; at < filter.length; at++) {
    const char = filter.charAt(at);
    if (char === quote) return token("text", filter, from, at + 1, text);
    if (char === "\\" && at + 1 < filter.length) text += escaped(filter.charAt(++at));
    else text += char;
  }
  return bad(filter, from, filter.length, `a text without its closing ${quote}`);
}

/** `\n`, `\t`; `\d` and the like stay as they are, because patterns are full of them. */
function escaped(char: string): string {
  if (char === "n") return "\n";
  if (char === "t") return "\t";
  return /["'\\]/.test(char) ? char : `\\${char}`;
}

/** A date is midnight UTC, and so is a time without an offset: a filter must mean the same on every machine. */
function readTime(from: number, written: string): Token {
  const hasOffset = /([Zz]|[+-]\d{2}:\d{2})$/.test(written.slice(10));
  const ms = Date.parse(written.length > 10 && !hasOffset ? `${written}Z` : written.toUpperCase());
  const [to, source] = [from + written.length, written];
  if (Number.isNaN(ms) || !isDay(written.slice(0, 10)))
    return { kind: "bad", from, to, source, text: "no day of the calendar" };
  return { kind: "time", from, to, source, text: written, value: ms };
}

/** `Date` takes the 30th of February for the 2nd of March. */
function isDay(date: string): boolean {
  const ms = Date.parse(date);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}

/** The moment that a text names, in milliseconds since 1970; `undefined` when it names none. */
export function parseTime(text: string): number | undefined {
  const [only, ...rest] = tokensOf(text);
  return only?.kind === "time" && rest.length === 0 ? only.value : undefined;
}

/** A number, or a duration such as `1h30m` when a unit follows. */
function readNumber(filter: string, from: number, first: string): Token {
  const sign = first.startsWith("-") ? -1 : 1;
  let ms = 0;
  let at = from;
  let digits: string | undefined = first;
  while (digits !== undefined) {
    const unit = match(UNIT, filter, at + digits.length);
    if (unit === undefined) break;
    ms += Math.abs(Number(digits)) * UNIT_MS[unit]!;
    at += digits.length + unit.length;
    digits = /^\d/.test(filter.charAt(at)) ? match(NUMBER, filter, at) : undefined;
  }
  const isDuration = at > from;
  const to = isDuration ? at : from + first.length;
  const rest = match(PART, filter, to);
  if (rest !== undefined)
    return bad(filter, from, to + rest.length, "a number with something behind it; put texts in quotes");
  const value = isDuration ? sign * ms + 0 : Number(first) + 0;
  return { ...token(isDuration ? "duration" : "number", filter, from, to), value };
}

function readPath(filter: string, from: number): Token {
  const parts: PathPart[] = [];
  let at = from;
  do {
    if (parts.length > 0) at += 1;
    const part =
      filter.charAt(at) === "`" ? quotedPart(filter, at) : match(parts.length === 0 ? NAME : PART, filter, at);
    if (part === undefined || part === "") return bad(filter, from, at, "a dot without a name behind it");
    if (typeof part === "string") parts.push({ text: part, quoted: false });
    else if (part.closed) parts.push({ text: part.text, quoted: true });
    else return bad(filter, from, filter.length, "a name without its closing `");
    at += part.length;
  } while (filter.charAt(at) === ".");
  return { ...token("path", filter, from, at), parts };
}

/** A name in backticks; a backtick in it is written twice. */
function quotedPart(
  filter: string,
  from: number,
): { readonly text: string; readonly length: number; readonly closed: boolean } {
  let text = "";
  for (let at = from + 1; at < filter.length; at++) {
    if (filter.charAt(at) !== "`") text += filter.charAt(at);
    else if (filter.charAt(at + 1) === "`") text += filter.charAt(at++);
    else return { text, length: at + 1 - from, closed: true };
  }
  return { text, length: filter.length - from, closed: false };
}

function token(kind: TokenKind, filter: string, from: number, to: number, text = filter.slice(from, to)): Token {
  return { kind, from, to, source: filter.slice(from, to), text };
}

function bad(filter: string, from: number, to: number, text: string): Token {
  return token("bad", filter, from, Math.max(to, from + 1), text);
}

function skipSpace(filter: string, at: number): number {
  return at + (match(SPACE, filter, at)?.length ?? 0);
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  // Always set before it is used: a sticky pattern remembers where it stood.
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
