/** @file A chart bound to its lines: made in a host element, drawn again when they grow or the view changes. */
import { effect, type ReadonlySignal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { axisOf } from "../lib/metric-groups.ts";
import { formatMetricTicks } from "../lib/metric-unit.ts";
import { type PlotModel, type PlotSource, plotModel } from "../lib/plot-model.ts";
import type { RunView, Zoom } from "../lib/view-state.ts";
import { useApp } from "../state/app.ts";
import type { LineState, SeriesCache } from "../state/series-cache.ts";
import { AXIS_COLOURS, lineLooks } from "./chart-theme.ts";
import type { DrawLoop } from "./draw-loop.ts";
import { type CursorValue, LinePlot } from "./line-plot.ts";

/** What is drawn where, and who is told. */
export interface LinePlotOptions {
  readonly host: RefObject<HTMLElement | null>;
  readonly metric: string;
  readonly runIds: readonly string[];
  readonly view: RunView;
  readonly series: SeriesCache;
  readonly drawing: DrawLoop;
  readonly onDrawn: (sources: readonly PlotSource[], model: PlotModel) => void;
  readonly onCursor: (values: readonly CursorValue[] | undefined, own: boolean) => void;
}

/** Makes and keeps the chart. */
export function useLinePlot(options: LinePlotOptions): {
  readonly plot: RefObject<LinePlot | null>;
  readonly errors: ReadonlySignal<readonly string[]>;
} {
  const { navigation, preferences, runHues } = useApp();
  const { host, metric, runIds, view, series, drawing } = options;
  const axis = axisOf(metric, view.x);
  const theme = preferences.theme.value;
  const plot = useRef<LinePlot>(null);
  const errors = useSignal<readonly string[]>([]);
  const newest = useRef(options);
  newest.current = options;
  const redraw = useRef<() => void>(() => undefined);

  useEffect(() => {
    if (host.current === null) return undefined;
    const made = host.current;
    let states: readonly LineState[] = [];
    const content = () => {
      const current = newest.current.view;
      const sources = states.flatMap(({ runId, line }) => (line === undefined ? [] : [{ runId, line }]));
      const { smoothing, logY } = current;
      // A range of another axis says nothing about this chart.
      const zoom = axis === current.x ? current.zoom : undefined;
      const model = plotModel(sources, { zoom, smoothing, logY });
      newest.current.onDrawn(sources, model);
      return { model, looks: lineLooks(runHues.stylesOf(current.runIds), theme) };
    };
    const listener = {
      onZoom: (zoom: Zoom) => navigation.updateRun({ x: axis, zoom }),
      onReset: () => navigation.updateRun({ zoom: undefined }),
      onCursor: (values: readonly CursorValue[] | undefined, own: boolean) => newest.current.onCursor(values, own),
    };
    const formatTicks = (ticks: readonly number[]): string[] => formatMetricTicks(metric, ticks);
    const settings = { axis, logY: view.logY, colours: AXIS_COLOURS[theme], formatTicks };
    const drawn = new LinePlot(made, content(), settings, listener);
    plot.current = drawn;
    const draw = (): void => drawn.update(content());
    redraw.current = () => drawing.requestNow(draw);
    const lines = runIds.map((runId) => series.line(runId, metric));
    let answers = 0;
    const stop = effect(() => {
      states = lines.map((line) => line.value);
      errors.value = states.flatMap(({ error }) => (error === undefined ? [] : [error]));
      const answersNow = states.reduce((sum, state) => sum + state.answers, 0);
      // Somebody waits for an answer; live rows can wait for each other.
      if (answersNow !== answers) drawing.requestNow(draw);
      else drawing.request(draw);
      answers = answersNow;
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
  }, [metric, runIds.join(), axis, view.logY, theme]);

  useEffect(() => redraw.current(), [view.zoom?.from, view.zoom?.to, view.smoothing.kind, view.smoothing.weight]);
  return { plot, errors };
}
