/** @file All charts of the page, in groups by prefix. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "../../components/icons.tsx";
import { Empty } from "../../components/notice.tsx";
import { groupMetrics, type MetricGroup, metricFilter, SYSTEM_PREFIX, titleInGroup } from "../../lib/metric-groups.ts";
import { formatCount } from "../../lib/number-format.ts";
import { useApp } from "../../state/app.ts";
import type { TabProps } from "../run-page.tsx";
import { ChartCard } from "./chart-card.tsx";
import { ChartToolbar } from "./chart-toolbar.tsx";
import { RunLegend } from "./run-legend.tsx";

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
  return (
    <div class={runs.length > 1 ? "charts-tab with-legend" : "charts-tab"}>
      <ChartToolbar view={view} loading={store.series.loading} />
      {runs.length > 1 && <RunLegend view={view} runs={runs} />}
      <div class="chart-groups">
        {groups.map((group) => (
          <ChartGroup key={group.prefix} group={group} view={view} store={store} />
        ))}
        {groups.length === 0 && loaded && <NoCharts anyMetric={keys.value.size > 0} />}
      </div>
    </div>
  );
}

function ChartGroup({ group, view, store }: TabProps & { readonly group: MetricGroup }): JSX.Element {
  const { navigation } = useApp();
  const folded = view.folded.includes(group.prefix || "metrics");
  const name = group.prefix || "metrics";
  const fold = (): void => {
    const others = view.folded.filter((prefix) => prefix !== name);
    navigation.updateRun({ folded: folded ? others : [...others, name] }, "replace");
  };
  const shown = view.runIds.filter((runId) => !view.hidden.includes(runId));
  return (
    <section class="chart-group" aria-label={`Charts of ${name}`}>
      <h2>
        <button type="button" aria-expanded={!folded} onClick={fold}>
          <Icon name={folded ? "right" : "down"} />
          {name}
          <span class="count">{formatCount(group.keys.length)}</span>
          {group.prefix === SYSTEM_PREFIX && <span class="muted">measured by trainlog on the machine</span>}
        </button>
      </h2>
      {!folded && (
        <div class="chart-grid">
          {group.keys.map((key) => (
            <ChartCard
              key={key}
              metric={key}
              title={titleInGroup(key, group.prefix)}
              runIds={shown}
              view={view}
              store={store}
            />
          ))}
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
