/** @file Changes of many runs at once, and the trash. */
import { z } from "zod";
import { count, name, runId, wallMs } from "./wire.ts";

/** Most runs of one bulk request. */
export const MAX_BULK_RUNS = 10_000;

/** What is done to each run. */
export type BulkAction =
  | { readonly type: "addTags" | "removeTags"; readonly tags: readonly string[] }
  | { readonly type: "archive" | "unarchive" | "delete" | "restore" }
  /** An empty text takes the runs out of their groups. */
  | { readonly type: "setGroup"; readonly group: string };

const tags = z.array(name).min(1).max(1000);

/** {@link BulkAction}. */
export const bulkAction: z.ZodType<BulkAction> = z.discriminatedUnion("type", [
  z.strictObject({ type: z.enum(["addTags", "removeTags"]), tags }),
  z.strictObject({ type: z.enum(["archive", "unarchive", "delete", "restore"]) }),
  z.strictObject({ type: z.literal("setGroup"), group: z.union([name, z.literal("")]) }),
]);

/** One action on named runs. */
export interface BulkStep {
  readonly runIds: readonly string[];
  readonly action: BulkAction;
}

/** One action on the runs that match. */
export interface BulkByFilter {
  /** A condition in the filter language; the empty text is every run. */
  readonly filter: string;
  readonly project?: string;
  readonly archived?: "exclude" | "only" | "include";
  /** How many runs the caller knows of: with another number, nothing is done (409). */
  readonly expectedCount: number;
  readonly action: BulkAction;
}

/** Several actions one after the other: what `undo` of an answer is. */
export interface BulkSteps {
  readonly steps: readonly BulkStep[];
}

/** Body of `POST /runs/bulk`. */
export type BulkRequest = BulkStep | BulkByFilter | BulkSteps;

const bulkStep = z.strictObject({ runIds: z.array(runId).min(1).max(MAX_BULK_RUNS), action: bulkAction });

/** {@link BulkRequest}. */
export const bulkRequest: z.ZodType<BulkRequest> = z.union([
  bulkStep,
  z.strictObject({
    filter: z.string(),
    project: z.string().exactOptional(),
    archived: z.enum(["exclude", "only", "include"]).exactOptional(),
    expectedCount: count,
    action: bulkAction,
  }),
  z.strictObject({ steps: z.array(bulkStep).max(MAX_BULK_RUNS) }),
]);

/** What became of one run. */
export interface BulkResult {
  readonly runId: string;
  /** `unchanged`: it was so already. `failed`: see `code` and `detail`; the other runs are done all the same. */
  readonly outcome: "changed" | "unchanged" | "failed";
  readonly code?: string;
  readonly detail?: string;
}

/** Answer of `POST /runs/bulk` and `DELETE /projects/:project`. */
export interface BulkAnswer {
  readonly results: readonly BulkResult[];
  readonly changedCount: number;
  readonly failedCount: number;
  /** Send it to `POST /runs/bulk` to take back what was changed; absent when nothing was. */
  readonly undo?: BulkSteps;
}

/** {@link BulkAnswer}. */
export const bulkAnswer: z.ZodType<BulkAnswer> = z.object({
  results: z.array(
    z.object({
      runId: z.string(),
      outcome: z.enum(["changed", "unchanged", "failed"]),
      code: z.string().exactOptional(),
      detail: z.string().exactOptional(),
    }),
  ),
  changedCount: count,
  failedCount: count,
  undo: z.object({ steps: z.array(z.object({ runIds: z.array(z.string()), action: bulkAction })) }).exactOptional(),
});

/** A deleted run that can still be restored. */
export interface TrashedRun {
  readonly runId: string;
  readonly project: string;
  readonly name: string;
  readonly deletedMs: number;
  readonly sizeBytes: number;
}

/** Answer of `GET /trash`, the last deleted first. */
export interface TrashList {
  readonly runs: readonly TrashedRun[];
  readonly total: number;
}

/** {@link TrashList}. */
export const trashList: z.ZodType<TrashList> = z.object({
  runs: z.array(
    z.object({ runId: z.string(), project: z.string(), name: z.string(), deletedMs: wallMs, sizeBytes: count }),
  ),
  total: count,
});
