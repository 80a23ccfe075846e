/** @file What the page of runs holds and asks for: list or groups, columns, and live changes of what is in view. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { ProjectList, RunListQuery } from "trainlog/api";
import { columnQuery, defaultColumns, holdsNumbers, type RunColumn, runColumns } from "../../lib/run-columns.ts";
import { filterOf } from "../../lib/run-search.ts";
import { groupedRows, plainRows, type TableRows } from "../../lib/table-rows.ts";
import type { RunsView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";
import { BulkWork } from "../../state/bulk-work.ts";
import { ColumnListStore } from "../../state/column-list.ts";
import { GroupListStore } from "../../state/group-list.ts";
import { useResource } from "../../state/resource.ts";
import { RunListStore } from "../../state/run-list.ts";
import { useLive } from "../../state/use-live.ts";
import { type TableColumn, tableColumns } from "./table-columns.ts";

/** Columns of values that every page of the list comes with; those beyond are fetched where they are in view. */
const EAGER_COLUMNS = 20;

/** Most columns whose numbers groups are asked for. */
const MAX_REDUCED = 50;

/** Time after scrolling stops that live changes are asked for with the columns in view, in milliseconds. */
const LIVE_COLUMNS_MS = 800;

/** What the parts of the page share. */
export interface RunsPageState {
  readonly list: RunListStore;
  readonly groups: GroupListStore;
  readonly known: ColumnListStore;
  readonly work: BulkWork;
  readonly projects: ProjectList["projects"];
  /** Projects whose columns and values are offered. */
  readonly scope: readonly string[];
  /** The condition that the list is asked for by: the last one that could be read. */
  readonly filter: string;
  readonly query: RunListQuery;
  /** Shown columns by id, in order, without the name. */
  readonly shown: readonly string[];
  readonly columns: readonly TableColumn[];
  readonly rows: TableRows;
  readonly onView: (runIds: readonly string[], columns: readonly RunColumn[]) => void;
  readonly reload: () => void;
}

/** Makes the stores of the page and keeps them to its view. */
export function useRunsPage(view: RunsView): RunsPageState {
  const { client } = useApp();
  const list = useMemo(() => new RunListStore(client), []);
  const groups = useMemo(() => new GroupListStore(client), []);
  const known = useMemo(() => new ColumnListStore(client), []);
  const [projects, reloadProjects] = useResource("projects", (signal) =>
    client.get<ProjectList>("/projects", {}, signal),
  );
  const projectList = projects.value.data?.projects ?? [];
  const scope = view.project === undefined ? projectList.map(({ project }) => project).slice(0, 8) : [view.project];
  useEffect(() => void known.load(scope), [scope.join("\n")]);

  const shown = useShownColumns(view, list, known);
  const columns = useMemo(
    () => tableColumns(view, shown),
    [JSON.stringify([view.pinned, view.widths, view.groupBy]), shown],
  );
  const filter = useReadableFilter(view);
  const query = useListQuery(view, filter, columns);
  useEffect(() => void list.load(query), [JSON.stringify(query)]);
  useGroups(view, groups, query, columns);
  useEffect(
    () => () => {
      for (const store of [list, groups, known]) store.close();
    },
    [],
  );

  const inView = useSignal<readonly RunColumn[]>([]);
  useRunsLive(view, { list, groups, known }, query, useSlowly(inView), (project) => {
    if (project === undefined || !projectList.some((one) => one.project === project)) reloadProjects();
  });
  const reload = (): void => {
    void list.reload();
    void groups.reload();
    reloadProjects();
  };
  const work = useMemo(() => new BulkWork(client, reload), []);
  const { runs, total } = list.state.value;
  const grouped = groups.state.value;
  const rows = useMemo(
    () =>
      view.groupBy.length === 0
        ? plainRows(runs, total)
        : groupedRows(grouped.groups, new Set(view.open), (group) => grouped.runs.get(group)),
    [view.groupBy.length === 0, view.open.join("\n"), runs, total, grouped],
  );
  const onView = (runIds: readonly string[], seen: readonly RunColumn[]): void => {
    if (inView.peek() !== seen) inView.value = seen;
    const eager = new Set(eagerColumns(columns).map(({ id }) => id));
    const others = seen.filter(({ id, field }) => field.of !== "run" && !eager.has(id));
    if (view.groupBy.length === 0 && others.length > 0) list.fill(runIds, others);
  };
  return {
    list,
    groups,
    known,
    work,
    projects: projectList,
    scope,
    filter,
    query,
    shown,
    columns,
    rows,
    onView,
    reload,
  };
}

/** Chosen columns, or the usual ones of the runs that there are. */
function useShownColumns(view: RunsView, list: RunListStore, known: ColumnListStore): readonly string[] {
  const { columns } = known.state.value;
  const { runs } = list.state.value;
  const groups = runs.some((run) => run.group !== undefined);
  return useMemo(() => {
    if (view.columns !== undefined) return runColumns(view.columns).map(({ id }) => id);
    const metrics = columns.filter((column) => column.what === "metric" && holdsNumbers(column));
    return defaultColumns(
      metrics.map(({ key }) => key),
      { project: view.project === undefined, groups },
    );
  }, [view.columns?.join("\n"), view.columns === undefined, columns, view.project, groups]);
}

/** While someone types a condition, the list stays what the last readable one made it. */
function useReadableFilter(view: RunsView): string {
  const last = useRef("");
  last.current = filterOf(view) ?? last.current;
  return last.current;
}

function useListQuery(view: RunsView, filter: string, columns: readonly TableColumn[]): RunListQuery {
  return {
    ...(view.project !== undefined && { project: view.project }),
    ...(filter !== "" && { filter }),
    ...(view.archived && { archived: "only" as const }),
    sort: view.sort,
    ...columnQuery(eagerColumns(columns)),
  };
}

function eagerColumns(columns: readonly TableColumn[]): RunColumn[] {
  const values = columns.map(({ run }) => run).filter(({ field }) => field.of !== "run");
  return values.slice(0, EAGER_COLUMNS);
}

function useGroups(view: RunsView, groups: GroupListStore, query: RunListQuery, columns: readonly TableColumn[]): void {
  const { project, filter, archived } = query;
  const values = columns.map(({ run }) => run).filter(({ field }) => field.of !== "run");
  const reduce = values.slice(0, MAX_REDUCED).map(({ id }) => id);
  const asked = {
    groups: {
      by: view.groupBy,
      ...(reduce.length > 0 && { reduce }),
      ...(project !== undefined && { project }),
      ...(filter !== undefined && { filter }),
      ...(archived !== undefined && { archived }),
    },
    runs: query,
  };
  const wanted = view.groupBy.length === 0 ? undefined : asked;
  useEffect(() => {
    void groups.load(wanted);
    groups.unfold(view.open);
  }, [JSON.stringify(wanted)]);
  useEffect(() => groups.unfold(view.open), [view.open.join("\n")]);
}

interface Stores {
  readonly list: RunListStore;
  readonly groups: GroupListStore;
  readonly known: ColumnListStore;
}

function useRunsLive(
  view: RunsView,
  { list, groups, known }: Stores,
  query: RunListQuery,
  seen: readonly RunColumn[],
  onProjects: (project: string | undefined) => void,
): void {
  const project = view.project === undefined ? {} : { project: view.project };
  const inView = columnQuery(seen);
  const both = (a: readonly string[] = [], b: readonly string[] = []): readonly string[] => [...new Set([...a, ...b])];
  const columns = {
    metric: both(query.metric, inView.metric),
    config: both(query.config, inView.config),
    summary: both(query.summary, inView.summary),
  };
  useLive({ ...project, ...columns }, (message) => {
    list.onMessage(message);
    groups.onMessage(message);
    known.onMessage(message);
    if (message.type === "removed" || message.type === "reset") onProjects(undefined);
    if (message.type === "run") onProjects(message.run.project);
  });
}

/** The value of a signal once it has not changed for a while. */
function useSlowly<T>(value: Signal<readonly T[]>): readonly T[] {
  const slow = useSignal<readonly T[]>([]);
  useEffect(
    () =>
      value.subscribe(() => {
        clearTimeout(timer.current);
        timer.current = setTimeout(() => {
          slow.value = value.peek();
        }, LIVE_COLUMNS_MS);
      }),
    [],
  );
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return slow.value;
}
