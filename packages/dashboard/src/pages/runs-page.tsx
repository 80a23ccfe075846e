/** @file The list of runs, of one project or of all. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { ProjectList, RunListQuery } from "trainlog/api";
import { Icon } from "../components/icons.tsx";
import { Empty, ErrorNotice } from "../components/notice.tsx";
import { formatCount } from "../lib/number-format.ts";
import { defaultColumns } from "../lib/run-columns.ts";
import { DEFAULT_RUN_VIEW, formatView, type RunsView } from "../lib/view-state.ts";
import { useApp } from "../state/app.ts";
import { useResource } from "../state/resource.ts";
import { RunListStore } from "../state/run-list.ts";
import { useLive } from "../state/use-live.ts";
import { ColumnMenu } from "./runs/column-menu.tsx";
import { FirstSteps } from "./runs/first-steps.tsx";
import { ProjectNav } from "./runs/project-nav.tsx";
import { RunFilters } from "./runs/run-filters.tsx";
import { RunTable } from "./runs/run-table.tsx";

/** Most runs over each other: beyond, colours and dashes no longer tell them apart. */
const MAX_SELECTED = 50;

/** The page. */
export function RunsPage({ view }: { readonly view: RunsView }): JSX.Element {
  const { client } = useApp();
  const store = useMemo(() => new RunListStore(client), []);
  const [projects, reloadProjects] = useResource("projects", (signal) =>
    client.get<ProjectList>("/projects", {}, signal),
  );
  const sampled = useComputed(() => defaultColumns(store.metricKeys.value));
  const columns = view.columns ?? sampled.value;
  const query = listQuery(view, columns);
  useEffect(() => void store.load(query), [JSON.stringify(query)]);
  useEffect(() => () => store.close(), []);
  useLive({ ...(view.project !== undefined && { project: view.project }), metric: columns }, (message) => {
    store.onMessage(message);
    if (message.type === "removed" || message.type === "reset") reloadProjects();
    if (message.type === "run" && !knows(projects.peek().data, message.run.project)) reloadProjects();
  });
  useEffect(() => {
    document.title = view.project === undefined ? "Runs · trainlog" : `${view.project} · trainlog`;
  }, [view.project]);

  const { runs, total, loading, error } = store.state.value;
  const untouched = view.filter === "" && view.state === undefined && view.tag === undefined && !view.archived;
  return (
    <div class="runs-page">
      <ProjectNav projects={projects.value.data?.projects ?? []} view={view} />
      <section class="runs-main" aria-labelledby="runs-title">
        <div class="runs-head">
          <h1 id="runs-title">{view.project ?? "All runs"}</h1>
          <span class="muted" role="status">
            {loading && runs.length === 0 ? "loading…" : `${formatCount(total)} run${total === 1 ? "" : "s"}`}
          </span>
          <span class="grow" />
          <RunFilters view={view} />
          <ColumnMenu columns={columns} known={store.metricKeys.value} />
        </div>
        {error !== undefined && <ErrorNotice error={error} onRetry={() => void store.reload()} />}
        {view.selected.length > 0 && <Selection view={view} />}
        {runs.length > 0 && (
          <RunTable
            view={view}
            columns={columns}
            runs={runs}
            total={total}
            onReach={(index) => void store.reach(index)}
          />
        )}
        {runs.length === 0 &&
          !loading &&
          error === undefined &&
          (untouched ? <FirstSteps project={view.project} /> : <NothingMatches />)}
      </section>
    </div>
  );
}

function listQuery(view: RunsView, columns: readonly string[]): RunListQuery {
  return {
    ...(view.project !== undefined && { project: view.project }),
    ...(view.state !== undefined && { state: [view.state] }),
    ...(view.tag !== undefined && { tag: [view.tag] }),
    ...(view.filter.trim() !== "" && { q: view.filter.trim() }),
    ...(view.archived && { archived: "only" as const }),
    ...(columns.length > 0 && { metric: columns }),
    sort: view.sort,
    desc: view.descending,
  };
}

function knows(list: ProjectList | undefined, project: string): boolean {
  return list === undefined || list.projects.some((known) => known.project === project);
}

function Selection({ view }: { readonly view: RunsView }): JSX.Element {
  const { navigation } = useApp();
  const runIds = view.selected.slice(0, MAX_SELECTED);
  const count = view.selected.length;
  return (
    <div class="selection" role="status">
      <span>
        {count} run{count === 1 ? "" : "s"} selected
        {count > MAX_SELECTED && `, the first ${MAX_SELECTED} can be shown together`}
      </span>
      <a class="button button-primary" href={formatView({ ...DEFAULT_RUN_VIEW, runIds })}>
        {count === 1 ? "Open" : "Compare"}
      </a>
      <button type="button" class="button" onClick={() => navigation.updateRuns({ selected: [] }, "replace")}>
        <Icon name="close" />
        Clear
      </button>
    </div>
  );
}

function NothingMatches(): JSX.Element {
  const { navigation } = useApp();
  const clear = (): void => navigation.updateRuns({ filter: "", state: undefined, tag: undefined, archived: false });
  return (
    <Empty title="No run matches">
      <button type="button" class="button" onClick={clear}>
        Clear the filters
      </button>
    </Empty>
  );
}
