/** @file One chart as an object: uPlot for axes, cursor and zoom, our own painting for the lines. */
import uPlot from "uplot";
import type { Zoom } from "../lib/chart-view.ts";
import { metricOfAxis, type PlotAxis } from "../lib/plot-axis.ts";
import { nearestIndex, type PlotLine, type PlotModel } from "../lib/plot-model.ts";
import { type FingerPair, type GestureStep, pinchRange } from "../lib/touch-gesture.ts";
import { type AxisColours, type TickFormat, xAxis, yAxis } from "./axes.ts";
import { type LineLook, paintLines, scaleX, scaleY } from "./paint.ts";
import { TouchInput } from "./touch.ts";

/** What a chart shows and how. */
export interface PlotContent {
  readonly model: PlotModel;
  readonly looks: ReadonlyMap<string, LineLook>;
}

/** How a chart is made; another axis, scale or theme is another chart. */
export interface PlotSettings {
  readonly axis: PlotAxis;
  readonly logX: boolean;
  readonly logY: boolean;
  readonly colours: AxisColours;
  /** Writes the values of the y axis. */
  readonly formatTicks: TickFormat;
}

/** The value of one line under the cursor. */
export interface CursorValue {
  /** The run, or the name of a group of runs. */
  readonly id: string;
  readonly x: number;
  /** What the strong line shows there. */
  readonly value: number;
  /** The value before smoothing. */
  readonly raw: number;
  /** The band there, of a group. */
  readonly band?: readonly [low: number, high: number];
}

/** What a chart tells. */
export interface PlotListener {
  /** Someone dragged over a range. */
  onZoom(zoom: Zoom): void;
  /** Someone asked for the whole range. */
  onReset(): void;
  /** The cursor moved; `undefined` when it left. `own` when the pointer is over this chart and not over one that shares its cursor. */
  onCursor(values: readonly CursorValue[] | undefined, own: boolean): void;
}

/** Charts of the page that have the same x axis share their cursor. */
const CURSOR_GROUP = "trainlog ";

/** Least length of a drag that zooms, in CSS pixels: less is a click. */
const SHORTEST_DRAG = 5;

/** A chart in a host element. */
export class LinePlot {
  readonly #plot: uPlot;
  readonly #settings: PlotSettings;
  readonly #listener: PlotListener;
  readonly #closed = new AbortController();
  readonly #fingers: TouchInput;
  #content: PlotContent;
  /** Range at the start of a pinch, and the one that it asks for now. */
  #pinch: { readonly before: Zoom; readonly range: Zoom } | undefined;

  constructor(host: HTMLElement, content: PlotContent, settings: PlotSettings, listener: PlotListener) {
    this.#content = content;
    this.#settings = settings;
    this.#listener = listener;
    this.#plot = new uPlot(this.#options(host), this.#data(), host);
    const fingers = { onStep: (step: GestureStep) => this.#touch(step), onElsewhere: () => this.hideCursor() };
    this.#fingers = new TouchInput(this.#plot.over, fingers, this.#closed.signal);
  }

  /** Shows other content. */
  update(content: PlotContent): void {
    this.#content = content;
    this.#plot.setData(this.#data());
  }

  /** What is drawn now. */
  get content(): PlotContent {
    return this.#content;
  }

  /** Width of the chart, in CSS pixels. */
  get width(): number {
    return this.#plot.width;
  }

  /** Fits the chart into a size, in CSS pixels. */
  resize(width: number, height: number): void {
    if (width !== this.#plot.width || height !== this.#plot.height) this.#plot.setSize({ width, height });
  }

  /** Moves the cursor by a number of buckets of the first line, for the keyboard. */
  moveCursor(by: number): void {
    const line = this.#content.model.lines[0];
    if (line === undefined || line.x.length === 0) return;
    const { left } = this.#plot.cursor;
    const visible = (left ?? -1) >= 0;
    const at = visible ? nearestIndex(line.x, this.#plot.posToVal(left!, "x")) + by : by > 0 ? 0 : line.x.length - 1;
    const x = line.x[Math.max(0, Math.min(line.x.length - 1, at))]!;
    const [from, to] = this.#content.model.x;
    this.#pointAt(this.#plot.valToPos(Math.max(from, Math.min(to, x)), "x"));
  }

  /** Takes the cursor away. */
  hideCursor(): void {
    if ((this.#plot.cursor.left ?? -1) < 0) return;
    this.#plot.over.dispatchEvent(new MouseEvent("mouseleave"));
  }

  /** Acts as the pointer, because that is the way by which uPlot tells the charts of a group. */
  #pointAt(left: number): void {
    const { over } = this.#plot;
    const box = over.getBoundingClientRect();
    this.#plot.syncRect();
    over.dispatchEvent(new MouseEvent("mousemove", { clientX: box.left + left, clientY: box.top + box.height / 2 }));
  }

  /** Removes the chart. */
  destroy(): void {
    this.#closed.abort();
    this.#plot.destroy();
  }

  #touch(step: GestureStep): void {
    if (step.kind === "point") this.#pointAt(step.x);
    else if (step.kind === "pinch") this.#showPinch(step.start, step.now);
    else if (step.kind === "double-tap") this.#listener.onReset();
    else this.#endPinch();
  }

  /** Draws what is held in the range that the fingers ask for; the server is asked when they are lifted. */
  #showPinch(start: FingerPair, now: FingerPair): void {
    this.hideCursor();
    const before = this.#pinch?.before ?? zoomOf(this.#content.model.x);
    this.#pinch = { before, range: pinchRange(before, this.#plot.over.clientWidth, start, now) };
    this.#plot.setData(this.#data());
  }

  #endPinch(): void {
    if (this.#pinch === undefined) return;
    const { before, range } = this.#pinch;
    this.#pinch = undefined;
    const whole = this.#wholeRange();
    const from = Math.max(range.from, Math.min(whole.from, before.from));
    const to = Math.min(range.to, Math.max(whole.to, before.to));
    if (from <= whole.from && to >= whole.to) this.#listener.onReset();
    else if (from < to) this.#listener.onZoom(roundZoom({ from, to }, this.#settings.axis));
    this.#plot.setData(this.#data());
  }

  /** Range of all points that are held, in view or not. */
  #wholeRange(): Zoom {
    const lines = this.#content.model.lines.filter((line) => line.x.length > 0);
    return {
      from: Math.min(...lines.map((line) => line.x[0]!)),
      to: Math.max(...lines.map((line) => line.x[line.x.length - 1]!)),
    };
  }

  /** What is in view: the content's range, or what a pinch asks for. */
  #rangeX(): [from: number, to: number] {
    return this.#pinch === undefined ? [...this.#content.model.x] : [this.#pinch.range.from, this.#pinch.range.to];
  }

  /** uPlot's own data is only the range: it paints axes for it and no line. */
  #data(): uPlot.AlignedData {
    const [from, to] = this.#rangeX();
    return [
      [from, to],
      [null, null],
    ];
  }

  #options(host: HTMLElement): uPlot.Options {
    const { axis, logX, logY, colours, formatTicks } = this.#settings;
    return {
      width: Math.max(host.clientWidth, 50),
      height: Math.max(host.clientHeight, 50),
      ms: 1,
      padding: [8, 16, 0, 0],
      legend: { show: false },
      cursor: this.#cursor(),
      scales: {
        x: { time: axis === "wall" && !logX, distr: logX ? 3 : 1, range: () => this.#rangeX() },
        y: { distr: logY ? 3 : 1, range: () => [...this.#content.model.y] },
      },
      axes: [xAxis(axis, logX, colours), yAxis(colours, logY, formatTicks)],
      series: [{}, { show: true, points: { show: false } }],
      hooks: {
        draw: [() => this.#paint()],
        setSelect: [() => this.#select()],
        setCursor: [() => this.#tellCursor()],
      },
    };
  }

  #cursor(): uPlot.Cursor {
    // As uPlot does it, but deaf to the mouse events that browsers make up for fingers.
    const own: uPlot.Cursor.MouseListenerFactory =
      (_plot, target, handle, onlyTarget = true) =>
      (event) => {
        const meant = event.button === 0 && (!onlyTarget || event.target === target);
        if (meant && !this.#fingers.isEcho(event)) handle(event);
        return null;
      };
    return {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false, dist: SHORTEST_DRAG },
      sync: {
        key: `${CURSOR_GROUP}${this.#settings.logX ? "log " : ""}${this.#settings.axis}`,
        setSeries: false,
        scales: ["x", null],
        filters: SHARE_ONLY_MOVES,
      },
      bind: {
        ...{ mousedown: own, mouseup: own, mousemove: own, mouseenter: own, mouseleave: own },
        dblclick: () => () => {
          this.#listener.onReset();
          return null;
        },
      },
    };
  }

  #area(): Parameters<typeof paintLines>[1] {
    return { ...this.#plot.bbox, pixelRatio: uPlot.pxRatio };
  }

  #paint(): void {
    const { model, looks } = this.#content;
    const inView = this.#pinch === undefined ? model : { ...model, x: this.#rangeX() };
    paintLines(this.#plot.ctx, this.#area(), inView, looks);
  }

  #select(): void {
    const { left, width } = this.#plot.select;
    if (width < SHORTEST_DRAG) return;
    const zoom = { from: this.#plot.posToVal(left, "x"), to: this.#plot.posToVal(left + width, "x") };
    this.#plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#listener.onZoom(roundZoom(zoom, this.#settings.axis));
  }

  #tellCursor(): void {
    const { left, event } = this.#plot.cursor;
    const own = event?.target instanceof Node && this.#plot.over.contains(event.target);
    this.#listener.onCursor(left === undefined || left < 0 ? undefined : this.#valuesAt(left), own);
  }

  /**
   * How far from the cursor a point may be, in CSS pixels. A chart of few points has them far apart; a run that ended long before the place under the cursor
   * has no value there.
   */
  #reachOf(): number {
    const fewest = Math.min(...this.#content.model.lines.map((line) => line.x.length));
    return this.#plot.over.clientWidth / Math.min(40, Math.max(1, fewest - 1));
  }

  #valuesAt(left: number): CursorValue[] {
    const at = this.#plot.posToVal(left, "x");
    const reach = this.#reachOf();
    return this.#content.model.lines.flatMap((line): CursorValue[] => {
      const i = nearestIndex(line.x, at);
      return i < 0 || Math.abs(this.#plot.valToPos(line.x[i]!, "x") - left) > reach ? [] : [cursorValue(line, i)];
    });
  }

  /** Where a value stands in the chart, in CSS pixels from the top left of its plotting area; for marks over the lines. */
  placeOf(value: CursorValue): { readonly left: number; readonly top: number } | undefined {
    const area = this.#area();
    const left = scaleX(this.#content.model, area)(value.x);
    const top = scaleY(this.#content.model, area)(value.value);
    if (!Number.isFinite(left) || !Number.isFinite(top)) return undefined;
    return { left: left / area.pixelRatio, top: top / area.pixelRatio };
  }
}

function cursorValue(line: PlotLine, i: number): CursorValue {
  const value = { id: line.id, x: line.x[i]!, value: line.shown[i]!, raw: line.raw[i]! };
  return line.isGroup ? { ...value, band: [line.min[i]!, line.max[i]!] } : value;
}

/** Charts of a group share where the cursor is; drags and clicks are their own. */
const SHARE_ONLY_MOVES: uPlot.Cursor.Sync.Filters = {
  pub: (type) => type === "mousemove" || type === "mouseleave",
};

function zoomOf([from, to]: PlotModel["x"]): Zoom {
  return { from, to };
}

/** Zoom to whole steps or milliseconds: an address with 15 digits helps nobody. */
function roundZoom({ from, to }: Zoom, axis: PlotAxis): Zoom {
  if (metricOfAxis(axis) !== undefined) return roundMetricZoom({ from, to });
  const low = Math.floor(from);
  const high = Math.ceil(to);
  return axis === "step" && high - low < 1 ? { from: low, to: low + 1 } : { from: low, to: high };
}

/** Values of a metric to four digits of their distance. */
function roundMetricZoom({ from, to }: Zoom): Zoom {
  const grain = 10 ** (Math.floor(Math.log10(to - from)) - 3);
  const rounded = {
    from: Number((Math.floor(from / grain) * grain).toPrecision(12)),
    to: Number((Math.ceil(to / grain) * grain).toPrecision(12)),
  };
  return Number.isFinite(grain) && grain > 0 && rounded.from < rounded.to ? rounded : { from, to };
}
