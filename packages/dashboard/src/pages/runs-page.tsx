/** @file The list of runs, of one project or of all. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Empty, ErrorNotice } from "../components/notice.tsx";
import { formatCount } from "../lib/number-format.ts";
import type { RunsView } from "../lib/view-state.ts";
import { useApp } from "../state/app.ts";
import { ColumnMenu } from "./runs/column-menu.tsx";
import { FilterBar } from "./runs/filter-bar.tsx";
import { FirstSteps } from "./runs/first-steps.tsx";
import { GroupMenu } from "./runs/group-menu.tsx";
import { MoreMenu } from "./runs/more-menu.tsx";
import { ParallelView } from "./runs/parallel-view.tsx";
import { ProjectNav } from "./runs/project-nav.tsx";
import { RunTable } from "./runs/run-table.tsx";
import { SelectionBar } from "./runs/selection-bar.tsx";
import { UndoToast } from "./runs/undo-toast.tsx";
import { type RunsPageState, useRunsPage } from "./runs/use-runs-page.ts";

/** The page. */
export function RunsPage({ view }: { readonly view: RunsView }): JSX.Element {
  const page = useRunsPage(view);
  useEffect(() => {
    document.title = view.project === undefined ? "Runs · trainlog" : `${view.project} · trainlog`;
  }, [view.project]);
  return (
    <div class="runs-page">
      <ProjectNav projects={page.projects} view={view} />
      <section class="runs-main" aria-labelledby="runs-title">
        <div class="runs-head">
          <h1 id="runs-title">{view.project ?? "All runs"}</h1>
          <Count view={view} page={page} />
          <span class="grow" />
          <FilterBar view={view} known={page.known.state.value} projects={page.scope} />
          <GroupMenu view={view} known={page.known.state.value} />
          <ColumnMenu view={view} shown={page.shown} store={page.known} />
          <MoreMenu view={view} query={page.query} shown={page.shown} groups={page.groups} />
        </div>
        <Content view={view} page={page} />
        <UndoToast work={page.work} />
      </section>
    </div>
  );
}

interface PartProps {
  readonly view: RunsView;
  readonly page: RunsPageState;
}

function Count({ view, page }: PartProps): JSX.Element {
  const { runs, total, loading } = page.list.state.value;
  const groups = page.groups.state.value;
  const ofGroups = view.groupBy.length > 0 && !groups.loading ? ` in ${formatCount(groups.total)} groups` : "";
  return (
    <span class="muted" role="status">
      {loading && runs.length === 0 ? "loading…" : `${formatCount(total)} run${total === 1 ? "" : "s"}${ofGroups}`}
    </span>
  );
}

function Content({ view, page }: PartProps): JSX.Element {
  const { navigation } = useApp();
  const { runs, total, loading, error } = page.list.state.value;
  const failure = error ?? (view.groupBy.length > 0 ? page.groups.state.value.error : undefined);
  const isChosen = view.selectedAll || view.selected.length > 0;
  const fold = (filter: string): void => {
    const others = view.open.filter((open) => open !== filter);
    const open = others.length < view.open.length ? others : [...others, filter];
    navigation.updateRuns({ open }, "replace");
  };
  if (runs.length === 0 && !loading && failure === undefined) return <Nothing view={view} />;
  return (
    <>
      {failure !== undefined && <ErrorNotice error={failure} onRetry={page.reload} />}
      {isChosen && <SelectionBar view={view} filter={page.filter} total={total} work={page.work} />}
      {view.parallel && <ParallelView runs={runs} shown={page.shown} filter={page.filter} />}
      {runs.length > 0 && (
        <RunTable
          view={view}
          columns={page.columns}
          rows={page.rows}
          runs={runs}
          onReach={(index) => void page.list.reach(index)}
          onView={page.onView}
          onFold={fold}
          onMore={(filter) => page.groups.more(filter)}
        />
      )}
    </>
  );
}

function Nothing({ view }: { readonly view: RunsView }): JSX.Element {
  const { navigation } = useApp();
  const untouched = view.filter === "" && view.state === undefined && view.tag === undefined && !view.archived;
  if (untouched) return <FirstSteps project={view.project} />;
  const clear = (): void => navigation.updateRuns({ filter: "", state: undefined, tag: undefined, archived: false });
  return (
    <Empty title={view.archived && view.filter === "" ? "No run is archived" : "No run matches"}>
      <button type="button" class="button" onClick={clear}>
        Clear the filters
      </button>
    </Empty>
  );
}
