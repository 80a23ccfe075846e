/** @file How charts are shown, as far as it holds for all of a page: a part of the view in the address. */
import type { SeriesAxis } from "trainlog/api";
import { MAX_SMOOTHING_WEIGHT, type Smoothing } from "./smoothing.ts";

/** Range of x that all charts show, both ends included, in the unit of the axis: steps, milliseconds, or values of a metric. */
export interface Zoom {
  readonly from: number;
  readonly to: number;
}

/** Height of charts, and how many stand beside each other. */
export type ChartSize = "small" | "medium" | "large";

/** What the band around the mean of a group of runs means. */
export type GroupBand = "range" | "std" | "ci";

/** Choices that hold for all charts of a page. */
export interface ChartView {
  readonly metricFilter: string;
  readonly x: SeriesAxis;
  /** Metric along the x axis instead of `x`. */
  readonly xMetric?: string;
  readonly logX: boolean;
  readonly logY: boolean;
  /** Whether the y axis leaves out the tails of the values. */
  readonly ignoreOutliers: boolean;
  readonly smoothing: Smoothing;
  readonly zoom?: Zoom;
  /** Groups of charts that are folded, by prefix. */
  readonly folded: readonly string[];
  /** Metrics whose charts stand on top, in this order. */
  readonly pinned: readonly string[];
  /** Metrics that were moved: they come first in their group, in this order. */
  readonly order: readonly string[];
  readonly size: ChartSize;
  /** Metric whose chart is shown large. */
  readonly focus?: string;
  /** What runs are grouped by: `config:optimizer`, `summary:…`, `group`, `jobType`, `state` or `project`. Each group is one line with a band. */
  readonly groupBy?: string;
  readonly band: GroupBand;
}

/** Charts before anything is chosen. */
export const DEFAULT_CHART_VIEW: ChartView = {
  metricFilter: "",
  x: "step",
  logX: false,
  logY: false,
  ignoreOutliers: false,
  smoothing: { kind: "time", weight: 0 },
  folded: [],
  pinned: [],
  order: [],
  size: "medium",
  band: "range",
};

const AXES: readonly SeriesAxis[] = ["step", "wall", "relative"];
const SIZES: readonly ChartSize[] = ["small", "medium", "large"];
const BANDS: readonly GroupBand[] = ["range", "std", "ci"];

/** Before the key of a metric in the parameter `x`. */
const METRIC = "metric:";

/** Reads the parameters of an address. What makes no sense is as if absent. */
export function parseChartView(params: URLSearchParams): ChartView {
  const x = params.get("x") ?? "";
  const zoom = parseZoom(params.get("zoom"));
  const [focus, groupBy] = [params.get("focus"), params.get("group")];
  return {
    metricFilter: params.get("metrics") ?? "",
    x: oneOf(AXES, x) ?? DEFAULT_CHART_VIEW.x,
    ...(x.startsWith(METRIC) && x.length > METRIC.length && { xMetric: x.slice(METRIC.length) }),
    logX: params.get("xscale") === "log",
    logY: params.get("y") === "log",
    ignoreOutliers: params.get("outliers") === "ignore",
    smoothing: parseSmoothing(params.get("smooth")),
    ...(zoom !== undefined && { zoom }),
    folded: splitList(params.get("folded")),
    pinned: splitList(params.get("pin")),
    order: splitList(params.get("order")),
    size: oneOf(SIZES, params.get("size")) ?? DEFAULT_CHART_VIEW.size,
    ...(focus !== null && focus !== "" && { focus }),
    ...(groupBy !== null && groupBy !== "" && { groupBy }),
    band: oneOf(BANDS, params.get("band")) ?? DEFAULT_CHART_VIEW.band,
  };
}

/** The parameters of an address; {@link parseChartView} of them is the same. Defaults are left out. */
export function chartParams(view: ChartView): [name: string, value: string | undefined][] {
  const { kind, weight } = view.smoothing;
  const plain = kind === DEFAULT_CHART_VIEW.smoothing.kind && weight === 0;
  return [
    ["metrics", view.metricFilter],
    ["x", view.xMetric !== undefined ? METRIC + view.xMetric : unless(view.x, "step")],
    ["xscale", view.logX ? "log" : ""],
    ["smooth", plain ? "" : `${kind}:${weight}`],
    ["y", view.logY ? "log" : ""],
    ["outliers", view.ignoreOutliers ? "ignore" : ""],
    ["zoom", view.zoom === undefined ? "" : `${view.zoom.from}..${view.zoom.to}`],
    ["folded", joinList(view.folded)],
    ["pin", joinList(view.pinned)],
    ["order", joinList(view.order)],
    ["size", unless(view.size, DEFAULT_CHART_VIEW.size)],
    ["focus", view.focus],
    ["group", view.groupBy],
    ["band", unless(view.band, DEFAULT_CHART_VIEW.band)],
  ];
}

/** A list in one parameter: parts joined by `,`; a comma or percent sign of a part is percent-encoded. An empty list is empty text. */
export function joinList(parts: readonly string[]): string {
  return parts.map((part) => part.replaceAll("%", "%25").replaceAll(",", "%2C")).join(",");
}

/** Reads what {@link joinList} wrote, without repetitions. */
export function splitList(text: string | null): string[] {
  return [...new Set((text ?? "").split(",").map((part) => decode(part) ?? part))].filter((part) => part !== "");
}

/** Decodes percent signs; undefined where they make no sense. */
export function decode(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function oneOf<T extends string>(known: readonly T[], text: string | null): T | undefined {
  return known.find((value) => value === text);
}

function unless(value: string, usual: string): string {
  return value === usual ? "" : value;
}

function parseSmoothing(text: string | null): Smoothing {
  const [kind, weightText] = (text ?? "").split(":");
  const weight = Number(weightText || Number.NaN);
  const known = kind === "time" || kind === "ema";
  if (!known || !(weight >= 0 && weight <= MAX_SMOOTHING_WEIGHT)) return DEFAULT_CHART_VIEW.smoothing;
  return { kind, weight };
}

function parseZoom(text: string | null): Zoom | undefined {
  const [from, to] = (text ?? "").split("..").map((part) => Number(part || Number.NaN));
  if (from === undefined || to === undefined || !(from < to)) return undefined;
  return Number.isFinite(from) && Number.isFinite(to) ? { from, to } : undefined;
}
