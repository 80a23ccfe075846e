/** @file Routes that change many runs at once, and the list of what can be restored. */
import {
  type BulkAnswer,
  type BulkRequest,
  bulkAnswer,
  bulkRequest,
  type NoQuery,
  type TrashList,
  type TrashListQuery,
  trashList,
  trashListQuery,
} from "../../api/index.ts";
import { bulkByFilter, bulkSteps } from "../bulk/bulk-edit.ts";
import { type Route, route } from "./route.ts";

/** Bulk changes and the trash. */
export const bulkRoutes: readonly Route[] = [
  route<BulkAnswer, NoQuery, BulkRequest>({
    method: "POST",
    path: "/runs/bulk",
    summary: "Tag, archive, group, delete or restore many runs; each for itself, with what takes it back",
    body: bulkRequest,
    answer: bulkAnswer,
    handle: async ({ parts, body }) => {
      const store = parts.store();
      if ("filter" in body) return bulkByFilter(store, body);
      return bulkSteps(store, "steps" in body ? body.steps : [body]);
    },
  }),
  route<TrashList, TrashListQuery>({
    method: "GET",
    path: "/trash",
    summary: "Deleted runs that can still be restored, the last deleted first",
    query: trashListQuery,
    answer: trashList,
    handle: async ({ parts, query: { project, limit = 1000, offset = 0 } }) => {
      const all = await parts.store().trash();
      const runs = project === undefined ? all : all.filter((run) => run.project === project);
      return { runs: runs.slice(offset, offset + limit), total: runs.length };
    },
  }),
];
