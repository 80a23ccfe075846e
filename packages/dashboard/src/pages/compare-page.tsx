/** @file All runs that match a filter, over each other: finds them and goes on to their page, whose address names them one by one. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { RunList } from "trainlog/api";
import { Empty, ErrorNotice } from "../components/notice.tsx";
import { type CompareView, DEFAULT_RUN_VIEW, DEFAULT_RUNS_VIEW, formatView } from "../lib/view-state.ts";
import { useApp } from "../state/app.ts";
import { useResource } from "../state/resource.ts";

/** Runs that are compared at once: more lines than these nobody tells apart. Grouped, they still make one band. */
const MOST_RUNS = 100;

/** The page. */
export function ComparePage({ view }: { readonly view: CompareView }): JSX.Element | null {
  const { client, navigation } = useApp();
  const { project, filter, page: _page, ...fields } = view;
  const query = { project, filter: filter === "" ? undefined : filter, limit: MOST_RUNS };
  const [found, again] = useResource(JSON.stringify(query), (signal) => client.get<RunList>("/runs", query, signal));
  const { data, error } = found.value;
  useEffect(() => {
    const runIds = data?.runs.map(({ runId }) => runId) ?? [];
    if (runIds.length > 0) navigation.go({ ...DEFAULT_RUN_VIEW, ...fields, runIds }, "replace");
  }, [data]);
  if (error !== undefined) return <ErrorNotice error={error} onRetry={again} />;
  if (data === undefined || data.runs.length > 0) return null;
  const all = formatView({ ...DEFAULT_RUNS_VIEW, ...(project !== undefined && { project }) });
  return (
    <Empty title="No run matches">
      <p>
        Nothing is found by <code>{filter || "everything"}</code>. <a href={all}>All runs</a>
      </p>
    </Empty>
  );
}
