/** @file Routes of runs: list, look at, make, edit, delete, bring back. */
import {
  type CreatedRun,
  type CreateRun,
  createdRun,
  createRun,
  type DeletedRun,
  deletedRun,
  type EditedRun,
  editedRun,
  type NoQuery,
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
import { notesRevision } from "../../store/notes-revision.ts";
import type { RunQuery } from "../../store/types.ts";
import { runDetailAnswer, runInfoAnswer, runRowAnswer } from "../answers.ts";
import { meantRuns } from "../request/run-filter.ts";
import { parseSorts } from "../request/run-sort.ts";
import { answerOrCurrentNotes } from "./notes-conflict.ts";
import { type Route, route } from "./route.ts";

/** Writer of the batch that holds what `POST /runs` says, so that sending it again adds nothing. */
const CREATE_ORIGIN = { writerId: "POST /runs", seq: 0 };

/** Runs. */
export const runRoutes: readonly Route[] = [
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
  route<EditedRun, NoQuery, RunPatch>({
    method: "PATCH",
    path: "/runs/:runId",
    summary: "Change name, tags, notes, group, archive flag, configuration or summary",
    body: runPatch,
    answer: editedRun,
    handle: async ({ parts, param, body }) => {
      const store = parts.store();
      const runId = param("runId");
      return answerOrCurrentNotes(
        async () => {
          const run = await store.editRun(runId, body);
          return { ...runInfoAnswer(run), notesRevision: notesRevision(run.notes) };
        },
        () => store.getRun(runId),
      );
    },
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
  const { state, tag, q, sort, desc, metric, filter, ...same } = query;
  return {
    ...same,
    ...meantRuns({ ...(filter === undefined ? {} : { filter }), ...(q === undefined ? {} : { q }) }),
    ...(state === undefined ? {} : { states: state }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(metric === undefined ? {} : { metrics: metric }),
    sort: parseSorts(sort === undefined ? undefined : [sort].flat(), desc),
  };
}

/** What `POST /runs` says, as the events that a script would have logged. */
function firstEvents(body: CreateRun, runId: string, wallMs: number): RunEvent[] {
  const { config, createdMs: _, resume: __, ...facts } = body;
  const start: RunEvent = { type: "start", ...facts, runId, wallMs };
  return config === undefined ? [start] : [start, { type: "config", set: config }];
}
