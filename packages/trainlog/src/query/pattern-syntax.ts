/**
 * @file The syntax of patterns: from text to steps of an automaton (Thompson 1968).
 *
 * Literals, `.`, `[a-z]`, `[^…]`, `\d \w \s` and their capitals, `^`, `$`, `|`, `(…)`, `*`, `+`, `?`, `{m}`, `{m,}`, `{m,n}`, and `(?i)` at the start for "case does not
 * matter". A lazy `?` behind a repetition is read and changes nothing: only whether there is a match is asked.
 */

/** One step of an automaton. */
export type Step =
  | { readonly type: "char"; readonly takes: (char: number) => boolean; readonly next: number }
  | { readonly type: "split"; readonly next: readonly number[] }
  | { readonly type: "begin" | "end"; readonly next: number }
  | { readonly type: "match" };

/** Longest pattern, in UTF-16 units. */
const MAX_LENGTH = 1000;
/** Most steps that repetitions may unfold into. */
const MAX_STEPS = 5000;
const MAX_DEPTH = 50;
const MAX_REPEAT = 1000;

type Takes = (char: number) => boolean;

/** A part of a pattern: written backwards, from what follows it to its own first step. */
type Part = (emit: (step: Step) => number, next: number) => number;

/** A message about the pattern, thrown inside this file only. */
class BadPattern extends Error {}

/** The steps of a pattern and the first of them, or what is wrong with it. */
export function parsePattern(source: string): { readonly steps: readonly Step[]; readonly begin: number } | string {
  if (source.length > MAX_LENGTH) return `at most ${MAX_LENGTH} characters`;
  try {
    const part = new PatternReader(source).read();
    const steps: Step[] = [{ type: "match" }];
    const emit = (step: Step): number => {
      if (steps.length >= MAX_STEPS) throw new BadPattern("its repetitions are too large");
      return steps.push(step) - 1;
    };
    return { begin: part(emit, 0), steps };
  } catch (error) {
    if (error instanceof BadPattern) return error.message;
    throw error;
  }
}

class PatternReader {
  readonly #chars: readonly string[];
  readonly #ignoresCase: boolean;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#ignoresCase = source.startsWith("(?i)");
    this.#chars = [...(this.#ignoresCase ? source.slice(4) : source)];
  }

  read(): Part {
    const part = this.#alternatives();
    if (this.#at < this.#chars.length) throw new BadPattern("a ) without its (");
    return part;
  }

  #alternatives(): Part {
    if (++this.#depth > MAX_DEPTH) throw new BadPattern(`at most ${MAX_DEPTH} nested groups`);
    const ways = [this.#sequence()];
    while (this.#take("|")) ways.push(this.#sequence());
    this.#depth--;
    if (ways.length === 1) return ways[0]!;
    return (emit, next) => emit({ type: "split", next: ways.map((way) => way(emit, next)) });
  }

  #sequence(): Part {
    const parts: Part[] = [];
    while (this.#at < this.#chars.length && this.#char !== "|" && this.#char !== ")") parts.push(this.#repeated());
    return (emit, next) => parts.reduceRight((behind, part) => part(emit, behind), next);
  }

  #repeated(): Part {
    let part = this.#atom();
    for (let range = this.#range(); range !== undefined; range = this.#range()) {
      part = repeat(part, ...range);
      this.#take("?");
    }
    return part;
  }

  #range(): [min: number, max: number] | undefined {
    if (this.#take("*")) return [0, Infinity];
    if (this.#take("+")) return [1, Infinity];
    if (this.#take("?")) return [0, 1];
    const [written, min, comma, max] =
      /^\{(\d+)(,)?(\d*)\}/.exec(this.#chars.slice(this.#at, this.#at + 12).join("")) ?? [];
    if (written === undefined) return undefined;
    this.#at += written.length;
    const range: [number, number] = [
      Number(min),
      comma === undefined ? Number(min) : max === "" ? Infinity : Number(max),
    ];
    if (range[0] > range[1]) throw new BadPattern(`${written}: the smaller number first`);
    if (range[0] > MAX_REPEAT || (range[1] > MAX_REPEAT && range[1] !== Infinity))
      throw new BadPattern(`${written}: at most ${MAX_REPEAT} repetitions`);
    return range;
  }

  #atom(): Part {
    const char = this.#next();
    if (char === "(") return this.#group();
    if (char === "[") return one(this.#folded(this.#class()));
    if (char === ".") return one(() => true);
    if (char === "^") return (emit, next) => emit({ type: "begin", next });
    if (char === "$") return (emit, next) => emit({ type: "end", next });
    if (char === "\\") return one(this.#folded(this.#escape()));
    if (char === "*" || char === "+" || char === "?")
      throw new BadPattern(`nothing before ${char} to repeat; a plain one is \\${char}`);
    return one(this.#folded(same(char)));
  }

  #group(): Part {
    if (this.#take("?") && !this.#take(":")) throw new BadPattern("no look-around or named groups; only (…) and (?:…)");
    const inner = this.#alternatives();
    if (!this.#take(")")) throw new BadPattern("a ( without its )");
    return inner;
  }

  #class(): Takes {
    const isNegated = this.#take("^");
    const any: Takes[] = [];
    do {
      any.push(this.#classItem());
    } while (this.#char !== "]");
    this.#at += 1;
    const takes: Takes = (char) => any.some((item) => item(char));
    return isNegated ? (char) => !takes(char) : takes;
  }

  #classItem(): Takes {
    const first = this.#next("a [ without its ]");
    const low = first === "\\" ? this.#escape() : same(first);
    const dash = this.#char === "-" && (this.#chars[this.#at + 1] ?? "]") !== "]";
    if (!dash || first === "\\") return low;
    this.#at += 1;
    const last = this.#next("a [ without its ]");
    const [from, to] = [codeOf(first), codeOf(last === "\\" ? this.#next() : last)];
    if (from > to) throw new BadPattern(`the range ${first}-${last} runs backwards`);
    return (char) => char >= from && char <= to;
  }

  #escape(): Takes {
    const char = this.#next("a \\ at the end");
    const known = CLASSES.get(char.toLowerCase());
    if (known !== undefined) return char === char.toLowerCase() ? known : (code) => !known(code);
    if (char === "n" || char === "t" || char === "r") return same({ n: "\n", t: "\t", r: "\r" }[char]);
    if (/[A-Za-z0-9]/.test(char)) throw new BadPattern(`no \\${char}; there are \\d \\w \\s \\n \\t \\r`);
    return same(char);
  }

  /** With `(?i)`, a character is taken in either case. */
  #folded(takes: Takes): Takes {
    if (!this.#ignoresCase) return takes;
    return (char) => {
      const text = String.fromCodePoint(char);
      return takes(char) || takes(codeOf(text.toLowerCase())) || takes(codeOf(text.toUpperCase()));
    };
  }

  get #char(): string | undefined {
    return this.#chars[this.#at];
  }

  #next(missing = "it ends too early"): string {
    const char = this.#chars[this.#at++];
    if (char === undefined) throw new BadPattern(missing);
    return char;
  }

  #take(char: string): boolean {
    if (this.#char !== char) return false;
    this.#at += 1;
    return true;
  }
}

const CLASSES: ReadonlyMap<string, Takes> = new Map<string, Takes>([
  ["d", (char) => char >= 0x30 && char <= 0x39],
  ["w", (char) => /\w/.test(String.fromCodePoint(char))],
  ["s", (char) => /\s/.test(String.fromCodePoint(char))],
]);

function one(takes: Takes): Part {
  return (emit, next) => emit({ type: "char", takes, next });
}

function same(char: string): Takes {
  const code = codeOf(char);
  return (other) => other === code;
}

function codeOf(char: string): number {
  return char.codePointAt(0) ?? 0;
}

function repeat(part: Part, min: number, max: number): Part {
  return (emit, next) => {
    let begin = max === Infinity ? loop(part, emit, next) : next;
    if (max !== Infinity)
      for (let i = min; i < max; i++) begin = emit({ type: "split", next: [part(emit, begin), next] });
    for (let i = 0; i < min; i++) begin = part(emit, begin);
    return begin;
  };
}

/** Any number of times: the split at the end of the part leads back into it, so it is made before the part is known. */
function loop(part: Part, emit: (step: Step) => number, next: number): number {
  const ways: number[] = [next];
  const split = emit({ type: "split", next: ways });
  ways.push(part(emit, split));
  return split;
}
