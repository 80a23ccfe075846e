/** @file Routes of projects: what their runs have, in which values, how they fall into groups, and what people wrote about them. */
import {
  type BulkAnswer,
  bulkAnswer,
  type ColumnList,
  type ColumnListQuery,
  columnList,
  columnListQuery,
  type DeleteProjectQuery,
  deleteProjectQuery,
  type GroupList,
  type GroupListQuery,
  groupList,
  groupListQuery,
  type NoQuery,
  type ProjectDetail,
  type ProjectList,
  type ProjectPatch,
  projectDetail,
  projectList,
  projectPatch,
  type ValueList,
  type ValueListQuery,
  valueList,
  valueListQuery,
} from "../../api/index.ts";
import { type Field, fieldText } from "../../query/index.ts";
import type * as stored from "../../store/types.ts";
import { bulkByFilter } from "../bulk/bulk-edit.ts";
import { meantRuns, valueFilter } from "../request/run-filter.ts";
import { parseField } from "../request/run-sort.ts";
import { answerOrCurrentNotes } from "./notes-conflict.ts";
import { type Route, route } from "./route.ts";

/** Projects, columns, values and groups. */
export const projectRoutes: readonly Route[] = [
  route<ProjectList>({
    method: "GET",
    path: "/projects",
    summary: "All projects that have runs, by name",
    answer: projectList,
    handle: async ({ parts }) => ({ projects: await parts.store().projects() }),
  }),
  route<ProjectDetail>({
    method: "GET",
    path: "/projects/:project",
    summary: "What people wrote about a project",
    answer: projectDetail,
    handle: async ({ parts, param }) => parts.store().projectNote(param("project")),
  }),
  route<ProjectDetail, NoQuery, ProjectPatch>({
    method: "PATCH",
    path: "/projects/:project",
    summary: "Change the notes of a project",
    body: projectPatch,
    answer: projectDetail,
    handle: async ({ parts, param, body }) => {
      const store = parts.store();
      const project = param("project");
      return answerOrCurrentNotes(
        () => store.editProject(project, body),
        () => store.projectNote(project),
      );
    },
  }),
  route<BulkAnswer, DeleteProjectQuery>({
    method: "DELETE",
    path: "/projects/:project",
    summary: "Move all runs of a project to the trash, archived ones too",
    query: deleteProjectQuery,
    answer: bulkAnswer,
    handle: async ({ parts, param, query }) => {
      const meant = { project: param("project"), filter: "", archived: "include" as const };
      return bulkByFilter(parts.store(), { ...meant, ...query, action: { type: "delete" } });
    },
  }),
  route<ColumnList, ColumnListQuery>({
    method: "GET",
    path: "/projects/:project/columns",
    summary: "Metrics and paths into configuration and summary that runs of the project have, with counts and types",
    query: columnListQuery,
    answer: columnList,
    handle: async ({ parts, param, query }) => {
      const page = await parts.store().columns({ project: param("project"), ...query });
      return { ...page, columns: page.columns.map((column) => ({ ...column, field: fieldText(fieldOf(column)) })) };
    },
  }),
  route<ValueList, ValueListQuery>({
    method: "GET",
    path: "/projects/:project/values",
    summary: "Distinct values of a field with the number of runs that have each, the most frequent first",
    query: valueListQuery,
    answer: valueList,
    handle: async ({ parts, param, query }) => {
      const { field: text, filter, archived, ...page } = query;
      const field = parseField(text, "field");
      const meant = meantRuns({
        project: param("project"),
        ...given("filter", filter),
        ...given("archived", archived),
      });
      const { groups, total } = await parts.store().groups({ ...meant, ...page, by: [field] });
      const values = groups.map(({ values: [value], runCount }) => ({
        ...given("value", value),
        runCount,
        ...given("filter", valueFilter([field], [value])),
      }));
      return { field: fieldText(field), values, total };
    },
  }),
  route<GroupList, GroupListQuery>({
    method: "GET",
    path: "/groups",
    summary: "Runs grouped by the values of up to three fields, with counts and numbers of each group",
    query: groupListQuery,
    answer: groupList,
    handle: async ({ parts, query }) => {
      const { by, reduce = [], limit, offset, ...meant } = query;
      const fields = by.map((text) => parseField(text, "by"));
      const reduced = reduce.map((text) => parseField(text, "reduce"));
      const asked = {
        ...meantRuns(meant),
        by: fields,
        reduce: reduced,
        ...given("limit", limit),
        ...given("offset", offset),
      };
      const { groups, total } = await parts.store().groups(asked);
      return { groups: groups.map((group) => groupAnswer(group, fields, reduced)), total };
    },
  }),
];

function groupAnswer(
  group: stored.RunGroup,
  by: readonly Field[],
  reduce: readonly Field[],
): GroupList["groups"][number] {
  const { values, runCount, runningCount, numbers } = group;
  return {
    values: by.map((field, i) => ({ field: fieldText(field), ...given("value", values[i]) })),
    runCount,
    runningCount,
    numbers: reduce.map((field, i) => ({ field: fieldText(field), count: 0, ...numbers[i] })),
    ...given("filter", valueFilter(by, values)),
  };
}

function fieldOf({ what, key }: stored.ColumnInfo): Field {
  return what === "metric" ? { of: "metric", key, statistic: "last" } : { of: what, path: key };
}

/** A field of an object, left out when there is no value. */
function given<K extends string, V>(name: K, value: V | undefined): { [key in K]?: V } {
  // The computed name is K.
  return value === undefined ? {} : ({ [name]: value } as { [key in K]: V });
}
