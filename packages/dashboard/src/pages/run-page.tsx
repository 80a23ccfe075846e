/** @file The page of one run, or of several over each other. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { LiveState } from "../client/live-stream.ts";
import { ErrorNotice } from "../components/notice.tsx";
import { RUN_TABS, type RunTab, type RunView } from "../lib/view-state.ts";
import { useApp } from "../state/app.ts";
import { RunPageStore } from "../state/run-page.ts";
import { useLive } from "../state/use-live.ts";
import { ArtifactsTab } from "./run/artifacts-tab.tsx";
import { ChartsTab } from "./run/charts-tab.tsx";
import { ConsoleTab } from "./run/console-tab.tsx";
import { DeletedNotice } from "./run/deleted-notice.tsx";
import { MediaTab } from "./run/media-tab.tsx";
import { OverviewTab } from "./run/overview-tab.tsx";
import { RunHeader } from "./run/run-header.tsx";
import { RunNotices } from "./run/run-notices.tsx";
import { TabBar } from "./run/tab-bar.tsx";

/** Everything that a tab is given. */
export interface TabProps {
  readonly view: RunView;
  readonly store: RunPageStore;
}

const TABS: Readonly<Record<RunTab, (props: TabProps) => JSX.Element>> = {
  charts: ChartsTab,
  overview: OverviewTab,
  console: ConsoleTab,
  media: MediaTab,
  artifacts: ArtifactsTab,
};

/** The page. It is made anew for other runs. */
export function RunPage({ view }: { readonly view: RunView }): JSX.Element {
  const { client, live } = useApp();
  const store = useMemo(() => new RunPageStore(client, view), []);
  useEffect(() => {
    void store.load();
    return () => store.close();
  }, []);
  useEffect(() => store.setRange(view), [view.x, view.xMetric, view.zoom?.from, view.zoom?.to]);
  useLive(store.liveQuery.value, (message) => store.onMessage(message));
  useRetryWhenBack(store, live.value);

  const runs = [...store.runs.value.values()];
  const names = runs.map((run) => run.detail?.name ?? run.runId);
  useEffect(() => {
    document.title = `${names.length > 2 ? `${names.length} runs` : names.join(" and ")} · trainlog`;
  }, [names.join()]);

  const missing = runs.filter((run) => run.error !== undefined && run.detail === undefined);
  const Tab = TABS[view.tab];
  return (
    <div class="run-page">
      <RunHeader view={view} runs={runs} store={store} />
      {missing.map((run) => (
        <ErrorNotice key={run.runId} error={run.error ?? new Error(run.runId)} onRetry={() => void store.load()} />
      ))}
      {[...store.removed.value].map((runId) => (
        <DeletedNotice key={runId} runId={runId} store={store} />
      ))}
      {missing.length < runs.length && (
        <>
          <RunNotices runs={runs} />
          <TabBar tabs={RUN_TABS} view={view} />
          <div class="tab-panel" role="tabpanel" id={`panel-${view.tab}`} aria-labelledby={`tab-${view.tab}`}>
            <Tab view={view} store={store} />
          </div>
        </>
      )}
    </div>
  );
}

/** What could not be fetched while the server was gone is fetched when it is back. */
function useRetryWhenBack(store: RunPageStore, live: LiveState): void {
  const wasAway = useRef(false);
  useEffect(() => {
    if (live === "live" && wasAway.current) {
      store.retryFailed();
      void store.load();
    }
    wasAway.current = live === "reconnecting" || (wasAway.current && live !== "live");
  }, [live]);
}
