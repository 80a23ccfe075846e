/** @file The lines of an overlay: runs or groups of runs, their colours, their values under the cursor, and switches that hide all but some. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { RunDetail } from "trainlog/api";
import { LineSwatch } from "../../components/line-swatch.tsx";
import { RunStateBadge } from "../../components/run-state.tsx";
import type { GroupBand } from "../../lib/chart-view.ts";
import { formatMetricValue } from "../../lib/metric-unit.ts";
import { groupChoices, groupRuns } from "../../lib/run-groups.ts";
import { DEFAULT_RUN_VIEW, formatView, type RunView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";
import type { RunOnPage, RunPageStore } from "../../state/run-page.ts";
import { useLineStyles } from "./chart-lines.ts";

interface LegendProps {
  readonly view: RunView;
  readonly store: RunPageStore;
  readonly runs: readonly RunOnPage[];
}

/** One line of the legend. */
interface LegendEntry {
  readonly id: string;
  readonly name: string;
  /** Runs of a group. */
  readonly count?: number;
  readonly run?: RunOnPage;
}

/** The legend. */
export function RunLegend({ view, store, runs }: LegendProps): JSX.Element {
  const { navigation } = useApp();
  const details = runs.flatMap(({ detail }) => (detail === undefined ? [] : [detail]));
  const groups = view.groupBy === undefined ? undefined : groupRuns(details, view.groupBy);
  const entries: LegendEntry[] =
    groups?.map(({ id, name, runIds }) => ({ id, name, count: runIds.length })) ??
    runs.map((run) => ({ id: run.runId, name: run.detail?.name ?? run.runId, run }));
  const styles = useLineStyles(view, { runIds: view.runIds, ...(groups !== undefined && { groups }) });
  const metric = useComputed(() => store.cursor.value?.metric);
  return (
    <aside class="run-legend" aria-label="Runs" tabIndex={0}>
      <GroupControl view={view} details={details} />
      {metric.value !== undefined && <p class="legend-metric ellipsis muted">{metric.value}</p>}
      <ul>
        {entries.map((entry) => (
          <li key={entry.id} class={view.hidden.includes(entry.id) ? "hidden-run" : ""}>
            <label class="legend-run">
              <input
                type="checkbox"
                checked={!view.hidden.includes(entry.id)}
                onChange={() => navigation.updateRun(toggleHidden(view, entry.id), "replace")}
              />
              <LineSwatch style={styles.get(entry.id)} />
              <span class="ellipsis" title={entry.id}>
                {entry.name}
              </span>
              <LegendValue store={store} id={entry.id} />
            </label>
            <span class="legend-actions">
              {entry.count !== undefined && (
                <span class="muted legend-state">
                  {entry.count} run{entry.count === 1 ? "" : "s"}
                </span>
              )}
              {entry.run?.detail !== undefined && <RunStateBadge state={entry.run.detail.state} />}
              <SoloButton view={view} entry={entry} all={entries} />
              {entry.run !== undefined && <RunActions view={view} entry={entry} />}
            </span>
          </li>
        ))}
      </ul>
    </aside>
  );
}

/** Hides a line, or shows it again. */
function toggleHidden({ hidden }: RunView, id: string): Pick<RunView, "hidden"> {
  const others = hidden.filter((other) => other !== id);
  return { hidden: others.length === hidden.length ? [...others, id] : others };
}

/** The value of a line under the cursor of the chart that the pointer is over. Only this is rendered while it moves. */
function LegendValue({ store, id }: { readonly store: RunPageStore; readonly id: string }): JSX.Element | null {
  const text = useComputed(() => {
    const cursor = store.cursor.value;
    const value = cursor?.values.find((found) => found.id === id);
    return cursor === undefined || value === undefined ? "" : formatMetricValue(cursor.metric, value.value, 5);
  });
  return text.value === "" ? null : <b class="legend-value">{text}</b>;
}

/** Shows one line alone, or all again. */
function SoloButton({
  view,
  entry: { id, name },
  all,
}: {
  readonly view: RunView;
  readonly entry: LegendEntry;
  readonly all: readonly LegendEntry[];
}): JSX.Element {
  const { navigation } = useApp();
  const others = all.map((other) => other.id).filter((other) => other !== id);
  const solo = !view.hidden.includes(id) && others.every((other) => view.hidden.includes(other)) && others.length > 0;
  return (
    <button
      type="button"
      class="link"
      aria-pressed={solo}
      aria-label={solo ? "Show all" : `Show only ${name}`}
      onClick={() => navigation.updateRun({ hidden: solo ? [] : others }, "replace")}
    >
      {solo ? "all" : "only"}
    </button>
  );
}

function RunActions({
  view,
  entry: { id, name },
}: {
  readonly view: RunView;
  readonly entry: LegendEntry;
}): JSX.Element {
  const { navigation } = useApp();
  const remove = (): void => {
    const runIds = view.runIds.filter((kept) => kept !== id);
    navigation.updateRun({ runIds, hidden: view.hidden.filter((hidden) => hidden !== id) });
  };
  return (
    <>
      <a href={formatView({ ...DEFAULT_RUN_VIEW, runIds: [id] })} aria-label={`Open ${name}`}>
        open
      </a>
      <button type="button" class="link" aria-label={`Remove ${name}`} onClick={remove}>
        remove
      </button>
    </>
  );
}

const BANDS: readonly { readonly band: GroupBand; readonly title: string }[] = [
  { band: "range", title: "least to greatest" },
  { band: "std", title: "standard deviation" },
  { band: "ci", title: "95 % confidence" },
];

/** What runs are grouped by, and what the band means. */
function GroupControl({
  view,
  details,
}: {
  readonly view: RunView;
  readonly details: readonly RunDetail[];
}): JSX.Element {
  const { navigation } = useApp();
  const choices = groupChoices(details);
  const { groupBy } = view;
  const listed = groupBy === undefined || choices.includes(groupBy) ? choices : [groupBy, ...choices];
  return (
    <div class="legend-group">
      <select
        aria-label="Group runs by"
        value={groupBy ?? ""}
        onChange={({ currentTarget: { value } }) =>
          navigation.updateRun({ groupBy: value === "" ? undefined : value, hidden: [] })
        }
      >
        <option value="">Each run by itself</option>
        {listed.map((choice) => (
          <option key={choice} value={choice}>
            by {choice.replace(/^(config|summary):/, (_, area) => `${area} · `)}
          </option>
        ))}
      </select>
      {groupBy !== undefined && (
        <select
          aria-label="Band of a group"
          value={view.band}
          onChange={({ currentTarget: { value } }) =>
            navigation.updateRun({ band: BANDS.find(({ band }) => band === value)?.band ?? "range" })
          }
        >
          {BANDS.map(({ band, title }) => (
            <option key={band} value={band}>
              mean, {title}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
