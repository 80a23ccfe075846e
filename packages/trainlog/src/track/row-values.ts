/**
 * @file What a script passes to `log`, sorted into numbers, JSON values and media.
 *
 * Nested plain objects become keys joined by `/`. What cannot be kept is named once; the rest of the row is kept.
 */
import { describeValue, TrainlogError } from "../run/error.ts";
import { isPlainObject, type JsonValue } from "../run/json.ts";
import { checkKey } from "../run/limits.ts";
import { isMedia, type Media } from "../run/media.ts";
import { bigintToJson, isTypedArray, MAX_JSON_DEPTH, simplerForm, toJson } from "../run/to-json.ts";
import { messageOf, type Reporter } from "./reporter.ts";
import type { RowBuffer } from "./row-buffer.ts";

/** A value that `log` keeps. Objects are flattened; anything with `item()` (a tensor of one element) counts as its number. */
export type LogValue =
  | number
  | bigint
  | boolean
  | string
  | null
  | undefined
  | Date
  | Media
  | { item(): number | bigint }
  | readonly LogValue[]
  | ArrayLike<number>
  | ReadonlyMap<string, unknown>
  | { readonly [key: string]: LogValue };

/** One row for `log`: metric names and values. */
export type LogRow = { readonly [key: string]: LogValue };

/** Takes the parts of a row that are not numbers or JSON. */
export type OnMedia = (key: string, value: Media, index: number | undefined) => void;

/** Checks that a row is an object of values. @throws TrainlogError `run/bad-row`. */
export function checkRow(row: unknown): asserts row is Record<string, unknown> {
  const isObject =
    typeof row === "object" && row !== null && !Array.isArray(row) && !isTypedArray(row) && !isMedia(row);
  // Of a class's object only what it owns can be kept: a Map, or a promise that nobody waited for, has nothing.
  if (isObject && (isPlainObject(row) || Object.keys(row).length > 0)) return;
  throw new TrainlogError(
    "run/bad-row",
    `log: expected an object of names and values such as { loss: 0.5 }, got ${describeValue(row)}`,
    { status: 400 },
  );
}

/** Sorts the values of rows into a buffer. */
export class RowValues {
  readonly #buffer: RowBuffer;
  readonly #reporter: Reporter;
  readonly #onMedia: OnMedia;
  #added = 0;

  constructor(buffer: RowBuffer, reporter: Reporter, onMedia: OnMedia) {
    this.#buffer = buffer;
    this.#reporter = reporter;
    this.#onMedia = onMedia;
  }

  /** Adds a row to the buffer. A row of which nothing can be kept (or media only) leaves no row behind. */
  add(row: Readonly<Record<string, unknown>>, step: number, wallMs: number): void {
    this.#buffer.beginRow(step, wallMs);
    this.#added = 0;
    for (const key in row) {
      const value = row[key];
      if (typeof value === "number") {
        const held = this.#buffer.addKnownNumber(key, value);
        if (held === 1) this.#added += 1;
        else this.#number(key, value, held);
      } else if (Object.hasOwn(row, key)) this.#value(key, value, []);
    }
    if (this.#added === 0) this.#buffer.dropEmptyRow();
  }

  /** A number under a new key, or a second number under the key in this row. */
  #number(key: string, value: number, held: 0 | 2): void {
    if (held === 0 && !this.#keyIsGood(key)) return;
    const values = held === 0 ? this.#buffer.addNumber(key, value) : held;
    if (values === 2) this.#reportTwice(key);
    this.#added += 1;
  }

  #value(key: string, value: unknown, ancestors: readonly object[]): void {
    switch (typeof value) {
      case "number":
        this.#anyNumber(key, value);
        return;
      case "bigint": {
        const json = bigintToJson(value);
        if (typeof json === "number") this.#anyNumber(key, json);
        else this.#jsonValue(key, json);
        return;
      }
      case "string":
        this.#jsonValue(key, value.toWellFormed());
        return;
      case "boolean":
        this.#jsonValue(key, value);
        return;
      case "object":
        if (value === null) this.#jsonValue(key, null);
        else this.#object(key, value, ancestors);
        return;
      default:
        this.#leaveOut(key, `${value === undefined ? "undefined" : describeValue(value)} cannot be kept`);
    }
  }

  #anyNumber(key: string, value: number): void {
    const held = this.#buffer.addKnownNumber(key, value);
    if (held === 1) this.#added += 1;
    else this.#number(key, value, held);
  }

  #object(key: string, value: object, ancestors: readonly object[]): void {
    if (isMedia(value)) this.#media(key, value, undefined);
    else if (Array.isArray(value)) this.#array(key, value);
    else if (isTypedArray(value) && value.length === 1) this.#value(key, value[0], ancestors);
    else if (value instanceof Date || isTypedArray(value)) this.#json(key, value);
    else if (value instanceof Map) this.#nested(key, value, ancestors);
    else this.#structure(key, value, ancestors);
  }

  /** What an object says of itself (`item()`, `toJSON()`), else its parts if it is plain, else whatever JSON can be made of it. */
  #structure(key: string, value: object, ancestors: readonly object[]): void {
    const simpler = this.#simplerForm(key, value);
    if (simpler !== undefined && ancestors.length < MAX_JSON_DEPTH) this.#value(key, simpler, [...ancestors, value]);
    else if (isPlainObject(value)) this.#nested(key, value, ancestors);
    else this.#json(key, value);
  }

  #simplerForm(key: string, value: object): unknown {
    try {
      const simpler = simplerForm(value);
      return simpler === value ? undefined : simpler;
    } catch (error) {
      this.#leaveOut(key, `reading it threw ${messageOf(error)}`);
      return undefined;
    }
  }

  #nested(key: string, value: Map<unknown, unknown> | object, ancestors: readonly object[]): void {
    if (ancestors.includes(value)) {
      this.#leaveOut(key, "it contains itself");
    } else if (ancestors.length >= MAX_JSON_DEPTH) {
      this.#leaveOut(key, `deeper than ${MAX_JSON_DEPTH} levels`);
    } else {
      const entries = this.#entriesOf(key, value);
      if (entries?.length === 0) this.#jsonValue(key, {});
      for (const [name, item] of entries ?? []) this.#value(`${key}/${name}`, item, [...ancestors, value]);
    }
  }

  #entriesOf(key: string, value: Map<unknown, unknown> | object): [string, unknown][] | undefined {
    try {
      return value instanceof Map ? [...value].map(([name, item]) => [String(name), item]) : Object.entries(value);
    } catch (error) {
      this.#leaveOut(key, `reading it threw ${messageOf(error)}`);
      return undefined;
    }
  }

  #array(key: string, items: readonly unknown[]): void {
    if (items.length === 0 || !items.every(isMedia)) {
      this.#json(key, items);
      return;
    }
    items.forEach((item, i) => {
      this.#media(key, item, i);
    });
  }

  #json(key: string, value: unknown): void {
    const json = toJson(value, key, (path, reason) => this.#leaveOut(path, reason));
    if (json !== undefined) this.#jsonValue(key, json);
  }

  #jsonValue(key: string, value: JsonValue): void {
    if (!this.#keyIsGood(key)) return;
    if (this.#buffer.addJson(key, value) === 2) this.#reportTwice(key);
    this.#added += 1;
  }

  #media(key: string, value: Media, index: number | undefined): void {
    if (this.#keyIsGood(key)) this.#onMedia(key, value, index);
  }

  #keyIsGood(key: string): boolean {
    try {
      checkKey(key, "log");
      return true;
    } catch (error) {
      const message = `${messageOf(error)}; its values are left out`;
      this.#reporter.once(message, message);
      return false;
    }
  }

  #reportTwice(key: string): void {
    this.#reporter.once(`twice:${key}`, `log: ${describeValue(key)} is in one row twice; the last value is kept`);
  }

  #leaveOut(key: string, reason: string): void {
    this.#reporter.once(
      `left-out:${key}`,
      `log: ${describeValue(key)} is left out: ${reason}; the rest of the row is kept`,
    );
  }
}
