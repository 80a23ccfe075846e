/** @file Parallel coordinates of the shown columns: a line per run; a range dragged on an axis marks runs, and can become the list's filter. */
import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import type { RunRow } from "trainlog/api";
import {
  type AxisRange,
  type AxisRanges,
  axisEnds,
  isMarked,
  MAX_LINES,
  type ParallelAxis,
  parallelAxes,
  placeOnAxis,
  rangesFilter,
} from "../../lib/parallel-plot.ts";
import { type RunColumn, runColumns } from "../../lib/run-columns.ts";
import { joinFilters } from "../../lib/run-search.ts";
import { useApp } from "../../state/app.ts";
import { useViewWidth } from "./use-column-range.ts";

/** Size of the plot in CSS pixels. */
const HEIGHT = 240;
const MARGIN = { top: 34, bottom: 24, side: 56 };

/** Shortest range, as a part of the axis: a click takes the range away. */
const LEAST_RANGE = 0.02;

/** Part of an axis at its ends that counts as the end. */
const END_SNAP = 0.03;

interface ParallelViewProps {
  readonly runs: readonly RunRow[];
  readonly shown: readonly string[];
  /** Condition of the list; see `filterOf`. */
  readonly filter: string;
}

/** The plot. */
export function ParallelView({ runs, shown, filter }: ParallelViewProps): JSX.Element {
  const { navigation } = useApp();
  const box = useRef<HTMLDivElement>(null);
  const width = useViewWidth(box).value;
  const ranges = useSignal<AxisRanges>(new Map());
  const lines = useMemo(() => runs.slice(0, MAX_LINES), [runs]);
  const columns = useMemo(() => runColumns(shown), [shown]);
  const axes = useMemo(() => parallelAxes(columns, lines), [columns, lines]);
  const marked = lines.filter((run) => isMarked(axes, ranges.value, run));
  const apply = (): void => {
    const text = joinFilters([filter, rangesFilter(axes, ranges.value)]);
    navigation.updateRuns({ filter: text, state: undefined, tag: undefined });
    ranges.value = new Map();
  };
  return (
    <section class="card parallel" aria-label="Parallel coordinates" ref={box}>
      {axes.length < 2 ? (
        <p class="muted">
          Show two columns or more whose values differ among these runs: configuration on the left, the metric on the
          right.
        </p>
      ) : (
        <>
          <Plot axes={axes} runs={lines} ranges={ranges} width={Math.max(axes.length * 90, width - 30)} />
          <p class="card-actions muted">
            {ranges.value.size === 0
              ? `Drag along an axis to mark runs. ${lines.length < runs.length ? `The first ${lines.length} runs are drawn.` : ""}`
              : `${marked.length} of ${lines.length} runs marked`}
            {ranges.value.size > 0 && (
              <>
                <button type="button" class="link" onClick={apply}>
                  Filter the list by this
                </button>
                <button
                  type="button"
                  class="link"
                  onClick={() => {
                    ranges.value = new Map();
                  }}
                >
                  Clear
                </button>
              </>
            )}
          </p>
        </>
      )}
    </section>
  );
}

interface PlotProps {
  readonly axes: readonly ParallelAxis[];
  readonly runs: readonly RunRow[];
  readonly ranges: Signal<AxisRanges>;
  readonly width: number;
}

function Plot({ axes, runs, ranges, width }: PlotProps): JSX.Element {
  const { runHues } = useApp();
  const xOf = (at: number): number => MARGIN.side + (at * (width - 2 * MARGIN.side)) / (axes.length - 1);
  return (
    <div class="parallel-scroll" role="region" aria-label="Plot of the runs" tabIndex={0}>
      <svg width={width} height={HEIGHT} role="img" aria-label={`${runs.length} runs over ${axes.length} columns`}>
        <g>
          {runs.map((run) => (
            <path
              key={run.runId}
              d={linePath(axes, run, xOf)}
              class={`parallel-line ink-${runHues.of(run.runId)}${isMarked(axes, ranges.value, run) ? "" : " faint"}`}
            >
              <title>{run.name}</title>
            </path>
          ))}
        </g>
        {axes.map((axis, at) => (
          <Axis key={axis.column.id} axis={axis} x={xOf(at)} ranges={ranges} />
        ))}
      </svg>
    </div>
  );
}

function Axis({
  axis,
  x,
  ranges,
}: {
  readonly axis: ParallelAxis;
  readonly x: number;
  readonly ranges: Signal<AxisRanges>;
}): JSX.Element {
  const start = useSignal<number | undefined>(undefined);
  const { id } = axis.column;
  const range = ranges.value.get(id);
  const [low, high] = axisEnds(axis, Date.now());
  const set = (next: AxisRange | undefined): void => {
    const others = new Map(ranges.value);
    others.delete(id);
    ranges.value = next === undefined ? others : others.set(id, next);
  };
  const drag = (event: PointerEvent & { readonly currentTarget: SVGElement }): void => {
    if (start.value === undefined) return;
    const end = placeAt(event);
    const [from, to] = [Math.min(start.value, end), Math.max(start.value, end)];
    set(to - from < LEAST_RANGE ? undefined : { from, to });
  };
  return (
    <g class="parallel-axis" transform={`translate(${x} 0)`}>
      <line y1={MARGIN.top} y2={HEIGHT - MARGIN.bottom} />
      <text y={12} class="parallel-title">
        {shortened(titleOf(axis.column))}
      </text>
      <text y={26}>{shortened(high)}</text>
      <text y={HEIGHT - 8}>{shortened(low)}</text>
      {range !== undefined && (
        <rect class="parallel-range" x={-6} width={12} y={yOf(range.to)} height={yOf(range.from) - yOf(range.to)} />
      )}
      <rect
        class="parallel-grip"
        data-column={id}
        x={-14}
        width={28}
        y={MARGIN.top}
        height={HEIGHT - MARGIN.top - MARGIN.bottom}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          start.value = placeAt(event);
          set(undefined);
        }}
        onPointerMove={drag}
        onPointerUp={() => {
          start.value = undefined;
        }}
      />
    </g>
  );
}

/** Runs without a value on an axis have a gap there. */
function linePath(axes: readonly ParallelAxis[], run: RunRow, xOf: (at: number) => number): string {
  let pen = "M";
  return axes
    .map((axis, at) => {
      const place = placeOnAxis(axis, run);
      const part = place === undefined ? "" : `${pen}${xOf(at).toFixed(1)} ${yOf(place).toFixed(1)}`;
      pen = place === undefined ? "M" : "L";
      return part;
    })
    .join("");
}

function yOf(place: number): number {
  return HEIGHT - MARGIN.bottom - place * (HEIGHT - MARGIN.top - MARGIN.bottom);
}

function placeAt(event: PointerEvent & { readonly currentTarget: SVGElement }): number {
  const { top, height } = event.currentTarget.getBoundingClientRect();
  const place = 1 - (event.clientY - top) / height;
  // Nobody hits the last pixel, and the best run is there.
  return place < END_SNAP ? 0 : place > 1 - END_SNAP ? 1 : place;
}

function titleOf({ title, kind }: RunColumn): string {
  return kind === undefined || kind === "config" ? title : `${title} ${kind}`;
}

function shortened(text: string): string {
  return text.length > 16 ? `${text.slice(0, 15)}…` : text;
}
