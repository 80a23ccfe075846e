/** @file A run collected in memory, row by row: what {@link DictTracker} and `JsonTracker` have in common. */

import type { RunEvent } from "../run/event.ts";
import { isPlainObject, type JsonObject, type JsonValue, objectFromEntries } from "../run/json.ts";
import { describeMedia, isMedia } from "../run/media.ts";
import { toJson } from "../run/to-json.ts";
import { applyPatch } from "./apply-patch.ts";
import type { Reporter } from "./reporter.ts";
import { rowsOf } from "./rows-of.ts";

/** Rows, columns, config and summary of one run. */
export class Collected {
  readonly records: { readonly step: number; readonly values: JsonObject }[] = [];
  readonly history: Map<string, JsonValue[]> = new Map();
  readonly events: RunEvent[] = [];
  readonly #reporter: Reporter;
  readonly #config = new Map<string, JsonValue>();
  readonly #summary = new Map<string, JsonValue>();

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  get config(): JsonObject {
    return objectFromEntries(this.#config);
  }

  get summary(): JsonObject {
    return objectFromEntries(this.#summary);
  }

  /** Adds a row. A tensor of one element counts as its number, media as its description. */
  add(row: Readonly<Record<string, unknown>>, step: number): void {
    const values: [string, JsonValue][] = [];
    for (const [key, value] of Object.entries(row)) {
      const json = isMedia(value) ? describeMedia(value) : this.#json(value, key);
      if (json !== undefined) values.push([key, json]);
    }
    for (const [key, value] of values) {
      const column = this.history.get(key);
      if (column === undefined) this.history.set(key, [value]);
      else column.push(value);
    }
    this.records.push({ step, values: objectFromEntries(values) });
  }

  setConfig(patch: Readonly<Record<string, unknown>>): void {
    this.#patch(this.#config, patch);
  }

  setSummary(patch: Readonly<Record<string, unknown>>): void {
    this.#patch(this.#summary, patch);
  }

  /** Takes run events; what is neither a row nor a patch is kept as it is. */
  write(events: readonly RunEvent[]): void {
    for (const event of events) {
      if (event.type === "rows") for (const { step, values } of rowsOf(event.rows)) this.add(values, step);
      else if (event.type === "config") applyPatch(this.#config, event);
      else if (event.type === "summary") applyPatch(this.#summary, event);
      else this.events.push(event);
    }
  }

  #patch(target: Map<string, JsonValue>, patch: Readonly<Record<string, unknown>>): void {
    for (const [key, value] of Object.entries(patch)) {
      const json = this.#json(value, key);
      if (json !== undefined) target.set(key, json);
    }
  }

  #json(value: unknown, key: string): JsonValue | undefined {
    const single = isPlainObject(value) || !isSingle(value) ? value : value[0];
    return toJson(single, key, (path, reason) =>
      this.#reporter.once(`left-out:${path}`, `${path} is left out: ${reason}`),
    );
  }
}

function isSingle(value: unknown): value is { readonly 0: unknown } {
  return ArrayBuffer.isView(value) && "length" in value && value.length === 1;
}
