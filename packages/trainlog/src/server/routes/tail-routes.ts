/** @file Routes of what is newest: the end of a run in one answer, and alerts. */
import {
  type AlertList,
  type AlertsQuery,
  alertList,
  alertsQuery,
  type PointsAnswer,
  type TailAnswer,
  type TailQuery,
  tailAnswer,
  tailQuery,
} from "../../api/index.ts";
import type { Store } from "../../store/store.ts";
import type { AlertQuery } from "../../store/types.ts";
import { alertAnswer, pointsAnswerOf, runInfoAnswer } from "../answers.ts";
import { type Route, route } from "./route.ts";

/** Points and lines when the client does not say. */
const DEFAULT_TAIL = 100;

/** Tails and alerts. */
export const tailRoutes: readonly Route[] = [
  route<TailAnswer, TailQuery>({
    method: "GET",
    path: "/runs/:runId/tail",
    summary: "The end of a run in one answer: its facts, the last points of some metrics, the last console lines",
    query: tailQuery,
    answer: tailAnswer,
    handle: async ({ parts, param, query: { key: keys = [], points = DEFAULT_TAIL, lines = DEFAULT_TAIL } }) => {
      const store = parts.store();
      const runId = param("runId");
      const run = runInfoAnswer(await store.getRun(runId));
      const metrics = await Promise.all(keys.map((key) => lastPoints(store, runId, key, points)));
      const { lines: last, totalLines } = await store.console(runId, { last: lines });
      return { run, metrics, console: { lines: last, totalLines } };
    },
  }),
  route<AlertList, AlertsQuery>({
    method: "GET",
    path: "/alerts",
    summary: "Alerts of all runs, the newest first",
    query: alertsQuery,
    answer: alertList,
    handle: async ({ parts, query }) => alertsOf(parts.store(), query),
  }),
  route<AlertList, AlertsQuery>({
    method: "GET",
    path: "/projects/:project/alerts",
    summary: "Alerts of the runs of a project, the newest first",
    query: alertsQuery,
    answer: alertList,
    handle: async ({ parts, param, query }) => alertsOf(parts.store(), { ...query, project: param("project") }),
  }),
];

async function lastPoints(store: Store, runId: string, key: string, last: number): Promise<PointsAnswer> {
  const found = await store.points(runId, key, { last });
  if (found !== undefined) return pointsAnswerOf(runId, key, found);
  return { runId, key, kind: "number", firstIndex: 0, totalPoints: 0, steps: [], wallMs: [], values: [] };
}

async function alertsOf(store: Store, query: AlertQuery): Promise<AlertList> {
  const { alerts, ...more } = await store.alerts(query);
  return { alerts: alerts.map(({ alert, ...run }) => ({ ...alertAnswer(alert), ...run })), ...more };
}
