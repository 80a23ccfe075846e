/** @file The parameters of requests that say which runs are meant, in the store's terms. */
import {
  type Field,
  type Filter,
  type Literal,
  MAX_FILTER_LENGTH,
  parseFilter,
  printFilter,
  typeOf,
} from "../../query/index.ts";
import type { JsonValue } from "../../run/json.ts";
import type { RunQuery } from "../../store/types.ts";

/** Which runs a request means. */
export interface RunsMeant {
  readonly project?: string;
  readonly filter?: string;
  readonly q?: string;
  readonly archived?: "exclude" | "only" | "include";
}

/** The filter of a store's query. @throws TrainlogError `query/bad-filter` (400). */
export function meantRuns({ project, filter, q, archived }: RunsMeant): RunQuery {
  return {
    ...(project === undefined ? {} : { project }),
    ...(filter === undefined ? {} : { filter: parseFilter(filter) }),
    ...(q === undefined ? {} : { text: q }),
    ...(archived === undefined ? {} : { archived }),
  };
}

/** The filter for "these fields have these values"; `undefined` when no filter can say one of the values. */
export function valueFilter(fields: readonly Field[], values: readonly (JsonValue | undefined)[]): string | undefined {
  const parts: Filter[] = [];
  for (const [i, field] of fields.entries()) {
    const value = literalOf(values[i], field);
    if (value === undefined) return undefined;
    if (values[i] === undefined) parts.push({ type: "not", part: { type: "exists", field } });
    else parts.push({ type: "compare", field, operator: "=", value });
    // `= null` alone would also find runs that have nothing there.
    if (values[i] === null) parts.push({ type: "exists", field });
  }
  const [first, ...more] = parts;
  const filter = printFilter(first !== undefined && more.length === 0 ? first : { type: "and", parts });
  return filter.length > MAX_FILTER_LENGTH ? undefined : filter;
}

function literalOf(value: JsonValue | undefined, field: Field): Literal | undefined {
  if (value === undefined || value === null) return { type: "null" };
  if (typeof value === "string") return { type: "text", value };
  if (typeof value === "boolean") return { type: "boolean", value };
  if (typeof value !== "number") return undefined;
  const type = typeOf(field);
  if (type === "duration") return { type, ms: value };
  // A moment between two milliseconds has no name.
  if (type === "time") return Number.isInteger(value) ? { type, ms: value } : undefined;
  return { type: "number", value };
}
