/** @file All charts of the page, in groups by prefix. */
import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { Icon } from "../../components/icons.tsx";
import { Empty } from "../../components/notice.tsx";
import { columnsOf, type GroupPlace, layoutGroups } from "../../lib/group-layout.ts";
import { groupMetrics, type MetricGroup, metricFilter, SYSTEM_PREFIX, titleInGroup } from "../../lib/metric-groups.ts";
import { formatCount } from "../../lib/number-format.ts";
import type { RunView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";
import type { TabProps } from "../run-page.tsx";
import { ChartCard } from "./chart-card.tsx";
import { ChartToolbar } from "./chart-toolbar.tsx";
import { RunLegend } from "./run-legend.tsx";

/** Between charts, in CSS pixels; `charts.css` says the same. */
const GAP = 12;

/** The tab. */
export function ChartsTab({ view, store }: TabProps): JSX.Element {
  const keys = useComputed(() => {
    const all = new Set<string>();
    for (const run of store.runs.value.values()) for (const key of run.keys) all.add(key);
    return all;
  });
  const matches = metricFilter(view.metricFilter);
  const groups = groupMetrics([...keys.value].filter(matches));
  const runs = [...store.runs.value.values()];
  const loaded = runs.some((run) => run.detail !== undefined);
  const host = useRef<HTMLDivElement>(null);
  const columns = useColumns(host);
  const { tracks, places } = layoutGroups(
    groups.map((group) => chartsAcross(group, view, columns.value)),
    columns.value,
  );
  return (
    <div class={runs.length > 1 ? "charts-tab with-legend" : "charts-tab"}>
      <ChartToolbar view={view} loading={store.loadingLines} />
      {runs.length > 1 && <RunLegend view={view} runs={runs} />}
      <div class="chart-groups" ref={host} style={{ "--tracks": tracks }}>
        {groups.map((group, i) => (
          <ChartGroup key={group.prefix} group={group} place={places[i]} view={view} store={store} />
        ))}
        {groups.length === 0 && loaded && <NoCharts anyMetric={keys.value.size > 0} />}
      </div>
    </div>
  );
}

/** Charts that a group would have beside each other; one with the enlarged chart takes the whole width. */
function chartsAcross(group: MetricGroup, view: RunView, columns: number): number {
  if (view.folded.includes(nameOf(group))) return 0;
  return view.focus !== undefined && group.keys.includes(view.focus) ? columns : group.keys.length;
}

/** Chart columns that fit the page as it is now. */
function useColumns(host: RefObject<HTMLElement | null>): ReadonlySignal<number> {
  const columns = useSignal(columnsOf(window.innerWidth, GAP));
  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const fit = (): void => {
      columns.value = columnsOf(element.clientWidth, GAP);
    };
    fit();
    const sizes = new ResizeObserver(fit);
    sizes.observe(element);
    return () => sizes.disconnect();
  }, []);
  return columns;
}

function nameOf(group: MetricGroup): string {
  return group.prefix || "metrics";
}

interface ChartGroupProps extends TabProps {
  readonly group: MetricGroup;
  readonly place: GroupPlace | undefined;
}

function ChartGroup({ group, place, view, store }: ChartGroupProps): JSX.Element {
  const { navigation } = useApp();
  const name = nameOf(group);
  const folded = view.folded.includes(name);
  const fold = (): void => {
    const others = view.folded.filter((prefix) => prefix !== name);
    navigation.updateRun({ folded: folded ? others : [...others, name] }, "replace");
  };
  const shown = view.runIds.filter((runId) => !view.hidden.includes(runId));
  // The page is rendered anew for every fact of every run; its charts are not.
  const cards = useMemo(
    () =>
      group.keys.map((key) => (
        <ChartCard
          key={key}
          metric={key}
          title={titleInGroup(key, group.prefix)}
          runIds={shown}
          view={view}
          store={store}
        />
      )),
    [group.keys.join("\n"), view, store],
  );
  return (
    <section class="chart-group" aria-label={`Charts of ${name}`} style={{ gridColumn: `span ${place?.span ?? 1}` }}>
      <h2>
        <button type="button" aria-expanded={!folded} onClick={fold}>
          <Icon name={folded ? "right" : "down"} />
          {name}
          <span class="count">{formatCount(group.keys.length)}</span>
          {group.prefix === SYSTEM_PREFIX && <span class="group-note">the machine, over time</span>}
        </button>
      </h2>
      {!folded && (
        <div class="chart-grid" style={{ "--columns": place?.columns ?? 1 }}>
          {cards}
        </div>
      )}
    </section>
  );
}

function NoCharts({ anyMetric }: { readonly anyMetric: boolean }): JSX.Element {
  const { navigation } = useApp();
  if (!anyMetric) {
    return (
      <Empty title="No numbers logged yet">
        <p>
          The first <code>{"run.log({ loss })"}</code> makes a chart appear here.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No metric matches">
      <button type="button" class="button" onClick={() => navigation.updateRun({ metricFilter: "" })}>
        Show all metrics
      </button>
    </Empty>
  );
}
