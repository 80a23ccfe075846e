/** @file What holds for all charts: which metrics, x axis, smoothing, scales, zoom, size. */
import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import type { SeriesAxis } from "trainlog/api";
import { Icon } from "../../components/icons.tsx";
import { formatRange } from "../../lib/axis-format.ts";
import type { ChartSize } from "../../lib/chart-view.ts";
import { viewAxis } from "../../lib/plot-axis.ts";
import { MAX_SMOOTHING_WEIGHT } from "../../lib/smoothing.ts";
import type { RunView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";

const AXES: readonly { readonly axis: SeriesAxis; readonly title: string }[] = [
  { axis: "step", title: "Step" },
  { axis: "relative", title: "Relative time" },
  { axis: "wall", title: "Time of day" },
];

const SIZES: readonly { readonly size: ChartSize; readonly title: string }[] = [
  { size: "small", title: "Small" },
  { size: "medium", title: "Medium" },
  { size: "large", title: "Large" },
];

interface ChartToolbarProps {
  readonly view: RunView;
  readonly loading: ReadonlySignal<number>;
  /** All metrics of the page, in order: each can stand along x. */
  readonly metrics: readonly string[];
}

/** The toolbar. */
export function ChartToolbar({ view, loading, metrics }: ChartToolbarProps): JSX.Element {
  const { navigation } = useApp();
  return (
    <div class="chart-toolbar" role="group" aria-label="Charts">
      <input
        type="search"
        class="filter-text"
        placeholder="Filter metrics, or /regex/"
        aria-label="Filter metrics"
        value={view.metricFilter}
        onInput={(event) => navigation.updateRun({ metricFilter: event.currentTarget.value }, "replace")}
      />
      <AxisControl view={view} metrics={metrics} />
      <SmoothingControl view={view} />
      <Check title="Log x" checked={view.logX} onChange={(logX) => navigation.updateRun({ logX })} />
      <Check title="Log y" checked={view.logY} onChange={(logY) => navigation.updateRun({ logY })} />
      <Check
        title="Ignore outliers"
        meaning="The y axis leaves out the highest and the lowest 5 % of the values in view"
        checked={view.ignoreOutliers}
        onChange={(ignoreOutliers) => navigation.updateRun({ ignoreOutliers })}
      />
      <label class="check">
        Size
        <select
          value={view.size}
          onChange={({ currentTarget: { value } }) =>
            navigation.updateRun({ size: SIZES.find(({ size }) => size === value)?.size ?? "medium" })
          }
        >
          {SIZES.map(({ size, title }) => (
            <option key={size} value={size}>
              {title}
            </option>
          ))}
        </select>
      </label>
      {view.zoom !== undefined && (
        <button
          type="button"
          class="button"
          title="Show the whole range (double-click a chart)"
          onClick={() => navigation.updateRun({ zoom: undefined })}
        >
          {formatRange(view.zoom, viewAxis(view))}
          <Icon name="close" />
        </button>
      )}
      <span class="muted chart-loading" role="status">
        {loading.value > 0 ? "loading…" : ""}
      </span>
    </div>
  );
}

function Check({
  title,
  meaning,
  checked,
  onChange,
}: {
  readonly title: string;
  readonly meaning?: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}): JSX.Element {
  return (
    <label class="check" title={meaning}>
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      {title}
    </label>
  );
}

/** Values of the select for a metric begin with this; those for the other axes do not. */
const METRIC = "metric:";

function AxisControl({ view, metrics }: Pick<ChartToolbarProps, "view" | "metrics">): JSX.Element {
  const { navigation } = useApp();
  const choose = (value: string): void => {
    const axis = AXES.find((known) => known.axis === value)?.axis;
    const xMetric = axis === undefined ? value.slice(METRIC.length) : undefined;
    navigation.updateRun({ x: axis ?? "step", xMetric, zoom: undefined });
  };
  const { xMetric } = view;
  const listed = xMetric === undefined || metrics.includes(xMetric) ? metrics : [xMetric, ...metrics];
  return (
    <label class="check">
      X axis
      <select class="axis-select" value={viewAxis(view)} onChange={(event) => choose(event.currentTarget.value)}>
        {AXES.map(({ axis, title }) => (
          <option key={axis} value={axis}>
            {title}
          </option>
        ))}
        <optgroup label="Another metric">
          {listed.map((metric) => (
            <option key={metric} value={METRIC + metric}>
              {metric}
            </option>
          ))}
        </optgroup>
      </select>
    </label>
  );
}

function SmoothingControl({ view }: { readonly view: RunView }): JSX.Element {
  const { navigation } = useApp();
  const { kind, weight } = view.smoothing;
  return (
    <div class="smoothing">
      <label>
        Smoothing
        <input
          type="range"
          min={0}
          max={MAX_SMOOTHING_WEIGHT}
          step={0.001}
          value={weight}
          aria-valuetext={weight === 0 ? "off" : String(weight)}
          onInput={(event) => {
            const chosen = Number(event.currentTarget.value);
            navigation.updateRun({ smoothing: { kind, weight: chosen < 0.005 ? 0 : chosen } }, "replace");
          }}
        />
      </label>
      <output class="smoothing-weight">{weight === 0 ? "off" : weight.toFixed(2)}</output>
      <select
        aria-label="Kind of smoothing"
        value={kind}
        onChange={(event) => {
          navigation.updateRun({ smoothing: { kind: event.currentTarget.value === "ema" ? "ema" : "time", weight } });
        }}
      >
        <option
          value="time"
          title="Time-weighted: dense and sparse curves look equally smooth (as in Weights & Biases)"
        >
          time-weighted
        </option>
        <option value="ema" title="Every point counts the same (as in TensorBoard)">
          plain EMA
        </option>
      </select>
    </div>
  );
}
