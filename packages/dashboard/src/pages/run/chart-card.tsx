/** @file One chart with its title, the values under the cursor, and what it stands for in words. */
import { type Signal, useSignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useRef } from "preact/hooks";
import type { CursorValue, LinePlot } from "../../chart/line-plot.ts";
import { useLinePlot } from "../../chart/use-line-plot.ts";
import { useVisible } from "../../chart/use-visible.ts";
import { Icon } from "../../components/icons.tsx";
import type { ChartSection } from "../../lib/chart-order.ts";
import { type ChartWords, chartWords } from "../../lib/chart-words.ts";
import { titleInGroup } from "../../lib/metric-groups.ts";
import { type PlotAxis, plotAxisOf } from "../../lib/plot-axis.ts";
import { useApp } from "../../state/app.ts";
import type { TabProps } from "../run-page.tsx";
import { CursorMark, CursorValues, isLow } from "./chart-cursor.tsx";
import { type ChartLines, useDefinition, useLineStyles } from "./chart-lines.ts";
import { ChartMenu } from "./chart-menu.tsx";
import { useChartDrag } from "./use-chart-drag.ts";

/** What a card shows, and where it stands. */
export interface ChartCardProps extends TabProps {
  readonly metric: string;
  readonly section: ChartSection;
  readonly lines: ChartLines;
}

/** The card. The chart inside exists while the card is near the view. */
export function ChartCard(props: ChartCardProps): JSX.Element {
  const { metric, section, view, store } = props;
  const { navigation } = useApp();
  const card = useRef<HTMLElement>(null);
  const plot = useRef<LinePlot>(null);
  const visible = useVisible(card);
  const { goal, stepMetric } = useDefinition(store, metric);
  const axis = plotAxisOf(metric, view, stepMetric);
  const words = useSignal<ChartWords>(chartWords(metric, axis, [], undefined));
  const drag = useChartDrag(props, card);
  const focused = view.focus === metric;
  return (
    <figure
      class={["chart-card", focused && "focused", drag.isOver.value && "drop-here"].filter(Boolean).join(" ")}
      ref={card}
      data-metric={metric}
      {...drag.target}
    >
      <figcaption>
        <h3 class="ellipsis" title={`${metric} (drag to move)`} {...drag.handle}>
          {section.isPinned ? metric : titleInGroup(metric, section.prefix)}
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
        <ChartMenu {...props} axis={axis} card={card} plot={plot} />
      </figcaption>
      {visible.value ? (
        <Chart {...props} axis={axis} goal={goal} plot={plot} words={words} />
      ) : (
        <div class="chart-plot" />
      )}
    </figure>
  );
}

interface ChartProps extends ChartCardProps {
  readonly axis: PlotAxis;
  readonly goal: "min" | "max" | undefined;
  /** Gets the chart while it exists. */
  readonly plot: RefObject<LinePlot | null>;
  readonly words: Signal<ChartWords>;
}

function Chart(props: ChartProps): JSX.Element {
  const { metric, lines, axis, goal, view, store, words, plot } = props;
  const host = useRef<HTMLDivElement>(null);
  const values = useSignal<{ readonly list: readonly CursorValue[]; readonly own: boolean } | undefined>(undefined);
  const errors = useLinePlot({
    ...{ host, plot, metric, axis, goal, view, runIds: lines.runIds, groups: lines.groups },
    series: store.seriesOf(metric),
    drawing: store.drawing,
    onDrawn: (sources, model) => {
      words.value = chartWords(metric, axis, sources, model);
    },
    onCursor: (list, own) => {
      values.value = list === undefined ? undefined : { list, own };
      if (own || list === undefined) store.cursor.value = list === undefined ? undefined : { metric, values: list };
    },
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by !== 0) plot.current?.moveCursor(event.shiftKey ? 10 * by : by);
    else if (event.key === "Escape") plot.current?.hideCursor();
    else return;
    event.preventDefault();
  };
  const styles = useLineStyles(view, lines);
  const shown = values.value;
  return (
    // The chart takes the focus so that arrow keys move its cursor; its label says what it shows.
    <div
      class="chart-plot"
      tabIndex={0}
      role="group"
      aria-roledescription="chart"
      aria-label={words.value.summary}
      onKeyDown={onKeyDown}
    >
      <div class="chart-host" ref={host} />
      {shown?.list.map((value) => (
        <CursorMark key={value.id} place={plot.current?.placeOf(value)} hue={styles.get(value.id)?.hue ?? 0} />
      ))}
      {shown !== undefined && (shown.own || view.runIds.length === 1) && (
        <CursorValues {...props} values={shown.list} own={shown.own} above={shown.own && isLow(host.current)} />
      )}
      {errors.value.length > 0 && <p class="chart-error">{errors.value[0]}</p>}
    </div>
  );
}
