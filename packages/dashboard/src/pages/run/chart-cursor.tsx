/** @file The values under the cursor of a chart: marks on the lines, and a list beside or below. */
import type { JSX } from "preact";
import type { CursorValue } from "../../chart/line-plot.ts";
import { LineSwatch } from "../../components/line-swatch.tsx";
import { formatPosition } from "../../lib/axis-format.ts";
import { formatMetricValue } from "../../lib/metric-unit.ts";
import { metricOfAxis, type PlotAxis } from "../../lib/plot-axis.ts";
import type { TabProps } from "../run-page.tsx";
import { type ChartLines, lineName, useLineStyles } from "./chart-lines.ts";

/** Lines listed under the cursor; the highest first. The legend lists them all. */
const MAX_LISTED = 12;

/** Height that such a list can have, in CSS pixels. */
const LIST_HEIGHT = 260;

/** Whether a chart stands so low in the window that a list below it would not be seen. */
export function isLow(host: HTMLElement | null): boolean {
  return host !== null && host.getBoundingClientRect().bottom + LIST_HEIGHT > window.innerHeight;
}

/** A dot on a line. */
export function CursorMark({
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

interface CursorValuesProps extends TabProps {
  readonly metric: string;
  readonly axis: PlotAxis;
  readonly lines: ChartLines;
  readonly values: readonly CursorValue[];
  /** Whether there is no room below the chart. */
  readonly above: boolean;
  /** Whether the pointer is over this chart; those that share its cursor do not speak. */
  readonly own: boolean;
}

/** The list of values. */
export function CursorValues({ metric, axis, view, store, lines, values, above, own }: CursorValuesProps): JSX.Element {
  const styles = useLineStyles(view, lines);
  const sorted = [...values].sort((a, b) => b.value - a.value).slice(0, MAX_LISTED);
  const several = view.runIds.length > 1;
  const place = several ? (above ? "several above" : "several") : "one";
  const x = values[0]?.x ?? Number.NaN;
  // Buckets stand between steps; nobody asks for halves of one.
  const at = metricOfAxis(axis) === undefined ? Math.round(x) : x;
  return (
    <div class={`cursor-values ${place}`} role={own ? "status" : undefined}>
      <span class="cursor-position">{values.length === 0 ? "" : formatPosition(at, axis)}</span>
      {sorted.map((value) => (
        <span key={value.id} class="cursor-value">
          {several && <LineSwatch style={styles.get(value.id)} />}
          {several && <span class="ellipsis cursor-run">{lineName(store, value.id)}</span>}
          <b>{formatMetricValue(metric, value.value, 5)}</b>
          <ValueNote metric={metric} value={value} smoothed={view.smoothing.weight > 0} />
        </span>
      ))}
      {values.length > MAX_LISTED && <span class="muted">and {values.length - MAX_LISTED} more</span>}
    </div>
  );
}

/** Beside a value: the band of a group, or what it was before smoothing. */
function ValueNote({
  metric,
  value: { band, raw },
  smoothed,
}: {
  readonly metric: string;
  readonly value: CursorValue;
  readonly smoothed: boolean;
}): JSX.Element | null {
  if (band !== undefined) {
    const [low, high] = band.map((end) => formatMetricValue(metric, end, 4));
    return (
      <span class="muted">
        {low} … {high}
      </span>
    );
  }
  return smoothed ? <span class="muted">({formatMetricValue(metric, raw, 5)})</span> : null;
}
