/**
 * @file `run.config` and `run.summary`: objects that can be read, assigned to and updated, at any depth, and remember what changed.
 *
 * Changes are collected and taken as one patch per flush, so that a loop that sets a key a thousand times writes it once.
 */
import { describeValue, TrainlogError } from "../run/error.ts";
import { isPlainObject, type JsonObject, type JsonValue, objectFromEntries } from "../run/json.ts";
import { type OnLeftOut, toJson } from "../run/to-json.ts";

/** What can be assigned to a key of the configuration or the summary. */
export type LiveValue =
  | JsonValue
  | undefined
  | bigint
  | Date
  | ArrayLike<number>
  | { item(): number | bigint }
  | { readonly [key: string]: unknown };

/** An object whose changes are kept with the run. */
export type LiveObject<T extends object = Record<never, never>> = T & {
  [key: string]: LiveValue;
} & {
  /** Sets several keys at once. */
  update(patch: { readonly [key: string]: unknown }): void;
};

/** Changed top-level keys since the last patch. */
export interface LivePatch {
  readonly set: JsonObject;
  readonly remove?: readonly string[];
}

/** Options of {@link LiveStore}. */
export interface LiveStoreOptions {
  /** Name for messages: `config`, `summary`. */
  readonly name: string;
  /** Called when there is something to take. */
  readonly onChange: () => void;
  readonly onLeftOut: OnLeftOut;
  /** Values that are readable without having been set: what rows imply for a summary. */
  readonly implied?: () => ReadonlyMap<string, JsonValue>;
}

/** The state behind a {@link LiveObject}. */
export class LiveStore {
  readonly #options: LiveStoreOptions;
  // Without a prototype, so that `__proto__` is a key like any other.
  readonly #values: Record<string, JsonValue> = Object.create(null);
  readonly #dirty = new Set<string>();
  readonly #proxies = new WeakMap<object, object>();

  constructor(options: LiveStoreOptions) {
    this.#options = options;
  }

  /** Puts values in without recording a change, as when a run is resumed. */
  load(values: JsonObject): void {
    for (const [key, value] of Object.entries(values)) this.#values[key] = copy(value);
  }

  /** Sets several keys. */
  update(patch: unknown): void {
    if (!isPlainObject(patch)) {
      const what = `run.${this.#options.name}.update: expected an object of names and values`;
      throw new TrainlogError("run/bad-patch", `${what}, got ${describeValue(patch)}`, { status: 400 });
    }
    for (const [key, value] of Object.entries(patch)) this.#set(key, value);
  }

  /** All values set, as plain JSON. */
  snapshot(): JsonObject {
    return objectFromEntries(Object.entries(this.#values).map(([key, value]) => [key, copy(value)]));
  }

  /** Takes what changed since the last call. */
  takePatch(): LivePatch | undefined {
    if (this.#dirty.size === 0) return undefined;
    const keys = [...this.#dirty];
    this.#dirty.clear();
    const isSet = (key: string): boolean => Object.hasOwn(this.#values, key);
    const remove = keys.filter((key) => !isSet(key));
    const set = objectFromEntries(keys.filter(isSet).map((key) => [key, copy(this.#values[key] ?? null)]));
    return remove.length === 0 ? { set } : { set, remove };
  }

  /** The object for the script. */
  proxy<T extends object>(): LiveObject<T> {
    const handler: ProxyHandler<Record<string, JsonValue>> = {
      get: (_, key) => this.#get(key),
      has: (_, key) =>
        typeof key === "string" && (Object.hasOwn(this.#values, key) || this.#implied(key) !== undefined),
      set: (_, key, value) => typeof key === "string" && this.#set(key, value),
      defineProperty: (_, key, { value }) => typeof key === "string" && this.#set(key, value),
      deleteProperty: (_, key) => typeof key === "string" && this.#delete(key),
      ownKeys: () => [...new Set([...Object.keys(this.#values), ...(this.#options.implied?.().keys() ?? [])])],
      getOwnPropertyDescriptor: (_, key) => this.#describe(key),
    };
    // The proxy has the keys of T as far as the script gave them to init(): the type is the script's own statement.
    return new Proxy(this.#values, handler) as LiveObject<T>;
  }

  #get(key: string | symbol): unknown {
    if (typeof key === "symbol") return undefined;
    // The method wins over a key of that name, which toJSON() still shows: `update` must work whatever a configuration holds.
    if (key === "update") return (patch: unknown) => this.update(patch);
    if (Object.hasOwn(this.#values, key)) return this.#live(this.#values[key], key);
    if (key === "toJSON") return () => ({ ...Object.fromEntries(this.#options.implied?.() ?? []), ...this.snapshot() });
    return this.#implied(key);
  }

  #implied(key: string): JsonValue | undefined {
    return this.#options.implied?.().get(key);
  }

  #describe(key: string | symbol): PropertyDescriptor | undefined {
    if (typeof key === "symbol" || (!Object.hasOwn(this.#values, key) && this.#implied(key) === undefined))
      return undefined;
    return { value: this.#get(key), writable: true, enumerable: true, configurable: true };
  }

  #set(key: string, value: unknown): boolean {
    const json = toJson(value, `${this.#options.name}.${key}`, this.#options.onLeftOut);
    if (json === undefined) return true; // reported by name; an exception here would stop training
    this.#values[key] = json;
    return this.#changed(key);
  }

  #delete(key: string): boolean {
    if (!Object.hasOwn(this.#values, key)) return true;
    delete this.#values[key];
    return this.#changed(key);
  }

  #changed(key: string): boolean {
    this.#dirty.add(key);
    this.#options.onChange();
    return true;
  }

  /** A nested object or array of top-level key `key`, such that changing it counts as a change of the key. */
  #live(value: unknown, key: string): unknown {
    if (typeof value !== "object" || value === null) return value;
    const known = this.#proxies.get(value);
    if (known !== undefined) return known;
    const proxy = new Proxy(value, {
      get: (target, name) => this.#live(Reflect.get(target, name), key),
      set: (target, name, item) => this.#define(target, name, item, key),
      defineProperty: (target, name, { value: item }) => this.#define(target, name, item, key),
      deleteProperty: (target, name) => Reflect.deleteProperty(target, name) && this.#changed(key),
    });
    this.#proxies.set(value, proxy);
    return proxy;
  }

  #define(target: object, name: string | symbol, item: unknown, key: string): boolean {
    if (Array.isArray(target) && name === "length") return Reflect.set(target, name, item) && this.#changed(key);
    const json = toJson(item, `${this.#options.name}.${key}/${String(name)}`, this.#options.onLeftOut);
    if (json === undefined) return true;
    // defineProperty, because assigning `__proto__` would call a setter.
    Reflect.defineProperty(target, name, { value: json, writable: true, enumerable: true, configurable: true });
    return this.#changed(key);
  }
}

function copy(value: JsonValue): JsonValue {
  return toJson(value, "", () => {}) ?? null;
}
