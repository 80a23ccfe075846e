/** @file Deleted runs, until `trainlog gc` frees them. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { TrashedRun, TrashList } from "trainlog/api";
import { Empty, ErrorNotice } from "../components/notice.tsx";
import { formatBytes, formatCount } from "../lib/number-format.ts";
import { formatAgo, formatDateTime } from "../lib/time-format.ts";
import { DEFAULT_RUNS_VIEW, formatView, type TrashView } from "../lib/view-state.ts";
import { useApp } from "../state/app.ts";
import { BulkWork } from "../state/bulk-work.ts";
import { useResource } from "../state/resource.ts";
import { UndoToast } from "./runs/undo-toast.tsx";

/** Runs shown; the last deleted. */
const MAX_RUNS = 1000;

/** The page. */
export function TrashPage({ view }: { readonly view: TrashView }): JSX.Element {
  const { client } = useApp();
  const { project } = view;
  const query = { limit: MAX_RUNS, ...(project !== undefined && { project }) };
  const [trash, reload] = useResource(`trash ${project}`, (signal) => client.get<TrashList>("/trash", query, signal));
  const work = useMemo(() => new BulkWork(client, reload), [project]);
  useEffect(() => {
    document.title = "Trash · trainlog";
  }, []);
  const { data, error } = trash.value;
  return (
    <section class="plain-page" aria-labelledby="trash-title">
      <div class="runs-head">
        <h1 id="trash-title">Trash{project === undefined ? "" : ` of ${project}`}</h1>
        {data !== undefined && <span class="muted">{formatCount(data.total)} runs</span>}
        <span class="grow" />
        <a class="button" href={formatView({ ...DEFAULT_RUNS_VIEW, ...(project !== undefined && { project }) })}>
          Back to the runs
        </a>
      </div>
      {error !== undefined && <ErrorNotice error={error} onRetry={reload} />}
      {data?.runs.length === 0 && (
        <Empty title="The trash is empty">
          <p>Runs that you delete stay here, and can be restored, until they are freed:</p>
          <pre>
            <code>npx trainlog gc</code>
          </pre>
        </Empty>
      )}
      {data !== undefined && data.runs.length > 0 && <TrashTable runs={data.runs} work={work} />}
      <UndoToast work={work} />
    </section>
  );
}

function TrashTable({ runs, work }: { readonly runs: readonly TrashedRun[]; readonly work: BulkWork }): JSX.Element {
  const chosen = useSignal<ReadonlySet<string>>(new Set());
  const here = runs.filter(({ runId }) => chosen.value.has(runId));
  const toggle = (runId: string): void => {
    const others = new Set(chosen.value);
    if (!others.delete(runId)) others.add(runId);
    chosen.value = others;
  };
  const restore = (runIds: readonly string[]): void => void work.change({ runIds }, { type: "restore" });
  return (
    <>
      <div class="card-actions">
        <button
          type="button"
          class="button"
          disabled={work.busy.value}
          onClick={() => restore((here.length > 0 ? here : runs).map(({ runId }) => runId))}
        >
          {here.length > 0 ? `Restore ${formatCount(here.length)} selected` : `Restore all ${formatCount(runs.length)}`}
        </button>
        <span class="muted">
          <code>npx trainlog gc</code> frees their space for good.
        </span>
      </div>
      <table class="trash-table">
        <thead>
          <tr>
            <th>
              <span class="visually-hidden">Selected</span>
            </th>
            <th>Name</th>
            <th class="optional">Project</th>
            <th>Deleted</th>
            <th class="numeric optional">Size</th>
            <th>
              <span class="visually-hidden">Restore</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.runId}>
              <td>
                <input
                  type="checkbox"
                  aria-label={`Select ${run.name}`}
                  checked={chosen.value.has(run.runId)}
                  onChange={() => toggle(run.runId)}
                />
              </td>
              <td title={run.runId}>{run.name}</td>
              <td class="optional">{run.project}</td>
              <td title={formatDateTime(run.deletedMs)}>{formatAgo(run.deletedMs, Date.now())}</td>
              <td class="numeric optional">{formatBytes(run.sizeBytes)}</td>
              <td>
                <button
                  type="button"
                  class="link"
                  aria-label={`Restore ${run.name}`}
                  onClick={() => restore([run.runId])}
                >
                  Restore
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
