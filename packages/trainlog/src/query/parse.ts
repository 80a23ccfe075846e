/**
 * @file From the text of a filter to its tree, by recursive descent over the grammar of `docs/filters.md`.
 *
 * The reader notes what it would have taken at each place. What it would have taken at the place where it stopped is the error message, and at the cursor
 * it is the completion; so neither can disagree with the grammar.
 */
import { describeValue } from "../run/error.ts";
import { EVERY_RUN, type Field, type Filter, type Literal, type Operator } from "./ast.ts";
import { expectedValue, fieldOf, fieldText, isProblem, literalOf, operatorsOf } from "./fields.ts";
import { anyOf, type Expectation, type FilterProblem, filterError, problemAt } from "./problem.ts";
import { MAX_FILTER_LENGTH, type Token, tokensOf } from "./tokens.ts";

/** Deepest nesting of brackets and `not`. */
export const MAX_FILTER_DEPTH = 50;

/** Most conditions of one filter. */
export const MAX_CONDITIONS = 200;

/** Most values of all `in` of one filter together. */
export const MAX_IN_VALUES = 1000;

/** Most patterns of one filter: each is looked for in every run. */
export const MAX_PATTERNS = 20;

/** What reading a filter gave, and what could stand at its end. */
export interface ReadFilter {
  readonly filter?: Filter;
  readonly problem?: FilterProblem;
  /** What could come behind the last word; for completion. */
  readonly expected: readonly Expectation[];
}

/**
 * Reads a filter. An empty text is the filter that every run matches.
 *
 * @throws TrainlogError `query/bad-filter` (400) with the place and what was expected there.
 *
 * @example
 * parseFilter('state = finished and metric.loss.min < 0.1 and tag = "best"');
 */
export function parseFilter(text: string, where = "filter"): Filter {
  const { filter, problem } = readFilter(text);
  if (problem !== undefined) throw filterError(problem, where);
  return filter ?? EVERY_RUN;
}

/** Reads a filter for an editor: gives the problem instead of throwing it. */
export function readFilter(text: string): ReadFilter {
  if (text.length > MAX_FILTER_LENGTH) {
    const message = `a filter has at most ${MAX_FILTER_LENGTH} characters, this one has ${text.length}`;
    return { problem: { message, from: MAX_FILTER_LENGTH, to: text.length }, expected: [] };
  }
  return new Reader(tokensOf(text), text.length).read();
}

/** Thrown inside the reader only. */
class Stop extends Error {
  readonly problem: FilterProblem;
  constructor(problem: FilterProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #at = 0;
  #depth = 0;
  #conditions = 0;
  #inValues = 0;
  #patterns = 0;
  /** What would have been taken at `#expectedAt`. */
  #expected: Expectation[] = [];
  #expectedAt = 0;

  constructor(tokens: readonly Token[], length: number) {
    this.#tokens = tokens;
    this.#end = { kind: "bad", from: length, to: length, source: "", text: "" };
  }

  read(): ReadFilter {
    try {
      const filter = this.#tokens.length === 0 ? this.#empty() : this.#or();
      if (this.#token !== this.#end) this.#fail({ what: "end" });
      return { filter, expected: this.#atEnd() };
    } catch (error) {
      if (error instanceof Stop) return { problem: error.problem, expected: this.#atEnd() };
      throw error;
    }
  }

  #empty(): Filter {
    this.#expect({ what: "condition" });
    this.#expect({ what: "field" });
    return EVERY_RUN;
  }

  #or(): Filter {
    return this.#chain("or", "||", () => this.#chain("and", "&&", () => this.#not()));
  }

  #chain(type: "and" | "or", sign: string, part: () => Filter): Filter {
    const parts = [part()];
    while (this.#takeWord(type, { what: "connective" }) || this.#takeSign(sign, { what: "connective" }))
      parts.push(part());
    return parts.length === 1 ? parts[0]! : { type, parts };
  }

  #not(): Filter {
    this.#expect({ what: "condition" });
    if (!this.#takeWord("not") && !this.#takeSign("!")) return this.#primary();
    return this.#deeper(() => ({ type: "not", part: this.#not() }));
  }

  #primary(): Filter {
    if (this.#takeSign("(")) {
      return this.#deeper(() => {
        const inner = this.#or();
        this.#requireSign(")");
        return inner;
      });
    }
    if (++this.#conditions > MAX_CONDITIONS) {
      throw new Stop(problemAt(this.#token, `a filter has at most ${MAX_CONDITIONS} conditions`));
    }
    return this.#isWord("exists") ? this.#exists() : this.#comparison();
  }

  #deeper<T>(work: () => T): T {
    if (++this.#depth > MAX_FILTER_DEPTH) {
      throw new Stop(problemAt(this.#token, `a filter nests at most ${MAX_FILTER_DEPTH} levels deep`));
    }
    const made = work();
    this.#depth--;
    return made;
  }

  #exists(): Filter {
    this.#at += 1;
    this.#requireSign("(");
    const field = this.#field();
    this.#requireSign(")");
    return { type: "exists", field };
  }

  #comparison(): Filter {
    const field = this.#field();
    this.#expect({ what: "operator", field });
    const negated = this.#isWord("not") && this.#takeWord("not");
    const made = this.#membership(field);
    if (made !== undefined) return negated ? { type: "not", part: made } : made;
    if (negated) this.#fail();
    const token = this.#token;
    if (token.kind === "operator" && !["!", "&&", "||"].includes(token.source)) {
      return this.#compared(field, this.#operator(field));
    }
    if (!isFlag(field)) this.#fail();
    return { type: "compare", field, operator: "=", value: { type: "boolean", value: true } };
  }

  #membership(field: Field): Filter | undefined {
    if (this.#takeWord("in")) {
      this.#requireSign("(");
      const values = [this.#literal(field)];
      while (this.#takeSign(",")) values.push(this.#literal(field));
      this.#inValues += values.length;
      if (this.#inValues > MAX_IN_VALUES) {
        throw new Stop(problemAt(this.#token, `a filter has at most ${MAX_IN_VALUES} values of in`));
      }
      this.#requireSign(")");
      return { type: "in", field, values };
    }
    if (!this.#isWord("contains")) return undefined;
    this.#checkOperator(field, "contains");
    this.#at += 1;
    return this.#compared(field, "contains");
  }

  #operator(field: Field): Operator {
    const { source } = this.#token;
    // The token is one of these signs.
    const operator = (source === "==" ? "=" : source) as Operator;
    this.#checkOperator(field, operator);
    this.#at += 1;
    return operator;
  }

  #checkOperator(field: Field, operator: Operator): void {
    const known = operatorsOf(field);
    if (known.includes(operator)) return;
    throw new Stop(
      problemAt(this.#token, `${fieldText(field)}: no operator ${operator} here, expected ${anyOf(known)}`),
    );
  }

  #compared(field: Field, operator: Operator): Filter {
    const token = this.#token;
    const value = this.#literal(field);
    if (operator === "~" || operator === "!~") {
      if (value.type !== "text")
        throw new Stop(problemAt(token, `${fieldText(field)} ${operator}: expected a pattern in quotes`));
      if (++this.#patterns > MAX_PATTERNS)
        throw new Stop(problemAt(token, `a filter has at most ${MAX_PATTERNS} patterns`));
    }
    if (value.type === "null" && operator !== "=" && operator !== "!=") {
      throw new Stop(problemAt(token, `${fieldText(field)} ${operator}: null can only be compared by = and !=`));
    }
    return { type: "compare", field, operator, value };
  }

  #field(): Field {
    this.#expect({ what: "field" });
    const token = this.#token;
    if (token.kind !== "path") this.#fail();
    const field = fieldOf(token.parts ?? [], token);
    if (isProblem(field)) throw new Stop(field);
    this.#at += 1;
    return field;
  }

  #literal(field: Field): Literal {
    this.#expect({ what: "value", field });
    const token = this.#token;
    if (token === this.#end || !["text", "number", "duration", "time", "path"].includes(token.kind)) this.#fail();
    const literal = literalOf(token, field);
    if (isProblem(literal)) throw new Stop(literal);
    this.#at += 1;
    return literal;
  }

  get #token(): Token {
    return this.#tokens[this.#at] ?? this.#end;
  }

  #isWord(word: string): boolean {
    const { parts } = this.#token;
    return parts?.length === 1 && !parts[0]!.quoted && parts[0]!.text.toLowerCase() === word;
  }

  #takeWord(word: string, expectation?: Expectation): boolean {
    if (expectation !== undefined) this.#expect(expectation);
    if (!this.#isWord(word)) return false;
    this.#at += 1;
    return true;
  }

  #takeSign(sign: string, expectation: Expectation = { what: "sign", sign }): boolean {
    this.#expect(expectation);
    const { kind, source } = this.#token;
    if ((kind !== "bracket" && kind !== "operator") || source !== sign) return false;
    this.#at += 1;
    return true;
  }

  #requireSign(sign: string): void {
    if (!this.#takeSign(sign)) this.#fail();
  }

  #expect(expectation: Expectation): void {
    if (this.#at > this.#expectedAt) this.#expected = [];
    this.#expectedAt = this.#at;
    this.#expected.push(expectation);
  }

  #atEnd(): readonly Expectation[] {
    return this.#expectedAt >= this.#tokens.length ? this.#expected : [];
  }

  #fail(expectation?: Expectation): never {
    if (expectation !== undefined) this.#expect(expectation);
    const token = this.#token;
    const found = token === this.#end ? "the end" : token.kind === "bad" ? token.text : describeValue(token.source);
    const expected = anyOf(this.#expected.flatMap(inWords));
    const words = this.#expected.some(({ what }) => what === "connective") ? ["and", "or"] : [];
    throw new Stop(problemAt(token, `expected ${expected}, found ${found}`, token.text, words));
  }
}

/** A field that is a condition by itself: `archived`. */
function isFlag(field: Field): boolean {
  return field.of === "run" ? field.name === "archived" : field.of !== "metric";
}

function inWords(expectation: Expectation): readonly string[] {
  switch (expectation.what) {
    case "condition":
      return ["a condition such as state = running"];
    case "field":
      return ["a field such as name, config.lr or metric.loss.min"];
    case "operator":
      return [...operatorsOf(expectation.field), "in", "not in"];
    case "value":
      return [expectedValue(expectation.field)];
    case "connective":
      return ["and", "or"];
    case "sign":
      return [expectation.sign];
    case "end":
      return ["the end"];
  }
}
