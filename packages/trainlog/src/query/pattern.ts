/**
 * @file Patterns in time that grows with the text alone.
 *
 * JavaScript's regular expressions backtrack: `(a+)+$` on a name of 40 letters would hold a server for minutes. These patterns have the part of the syntax
 * that needs no backtracking (no back references, no look-around) and run as an automaton whose states are made when they are first met.
 */
import { describeValue, TrainlogError } from "../run/error.ts";
import { parsePattern, type Step } from "./pattern-syntax.ts";

/** States that are kept; above it they are made again. */
const MAX_STATES = 1000;

/** One state of the automaton: the steps that are possible there. */
interface State {
  /** Steps that wait for a character. */
  readonly waiting: readonly number[];
  /** A match is complete. */
  readonly matched: boolean;
  /** A match is complete if the text ends here. */
  readonly matchedAtEnd: boolean;
  readonly next: Map<number, State>;
}

/**
 * A pattern that is looked for anywhere in a text.
 *
 * @example
 * new Pattern("^res(net)?-\\d+$").test("resnet-50"); // true
 */
export class Pattern {
  readonly #steps: readonly Step[];
  readonly #begin: number;
  readonly #states = new Map<string, State>();
  #first: State | undefined;

  /** @throws TrainlogError `query/bad-pattern` (400) with what is wrong. */
  constructor(source: string) {
    const parsed = parsePattern(source);
    if (typeof parsed === "string") {
      throw new TrainlogError("query/bad-pattern", `pattern ${describeValue(source)}: ${parsed}`, { status: 400 });
    }
    this.#steps = parsed.steps;
    this.#begin = parsed.begin;
  }

  /** Says whether the pattern is found in `text`. */
  test(text: string): boolean {
    this.#first ??= this.#state([this.#begin], true);
    let state = this.#first;
    for (const char of text) {
      if (state.matched) return true;
      state = this.#after(state, char.codePointAt(0) ?? 0);
    }
    return state.matched || state.matchedAtEnd;
  }

  #after(state: State, char: number): State {
    const known = state.next.get(char);
    if (known !== undefined) return known;
    const reached: number[] = [];
    for (const at of state.waiting) {
      const step = this.#steps[at];
      if (step?.type === "char" && step.takes(char)) reached.push(step.next);
    }
    // A match may begin at any character.
    const next = this.#state([...reached, this.#begin], false);
    if (state.next.size < MAX_STATES) state.next.set(char, next);
    return next;
  }

  #state(from: readonly number[], isBegin: boolean): State {
    const now = this.#closure(from, isBegin, false);
    const key = `${isBegin} ${now.join()}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const isMatch = (at: number): boolean => this.#steps[at]?.type === "match";
    const state: State = {
      waiting: now.filter((at) => this.#steps[at]?.type === "char"),
      matched: now.some(isMatch),
      matchedAtEnd: this.#closure(from, isBegin, true).some(isMatch),
      next: new Map(),
    };
    if (this.#states.size >= MAX_STATES) this.#forget();
    this.#states.set(key, state);
    return state;
  }

  /** Lets go of all states, and of the ways to them. */
  #forget(): void {
    for (const state of this.#states.values()) state.next.clear();
    this.#states.clear();
    this.#first = undefined;
  }

  /** Everything that is reached without taking a character, in order. */
  #closure(from: readonly number[], isBegin: boolean, isEnd: boolean): number[] {
    const seen = new Set<number>();
    const todo = [...from];
    for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      const step = this.#steps[at];
      if (step?.type === "split") todo.push(...step.next);
      else if ((step?.type === "begin" && isBegin) || (step?.type === "end" && isEnd)) todo.push(step.next);
    }
    return [...seen].sort((a, b) => a - b);
  }
}
