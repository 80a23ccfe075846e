/** @file A chart bound to its lines: made in a host element, drawn again when they grow or the view changes. */
import { effect, type ReadonlySignal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Zoom } from "../lib/chart-view.ts";
import { formatMetricTicks } from "../lib/metric-unit.ts";
import { metricOfAxis, type PlotAxis, viewAxis } from "../lib/plot-axis.ts";
import { type PlotModel, type PlotSource, plotModel } from "../lib/plot-model.ts";
import { plotSources } from "../lib/plot-sources.ts";
import type { RunGroup } from "../lib/run-groups.ts";
import type { RunView } from "../lib/view-state.ts";
import { useApp } from "../state/app.ts";
import type { LineState, SeriesCache } from "../state/series-cache.ts";
import { AXIS_COLOURS, lineLooks } from "./chart-theme.ts";
import type { DrawLoop } from "./draw-loop.ts";
import { type CursorValue, LinePlot, type PlotContent } from "./line-plot.ts";

/** What is drawn where, and who is told. */
export interface LinePlotOptions {
  readonly host: RefObject<HTMLElement | null>;
  /** Gets the chart while it exists. */
  readonly plot: RefObject<LinePlot | null>;
  readonly metric: string;
  /** Runs whose lines are drawn, or go into those of their groups. */
  readonly runIds: readonly string[];
  /** Groups whose lines are drawn instead; absent when each run has its own. */
  readonly groups: readonly RunGroup[] | undefined;
  readonly axis: PlotAxis;
  readonly goal: "min" | "max" | undefined;
  readonly view: RunView;
  readonly series: SeriesCache;
  readonly drawing: DrawLoop;
  readonly onDrawn: (sources: readonly PlotSource[], model: PlotModel) => void;
  readonly onCursor: (values: readonly CursorValue[] | undefined, own: boolean) => void;
}

/** What a chart draws: decided anew for every drawing. */
function contentOf(
  { view, groups, axis, goal, onDrawn }: LinePlotOptions,
  { lines, over }: { readonly lines: readonly LineState[]; readonly over: readonly LineState[] | undefined },
): { readonly sources: readonly PlotSource[]; readonly model: PlotModel } {
  const sources = plotSources(lines, { over, groups, band: view.band });
  const { smoothing, logX, logY, ignoreOutliers } = view;
  // A range of another axis says nothing about this chart.
  const zoom = axis === viewAxis(view) ? view.zoom : undefined;
  const model = plotModel(sources, { zoom, smoothing, logX, logY, ignoreOutliers, goal });
  onDrawn(sources, model);
  return { sources, model };
}

/** Lines of a chart as they grow; tells whether an answer of the server was among what came. */
function followLines(
  { series, metric, runIds, axis }: LinePlotOptions,
  onChange: (
    states: { lines: readonly LineState[]; over: readonly LineState[] | undefined },
    answered: boolean,
  ) => void,
): () => void {
  const along = metricOfAxis(axis);
  const lines = runIds.map((runId) => series.line(runId, metric));
  const over = along === undefined ? undefined : runIds.map((runId) => series.line(runId, along));
  let answers = -1;
  return effect(() => {
    const states = { lines: lines.map((line) => line.value), over: over?.map((line) => line.value) };
    const answersNow = [...states.lines, ...(states.over ?? [])].reduce((sum, state) => sum + state.answers, 0);
    onChange(states, answersNow !== answers);
    answers = answersNow;
  });
}

/** Makes and keeps the chart; gives what the server said against its lines. */
export function useLinePlot(options: LinePlotOptions): ReadonlySignal<readonly string[]> {
  const { navigation, preferences, runHues } = useApp();
  const { host, plot, metric, runIds, axis, view, series, drawing, groups } = options;
  const theme = preferences.theme.value;
  const errors = useSignal<readonly string[]>([]);
  const newest = useRef(options);
  newest.current = options;
  const redraw = useRef<() => void>(() => undefined);
  const lineIds = groups?.map(({ id }) => id) ?? view.runIds;
  const drawnIds = JSON.stringify([runIds, groups]);
  useEffect(() => {
    if (host.current === null) return undefined;
    const made = host.current;
    let states: Parameters<typeof contentOf>[1] = { lines: [], over: undefined };
    const content = (): PlotContent => ({
      model: contentOf(newest.current, states).model,
      looks: lineLooks(runHues.stylesOf(lineIds), theme),
    });
    const along = metricOfAxis(axis);
    const listener = {
      onZoom: (zoom: Zoom) =>
        navigation.updateRun(
          along === undefined ? { x: timeOrStep(axis), xMetric: undefined, zoom } : { x: "step", xMetric: along, zoom },
        ),
      onReset: () => navigation.updateRun({ zoom: undefined }),
      onCursor: (values: readonly CursorValue[] | undefined, own: boolean) => newest.current.onCursor(values, own),
    };
    const formatTicks = (ticks: readonly number[]): string[] => formatMetricTicks(metric, ticks);
    const { logX, logY } = view;
    const settings = { axis, logX, logY, colours: AXIS_COLOURS[theme], formatTicks };
    const drawn = new LinePlot(made, content(), settings, listener);
    plot.current = drawn;
    const draw = (): void => drawn.update(content());
    redraw.current = () => drawing.requestNow(draw);
    const stop = followLines(newest.current, (now, answered) => {
      states = now;
      errors.value = now.lines.flatMap(({ error }) => (error === undefined ? [] : [error]));
      // Somebody waits for an answer; live rows can wait for each other.
      if (answered) drawing.requestNow(draw);
      else drawing.request(draw);
    });
    const sizes = new ResizeObserver(() => drawn.resize(made.clientWidth, made.clientHeight));
    sizes.observe(made);
    for (const runId of runIds) series.setWatched(runId, metric, true);
    return () => {
      for (const runId of runIds) series.setWatched(runId, metric, false);
      sizes.disconnect();
      stop();
      redraw.current = () => undefined;
      drawing.cancel(draw);
      drawn.destroy();
      plot.current = null;
    };
  }, [metric, drawnIds, axis, view.logX, view.logY, theme]);
  const { zoom, smoothing, ignoreOutliers, band } = view;
  useEffect(
    () => redraw.current(),
    [zoom?.from, zoom?.to, smoothing.kind, smoothing.weight, ignoreOutliers, band, options.goal],
  );
  return errors;
}

/** What an axis is that is no metric. */
function timeOrStep(axis: PlotAxis): "step" | "wall" | "relative" {
  return axis === "wall" || axis === "relative" ? axis : "step";
}
