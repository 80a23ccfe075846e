/** @file The runs of an overlay: their colours, and switches that hide them. */
import type { JSX } from "preact";
import { LineSwatch } from "../../components/line-swatch.tsx";
import { RunStateBadge } from "../../components/run-state.tsx";
import { DEFAULT_RUN_VIEW, formatView, type RunView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";
import type { RunOnPage } from "../../state/run-page.ts";

/** The legend. */
export function RunLegend({
  view,
  runs,
}: {
  readonly view: RunView;
  readonly runs: readonly RunOnPage[];
}): JSX.Element {
  const { navigation, runHues } = useApp();
  const styles = runHues.stylesOf(view.runIds);
  const toggle = (runId: string): void => {
    const others = view.hidden.filter((hidden) => hidden !== runId);
    navigation.updateRun({ hidden: view.hidden.includes(runId) ? others : [...others, runId] }, "replace");
  };
  const remove = (runId: string): void => {
    const runIds = view.runIds.filter((kept) => kept !== runId);
    navigation.updateRun({ runIds, hidden: view.hidden.filter((hidden) => hidden !== runId) });
  };
  return (
    <aside class="run-legend" aria-label="Runs">
      <ul>
        {runs.map(({ runId, detail }) => (
          <li key={runId} class={view.hidden.includes(runId) ? "hidden-run" : ""}>
            <label class="legend-run">
              <input type="checkbox" checked={!view.hidden.includes(runId)} onChange={() => toggle(runId)} />
              <LineSwatch style={styles.get(runId)} />
              <span class="ellipsis" title={runId}>
                {detail?.name ?? runId}
              </span>
            </label>
            <span class="legend-actions">
              {detail !== undefined && <RunStateBadge state={detail.state} />}
              <a
                href={formatView({ ...DEFAULT_RUN_VIEW, runIds: [runId] })}
                aria-label={`Open ${detail?.name ?? runId}`}
              >
                open
              </a>
              <button
                type="button"
                class="link"
                aria-label={`Remove ${detail?.name ?? runId}`}
                onClick={() => remove(runId)}
              >
                remove
              </button>
            </span>
          </li>
        ))}
      </ul>
    </aside>
  );
}
