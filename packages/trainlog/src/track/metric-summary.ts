/**
 * @file What the logged rows imply for `run.summary`: per metric the value by its rule (last, min, max, best, mean).
 *
 * Folded from whole columns at each flush, so that `log` pays nothing for it.
 */
import type { MetricEvent, Rows, SummaryRule } from "../run/event.ts";
import type { JsonValue } from "../run/json.ts";
import type { MetricPast } from "./sink.ts";

interface MetricState {
  last: JsonValue;
  min: number;
  max: number;
  sum: number;
  finiteCount: number;
}

/** Aggregates per metric, and the rules that choose among them. */
export class MetricSummary {
  readonly #states = new Map<string, MetricState>();
  readonly #definitions = new Map<string, MetricEvent>();

  /** Takes over the aggregates of a resumed run. */
  load(past: ReadonlyMap<string, MetricPast>): void {
    for (const [key, metric] of past) this.#states.set(key, { ...metric });
  }

  /** Adds logged rows. */
  fold(rows: Rows): void {
    for (const column of rows.columns) {
      if (column.values.length === 0) continue;
      const state = this.#stateOf(column.key);
      if (column.kind === "number") foldNumbers(state, column.values);
      else state.last = column.values.at(-1) ?? null;
    }
  }

  /** Adds a definition; it may name a prefix (`val/*`). */
  define(definition: MetricEvent): void {
    this.#definitions.set(definition.key, { ...this.#definitions.get(definition.key), ...definition });
  }

  /** The value that stands for each metric. */
  values(): ReadonlyMap<string, JsonValue> {
    const values = new Map<string, JsonValue>();
    for (const [key, state] of this.#states) {
      const value = choose(state, this.#ruleFor(key));
      if (value !== undefined) values.set(key, value);
    }
    return values;
  }

  #stateOf(key: string): MetricState {
    let state = this.#states.get(key);
    if (state === undefined) {
      state = { last: null, min: Infinity, max: -Infinity, sum: 0, finiteCount: 0 };
      this.#states.set(key, state);
    }
    return state;
  }

  /** The definition of the key itself, else the longest prefix that fits. */
  #ruleFor(key: string): Exclude<SummaryRule, "best"> {
    const definition = this.#definitions.get(key) ?? this.#byPrefix(key);
    const rule = definition?.summary ?? "last";
    return rule === "best" ? (definition?.goal ?? "min") : rule;
  }

  #byPrefix(key: string): MetricEvent | undefined {
    let best: MetricEvent | undefined;
    for (const definition of this.#definitions.values()) {
      const fits = definition.key.endsWith("*") && key.startsWith(definition.key.slice(0, -1));
      if (fits && definition.key.length > (best?.key.length ?? 0)) best = definition;
    }
    return best;
  }
}

function foldNumbers(state: MetricState, values: Float64Array): void {
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < state.min) state.min = value;
    if (value > state.max) state.max = value;
    state.sum += value;
    state.finiteCount += 1;
  }
  state.last = values[values.length - 1] ?? null;
}

/** `undefined` when the rule has nothing to choose from (no finite value) or says to choose nothing. */
function choose(state: MetricState, rule: Exclude<SummaryRule, "best">): JsonValue | undefined {
  if (rule === "none") return undefined;
  if (rule === "last" || state.finiteCount === 0) return state.last;
  if (rule === "mean") return state.sum / state.finiteCount;
  return rule === "min" ? state.min : state.max;
}
