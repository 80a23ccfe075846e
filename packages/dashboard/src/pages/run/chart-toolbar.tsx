/** @file What holds for all charts: which metrics, x axis, smoothing, scale, zoom. */
import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import type { SeriesAxis } from "trainlog/api";
import { Icon } from "../../components/icons.tsx";
import { formatRange } from "../../lib/axis-format.ts";
import { MAX_SMOOTHING_WEIGHT } from "../../lib/smoothing.ts";
import type { RunView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";

const AXES: readonly { readonly axis: SeriesAxis; readonly title: string; readonly meaning: string }[] = [
  { axis: "step", title: "Step", meaning: "The step given to log()" },
  { axis: "relative", title: "Relative", meaning: "Time since the first point of each metric" },
  { axis: "wall", title: "Time", meaning: "Time of day" },
];

/** The toolbar. */
export function ChartToolbar({
  view,
  loading,
}: {
  readonly view: RunView;
  readonly loading: ReadonlySignal<number>;
}): JSX.Element {
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
      <fieldset class="segments">
        <legend class="visually-hidden">X axis</legend>
        {AXES.map(({ axis, title, meaning }) => (
          <label key={axis} title={meaning}>
            <input
              type="radio"
              name="x-axis"
              checked={view.x === axis}
              onChange={() => navigation.updateRun({ x: axis, zoom: undefined })}
            />
            <span>{title}</span>
          </label>
        ))}
      </fieldset>
      <SmoothingControl view={view} />
      <label class="check">
        <input
          type="checkbox"
          checked={view.logY}
          onChange={(event) => navigation.updateRun({ logY: event.currentTarget.checked })}
        />
        Log y
      </label>
      {view.zoom !== undefined && (
        <button
          type="button"
          class="button"
          title="Show the whole range (double-click a chart)"
          onClick={() => navigation.updateRun({ zoom: undefined })}
        >
          {formatRange(view.zoom, view.x)}
          <Icon name="close" />
        </button>
      )}
      <span class="muted chart-loading" role="status">
        {loading.value > 0 ? "loading…" : ""}
      </span>
    </div>
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
