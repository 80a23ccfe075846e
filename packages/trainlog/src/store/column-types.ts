/** @file What a store answers about many runs together: the columns that they have, and the groups that they fall into. No code. */
import type { Field } from "../query/ast.ts";
import type { JsonValue } from "../run/json.ts";
import type { RunQuery } from "./types.ts";

/** What a value is. A metric of other values than numbers is of type `json`. */
export type ColumnType = "number" | "text" | "boolean" | "null" | "list" | "object" | "json";

/** Which columns of a project to give. */
export interface ColumnQuery {
  readonly project: string;
  readonly what?: "metric" | "config" | "summary";
  /** Part of the name; case does not matter. */
  readonly search?: string;
  /** Default 1,000, at most 10,000. */
  readonly limit?: number;
  /** `ColumnPage.nextCursor` of the page before. */
  readonly cursor?: string;
}

/** Something that runs of a project have: a metric, or a path into config or summary. */
export interface ColumnInfo {
  readonly what: "metric" | "config" | "summary";
  /** Key of the metric, or dotted path. */
  readonly key: string;
  /** Runs that have it by the type of what they have, the most frequent first; archived runs count too. */
  readonly types: readonly { readonly type: ColumnType; readonly runCount: number }[];
}

/** A page of columns, by kind and name. */
export interface ColumnPage {
  readonly columns: readonly ColumnInfo[];
  /** Columns that match, on all pages. */
  readonly total: number;
  readonly nextCursor?: string;
}

/** How to group runs. The filter is that of {@link RunQuery}. */
export interface GroupQuery extends Omit<RunQuery, "sort" | "metrics" | "config" | "summary" | "limit" | "cursor"> {
  /** 1 to 3 fields. A run with several tags is in the group of each. */
  readonly by: readonly Field[];
  /** Numbers to reduce in each group. */
  readonly reduce?: readonly Field[];
  /** Part of the first field's value; case does not matter. */
  readonly search?: string;
  /** Default 1,000, at most 10,000. */
  readonly limit?: number;
  /** Groups to leave out at the start. */
  readonly offset?: number;
}

/** Numbers of one field over the runs of a group that have it. */
export interface GroupNumbers {
  readonly count: number;
  readonly mean?: number;
  readonly min?: number;
  readonly max?: number;
}

/** Runs that have the same values. */
export interface RunGroup {
  /** One per field of `by`; absent (`undefined`) where the runs have none. */
  readonly values: readonly (JsonValue | undefined)[];
  readonly runCount: number;
  readonly runningCount: number;
  /** One per field of `reduce`. */
  readonly numbers: readonly GroupNumbers[];
}

/** Groups, the largest first. */
export interface GroupPage {
  readonly groups: readonly RunGroup[];
  /** Groups on all pages. */
  readonly total: number;
}
