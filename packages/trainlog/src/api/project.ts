/** @file Projects as the API shows them: what their runs have in common. */
import { z } from "zod";
import type { JsonValue } from "../run/json.ts";
import { count, jsonValue, text, wallMs } from "./wire.ts";

/** One project. */
export interface ProjectInfo {
  readonly project: string;
  /** Runs that are not archived. */
  readonly runCount: number;
  readonly runningCount: number;
  readonly archivedCount: number;
  readonly lastMs: number;
}

/** {@link ProjectInfo}. */
export const projectInfo: z.ZodType<ProjectInfo> = z.object({
  project: z.string(),
  runCount: count,
  runningCount: count,
  archivedCount: count,
  lastMs: wallMs,
});

/** Answer of `GET /projects`. */
export interface ProjectList {
  readonly projects: readonly ProjectInfo[];
}

/** {@link ProjectList}. */
export const projectList: z.ZodType<ProjectList> = z.object({ projects: z.array(projectInfo) });

/** Answer of `GET` and `PATCH /projects/:project`. */
export interface ProjectDetail {
  readonly project: string;
  /** What people wrote about it; absent when there is nothing. */
  readonly notes?: string;
  /** Changes with the text of the notes: give it back when you edit them. */
  readonly notesRevision: string;
}

/** {@link ProjectDetail}. */
export const projectDetail: z.ZodType<ProjectDetail> = z.object({
  project: z.string(),
  notes: z.string().exactOptional(),
  notesRevision: z.string(),
});

/** Body of `PATCH /projects/:project`. */
export interface ProjectPatch {
  /** An empty text removes them. */
  readonly notes: string;
  /** `notesRevision` of the notes that these were made from: when they are others by now, the answer is 412 with `current`. */
  readonly notesRevision?: string;
}

/** {@link ProjectPatch}. */
export const projectPatch: z.ZodType<ProjectPatch> = z.strictObject({
  notes: text,
  notesRevision: z.string().exactOptional(),
});

/** What a value is. A metric of other values than numbers is of type `json`. */
export type ColumnType = "number" | "text" | "boolean" | "null" | "list" | "object" | "json";

/** Something that runs of a project have. */
export interface ColumnInfo {
  readonly what: "metric" | "config" | "summary";
  /** Key of the metric, or dotted path. */
  readonly key: string;
  /** As it is written in filters, sorts and groups. */
  readonly field: string;
  /** Runs that have it by the type of what they have, the most frequent first; archived runs count too. */
  readonly types: readonly { readonly type: ColumnType; readonly runCount: number }[];
}

/** Answer of `GET /projects/:project/columns`, by kind and name. */
export interface ColumnList {
  readonly columns: readonly ColumnInfo[];
  /** Columns that match, on all pages. */
  readonly total: number;
  /** Give it back as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string;
}

/** {@link ColumnList}. */
export const columnList: z.ZodType<ColumnList> = z.object({
  columns: z.array(
    z.object({
      what: z.enum(["metric", "config", "summary"]),
      key: z.string(),
      field: z.string(),
      types: z.array(
        z.object({ type: z.enum(["number", "text", "boolean", "null", "list", "object", "json"]), runCount: count }),
      ),
    }),
  ),
  total: count,
  nextCursor: z.string().exactOptional(),
});

/** A value that runs have in a field. */
export interface ValueInfo {
  /** Absent for runs that have none. */
  readonly value?: JsonValue;
  readonly runCount: number;
  /** The filter that finds these runs; absent for lists and objects, which no filter can name. */
  readonly filter?: string;
}

/** Answer of `GET /projects/:project/values`, the most frequent first. */
export interface ValueList {
  readonly field: string;
  readonly values: readonly ValueInfo[];
  readonly total: number;
}

/** {@link ValueList}. */
export const valueList: z.ZodType<ValueList> = z.object({
  field: z.string(),
  values: z.array(z.object({ value: jsonValue.exactOptional(), runCount: count, filter: z.string().exactOptional() })),
  total: count,
});

/** Numbers of one field over the runs of a group that have it. */
export interface GroupNumbers {
  readonly field: string;
  readonly count: number;
  readonly mean?: number;
  readonly min?: number;
  readonly max?: number;
}

/** Runs that have the same values. */
export interface RunGroup {
  /** One per field of `by`. */
  readonly values: readonly { readonly field: string; readonly value?: JsonValue }[];
  readonly runCount: number;
  readonly runningCount: number;
  /** One per field of `reduce`. */
  readonly numbers: readonly GroupNumbers[];
  /** The filter that finds the runs of the group, besides that of the request; absent when a value is a list or an object. */
  readonly filter?: string;
}

/** Answer of `GET /groups`, the largest first. */
export interface GroupList {
  readonly groups: readonly RunGroup[];
  readonly total: number;
}

/** {@link GroupList}. */
export const groupList: z.ZodType<GroupList> = z.object({
  groups: z.array(
    z.object({
      values: z.array(z.object({ field: z.string(), value: jsonValue.exactOptional() })),
      runCount: count,
      runningCount: count,
      numbers: z.array(
        z.object({
          field: z.string(),
          count,
          mean: z.number().exactOptional(),
          min: z.number().exactOptional(),
          max: z.number().exactOptional(),
        }),
      ),
      filter: z.string().exactOptional(),
    }),
  ),
  total: count,
});
