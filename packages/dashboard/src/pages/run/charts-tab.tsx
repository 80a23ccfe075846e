/** @file All charts of the page, in groups by prefix. */
import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { Icon } from "../../components/icons.tsx";
import { Empty } from "../../components/notice.tsx";
import { arrangeCharts, type ChartSection } from "../../lib/chart-order.ts";
import type { ChartSize } from "../../lib/chart-view.ts";
import { columnsOf, type GroupPlace, layoutGroups } from "../../lib/group-layout.ts";
import { compareNaturally, groupMetrics, metricFilter, SYSTEM_PREFIX } from "../../lib/metric-groups.ts";
import { formatCount } from "../../lib/number-format.ts";
import type { RunView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";
import type { TabProps } from "../run-page.tsx";
import { ChartCard } from "./chart-card.tsx";
import { type ChartLines, chartLines } from "./chart-lines.ts";
import { ChartToolbar } from "./chart-toolbar.tsx";
import { RunLegend } from "./run-legend.tsx";

/** Between charts, in CSS pixels; `charts.css` says the same. */
const GAP = 12;

/** The tab. */
export function ChartsTab({ view, store }: TabProps): JSX.Element {
  const keys = useComputed(() => {
    const all = new Set<string>();
    for (const run of store.runs.value.values()) for (const key of run.keys) all.add(key);
    return [...all].sort(compareNaturally);
  });
  const sections = arrangeCharts(groupMetrics(keys.value.filter(metricFilter(view.metricFilter))), view);
  const runs = [...store.runs.value.values()];
  const details = runs.flatMap(({ detail }) => (detail === undefined ? [] : [detail]));
  const host = useRef<HTMLDivElement>(null);
  const columns = useColumns(host, view.size);
  const { tracks, places } = layoutGroups(
    sections.map((section) => chartsAcross(section, view, columns.value)),
    columns.value,
  );
  const lines = chartLines(view, details);
  return (
    <div class={runs.length > 1 ? "charts-tab with-legend" : "charts-tab"}>
      <ChartToolbar view={view} loading={store.loadingLines} metrics={keys.value} />
      {runs.length > 1 && <RunLegend view={view} store={store} runs={runs} />}
      <div class={`chart-groups size-${view.size}`} ref={host} style={{ "--tracks": tracks }}>
        {sections.map((section, i) => (
          <ChartGroup key={section.name} section={section} place={places[i]} lines={lines} view={view} store={store} />
        ))}
        {sections.length === 0 && details.length > 0 && <NoCharts anyMetric={keys.value.length > 0} />}
      </div>
    </div>
  );
}

/** Charts that a group would have beside each other; one with the enlarged chart takes the whole width. */
function chartsAcross({ name, keys }: ChartSection, view: RunView, columns: number): number {
  if (view.folded.includes(name)) return 0;
  return view.focus !== undefined && keys.includes(view.focus) ? columns : keys.length;
}

/** Least width of a chart by size, in CSS pixels. */
const LEAST_WIDTHS: Readonly<Record<ChartSize, number>> = { small: 240, medium: 350, large: 560 };

/** Chart columns that fit the page as it is now. */
function useColumns(host: RefObject<HTMLElement | null>, size: ChartSize): ReadonlySignal<number> {
  const leastWidth = LEAST_WIDTHS[size];
  const columns = useSignal(columnsOf(window.innerWidth, GAP, leastWidth));
  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const fit = (): void => {
      columns.value = columnsOf(element.clientWidth, GAP, leastWidth);
    };
    fit();
    const sizes = new ResizeObserver(fit);
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [leastWidth]);
  return columns;
}

interface ChartGroupProps extends TabProps {
  readonly section: ChartSection;
  readonly place: GroupPlace | undefined;
  readonly lines: ChartLines;
}

function ChartGroup({ section, place, lines, view, store }: ChartGroupProps): JSX.Element {
  const { navigation } = useApp();
  const { name, keys } = section;
  const folded = view.folded.includes(name);
  const fold = (): void => {
    const others = view.folded.filter((other) => other !== name);
    navigation.updateRun({ folded: folded ? others : [...others, name] }, "replace");
  };
  // The page is rendered anew for every fact of every run; its charts are not.
  const cards = useMemo(
    () =>
      keys.map((key) => <ChartCard key={key} metric={key} section={section} lines={lines} view={view} store={store} />),
    [keys.join("\n"), JSON.stringify(lines), view, store],
  );
  return (
    <section class="chart-group" aria-label={`Charts of ${name}`} style={{ gridColumn: `span ${place?.span ?? 1}` }}>
      <h2>
        <button type="button" aria-expanded={!folded} onClick={fold}>
          <Icon name={folded ? "right" : "down"} />
          {name}
          <span class="count">{formatCount(keys.length)}</span>
          {section.prefix === SYSTEM_PREFIX && <span class="group-note">the machine, over time</span>}
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
