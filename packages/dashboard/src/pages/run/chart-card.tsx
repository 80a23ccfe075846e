/** @file One chart with its title, the values under the cursor, and what it stands for in words. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { CursorValue } from "../../chart/line-plot.ts";
import { useLinePlot } from "../../chart/use-line-plot.ts";
import { useVisible } from "../../chart/use-visible.ts";
import { Icon } from "../../components/icons.tsx";
import { LineSwatch } from "../../components/line-swatch.tsx";
import { formatPosition } from "../../lib/axis-format.ts";
import { type ChartWords, chartWords } from "../../lib/chart-words.ts";
import { axisOf } from "../../lib/metric-groups.ts";
import { formatMetricValue } from "../../lib/metric-unit.ts";
import { useApp } from "../../state/app.ts";
import type { TabProps } from "../run-page.tsx";

interface ChartCardProps extends TabProps {
  readonly metric: string;
  readonly title: string;
  /** Runs whose lines are drawn. */
  readonly runIds: readonly string[];
}

/** Lines listed under the cursor; the highest first. */
const MAX_LISTED = 12;

/** Height that such a list can have, in CSS pixels. */
const LIST_HEIGHT = 260;

/** The card. The chart inside exists while the card is near the view. */
export function ChartCard(props: ChartCardProps): JSX.Element {
  const { metric, title, view } = props;
  const { navigation } = useApp();
  const card = useRef<HTMLElement>(null);
  const visible = useVisible(card);
  const words = useSignal<ChartWords>(chartWords(metric, axisOf(metric, view.x), [], undefined));
  const focused = view.focus === metric;
  return (
    <figure class={focused ? "chart-card focused" : "chart-card"} ref={card} data-metric={metric}>
      <figcaption>
        <h3 class="ellipsis" title={metric}>
          {title}
        </h3>
        <span class="chart-count" title={words.value.countMeaning}>
          {words.value.count}
        </span>
        <button
          type="button"
          class="icon-button"
          aria-label={`${focused ? "Shrink" : "Enlarge"} ${metric}`}
          aria-pressed={focused}
          onClick={() => navigation.updateRun({ focus: focused ? undefined : metric })}
        >
          <Icon name={focused ? "shrink" : "expand"} />
        </button>
      </figcaption>
      {visible.value ? <Chart {...props} onWords={(next) => (words.value = next)} /> : <div class="chart-plot" />}
    </figure>
  );
}

interface ChartProps extends ChartCardProps {
  readonly onWords: (words: ChartWords) => void;
}

function Chart(props: ChartProps): JSX.Element {
  const { metric, runIds, view, store, onWords } = props;
  const host = useRef<HTMLDivElement>(null);
  const values = useSignal<{ readonly list: readonly CursorValue[]; readonly own: boolean } | undefined>(undefined);
  const summary = useSignal(metric);
  const { plot, errors } = useLinePlot({
    host,
    metric,
    runIds,
    view,
    series: store.seriesOf(metric),
    drawing: store.drawing,
    onDrawn: (sources, model) => {
      const next = chartWords(metric, axisOf(metric, view.x), sources, model);
      summary.value = next.summary;
      onWords(next);
    },
    onCursor: (list, own) => {
      values.value = list === undefined ? undefined : { list, own };
    },
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by !== 0) plot.current?.moveCursor(event.shiftKey ? 10 * by : by);
    else if (event.key === "Escape") plot.current?.hideCursor();
    else return;
    event.preventDefault();
  };
  const { runHues } = useApp();
  const shown = values.value;
  return (
    // The chart takes the focus so that arrow keys move its cursor; its label says what it shows.
    <div
      class="chart-plot"
      tabIndex={0}
      role="group"
      aria-roledescription="chart"
      aria-label={summary.value}
      onKeyDown={onKeyDown}
    >
      <div class="chart-host" ref={host} />
      {shown?.list.map((value) => (
        <CursorMark key={value.runId} place={plot.current?.placeOf(value)} hue={runHues.of(value.runId)} />
      ))}
      {shown !== undefined && (shown.own || view.runIds.length === 1) && (
        <CursorValues {...props} values={shown.list} own={shown.own} above={shown.own && isLow(host.current)} />
      )}
      {errors.value.length > 0 && <p class="chart-error">{errors.value[0]}</p>}
    </div>
  );
}

function CursorMark({
  place,
  hue,
}: {
  readonly place: { left: number; top: number } | undefined;
  readonly hue: number;
}): JSX.Element | null {
  if (place === undefined) return null;
  return (
    <span
      class={`cursor-mark hue-${hue}`}
      aria-hidden="true"
      style={{ transform: `translate(${place.left}px, ${place.top}px)` }}
    />
  );
}

/** Whether a chart stands so low in the window that a list below it would not be seen. */
function isLow(host: HTMLElement | null): boolean {
  return host !== null && host.getBoundingClientRect().bottom + LIST_HEIGHT > window.innerHeight;
}

interface CursorValuesProps {
  readonly values: readonly CursorValue[];
  /** Whether there is no room below the chart. */
  readonly above: boolean;
  /** Whether the pointer is over this chart; those that share its cursor do not speak. */
  readonly own: boolean;
}

function CursorValues({ metric, view, store, values, above, own }: ChartProps & CursorValuesProps): JSX.Element {
  const { runHues } = useApp();
  const styles = runHues.stylesOf(view.runIds);
  const sorted = [...values].sort((a, b) => b.value - a.value).slice(0, MAX_LISTED);
  const smoothed = view.smoothing.weight > 0;
  const several = view.runIds.length > 1;
  const place = several ? (above ? "several above" : "several") : "one";
  return (
    <div class={`cursor-values ${place}`} role={own ? "status" : undefined}>
      <span class="cursor-position">
        {values[0] === undefined ? "" : formatPosition(Math.round(values[0].x), axisOf(metric, view.x))}
      </span>
      {sorted.map((value) => (
        <span key={value.runId} class="cursor-value">
          {several && <LineSwatch style={styles.get(value.runId)} />}
          {several && (
            <span class="ellipsis cursor-run">{store.runs.peek().get(value.runId)?.detail?.name ?? value.runId}</span>
          )}
          <b>{formatMetricValue(metric, value.value, 5)}</b>
          {smoothed && <span class="muted">({formatMetricValue(metric, value.raw, 5)})</span>}
        </span>
      ))}
      {values.length > MAX_LISTED && <span class="muted">and {values.length - MAX_LISTED} more</span>}
    </div>
  );
}
