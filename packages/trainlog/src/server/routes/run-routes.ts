/** @file Routes of projects and runs: list, look at, make, edit, delete, bring back. */
import {
  type CreatedRun,
  type CreateRun,
  createdRun,
  createRun,
  type DeletedRun,
  deletedRun,
  type NoQuery,
  type ProjectList,
  projectList,
  type RunDetail,
  type RunInfo,
  type RunList,
  type RunListQuery,
  type RunPatch,
  runDetail,
  runInfo,
  runList,
  runListQuery,
  runPatch,
} from "../../api/index.ts";
import type { RunEvent } from "../../run/event.ts";
import { newRunId } from "../../run/id.ts";
import type { RunQuery } from "../../store/types.ts";
import { runDetailAnswer, runInfoAnswer, runRowAnswer } from "../answers.ts";
import { parseSort } from "../request/run-sort.ts";
import { type Route, route } from "./route.ts";

/** Writer of the batch that holds what `POST /runs` says, so that sending it again adds nothing. */
const CREATE_ORIGIN = { writerId: "POST /runs", seq: 0 };

/** Projects and runs. */
export const runRoutes: readonly Route[] = [
  route<ProjectList>({
    method: "GET",
    path: "/projects",
    summary: "All projects that have runs, by name",
    answer: projectList,
    handle: async ({ parts }) => ({ projects: await parts.store().projects() }),
  }),
  route<RunList, RunListQuery>({
    method: "GET",
    path: "/runs",
    summary: "Runs that match, a page at a time",
    query: runListQuery,
    answer: runList,
    handle: async ({ parts, query }) => {
      const page = await parts.store().listRuns(toStoreQuery(query));
      return { ...page, runs: page.runs.map((run) => runRowAnswer(run, query)) };
    },
  }),
  route<CreatedRun, NoQuery, CreateRun>({
    method: "POST",
    path: "/runs",
    summary: "Make a run, or go on with it when its id is there already",
    body: createRun,
    answer: createdRun,
    handle: async ({ parts, body }) => {
      const { runId = newRunId(), project, createdMs = Date.now(), resume = "allow" } = body;
      const made = await parts.store().createRun({ runId, project, createdMs, resume });
      if (made.created) {
        await parts.store().append(runId, [{ origin: CREATE_ORIGIN, events: firstEvents(body, runId, createdMs) }]);
      }
      return made;
    },
  }),
  route<RunDetail>({
    method: "GET",
    path: "/runs/:runId",
    summary: "Everything about a run except its points, console and media",
    answer: runDetail,
    handle: async ({ parts, param }) => runDetailAnswer(await parts.store().getRun(param("runId"))),
  }),
  route<RunInfo, NoQuery, RunPatch>({
    method: "PATCH",
    path: "/runs/:runId",
    summary: "Change name, tags, notes, group or archive flag",
    body: runPatch,
    answer: runInfo,
    handle: async ({ parts, param, body }) => runInfoAnswer(await parts.store().editRun(param("runId"), body)),
  }),
  route<DeletedRun>({
    method: "DELETE",
    path: "/runs/:runId",
    summary: "Move a run to the trash",
    answer: deletedRun,
    handle: async ({ parts, param }) => ({ runId: (await parts.store().deleteRun(param("runId"))).runId }),
  }),
  route<RunInfo>({
    method: "POST",
    path: "/runs/:runId/restore",
    summary: "Bring a run back from the trash",
    answer: runInfo,
    handle: async ({ parts, param }) => runInfoAnswer(await parts.store().restoreRun(param("runId"))),
  }),
];

/** What a client asks, in the store's terms. */
function toStoreQuery(query: RunListQuery): RunQuery {
  const { state, tag, q, sort, desc, metric, ...same } = query;
  return {
    ...same,
    ...(state === undefined ? {} : { states: state }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(q === undefined ? {} : { text: q }),
    ...(metric === undefined ? {} : { metrics: metric }),
    sort: [parseSort(sort, desc)],
  };
}

/** What `POST /runs` says, as the events that a script would have logged. */
function firstEvents(body: CreateRun, runId: string, wallMs: number): RunEvent[] {
  const { config, createdMs: _, resume: __, ...facts } = body;
  const start: RunEvent = { type: "start", ...facts, runId, wallMs };
  return config === undefined ? [start] : [start, { type: "config", set: config }];
}
