/**
 * @file The whole view in the URL: what is open, filtered, sorted, zoomed and compared. A link shows another person the same view, and back and forward work.
 *
 * Defaults are left out, so that addresses stay short. What is taste and not view (the theme) is not here.
 */
import type { SeriesAxis } from "trainlog/api";
import type { RunState } from "trainlog/run";
import { MAX_SMOOTHING_WEIGHT, type Smoothing } from "./smoothing.ts";

/** Everything that the address says. */
export type View = RunsView | RunView | LostView;

/** The list of runs, of one project or of all. */
export interface RunsView {
  readonly page: "runs";
  readonly project?: string;
  /** Free text that a run's name, id, group, notes or tags must hold. */
  readonly filter: string;
  readonly state?: RunState;
  readonly tag?: string;
  /** Archived runs instead of the others. */
  readonly archived: boolean;
  /** Column of the list, or a metric column such as `metric:val/loss:min`. */
  readonly sort: string;
  readonly descending: boolean;
  /** Metric columns, in order; the ones of the project's first runs when absent. */
  readonly columns?: readonly string[];
  /** Runs chosen for overlay. */
  readonly selected: readonly string[];
}

/** Parts of a run's page. */
export type RunTab = "charts" | "overview" | "console" | "media" | "artifacts";

/** Every part of a run's page, in the order of its tabs. */
export const RUN_TABS: readonly RunTab[] = ["charts", "overview", "console", "media", "artifacts"];

/** Range of x that all charts show, both ends included, in the unit of the axis: steps or milliseconds. */
export interface Zoom {
  readonly from: number;
  readonly to: number;
}

/** One run, or several over each other. */
export interface RunView {
  readonly page: "run";
  /** At least one. */
  readonly runIds: readonly string[];
  readonly tab: RunTab;
  readonly metricFilter: string;
  readonly x: SeriesAxis;
  readonly smoothing: Smoothing;
  readonly logY: boolean;
  readonly zoom?: Zoom;
  /** Runs of `runIds` whose lines are not drawn. */
  readonly hidden: readonly string[];
  /** Groups of charts that are folded, by prefix. */
  readonly folded: readonly string[];
  /** Metric whose chart is shown large. */
  readonly focus?: string;
}

/** An address that leads nowhere. */
export interface LostView {
  readonly page: "lost";
  readonly path: string;
}

/** The list of runs before anything is chosen. */
export const DEFAULT_RUNS_VIEW: RunsView = {
  page: "runs",
  filter: "",
  archived: false,
  sort: "createdMs",
  descending: true,
  selected: [],
};

/** A page of runs before anything is chosen. */
export const DEFAULT_RUN_VIEW: Omit<RunView, "runIds"> = {
  page: "run",
  tab: "charts",
  metricFilter: "",
  x: "step",
  smoothing: { kind: "time", weight: 0 },
  logY: false,
  hidden: [],
  folded: [],
};

/** Every state of a run, in the order of menus. */
export const RUN_STATE_NAMES: readonly RunState[] = ["running", "finished", "failed", "killed", "crashed"];
const AXES: readonly SeriesAxis[] = ["step", "wall", "relative"];

/**
 * Reads an address. Parameters that make no sense are as if absent: an old or mistyped link still opens.
 *
 * @param path - Such as `/projects/mnist`.
 * @param query - With or without its `?`.
 */
export function parseView(path: string, query: string): View {
  const parts = path.split("/").filter((part) => part !== "");
  const params = new URLSearchParams(query);
  if (parts.length === 0) return parseRunsView(params);
  const argument = decode(parts[1]);
  if (parts.length === 2 && argument !== undefined) {
    if (parts[0] === "projects") return parseRunsView(params, argument);
    if (parts[0] === "runs") return parseRunView(params, argument.split(",").filter(Boolean));
  }
  return { page: "lost", path };
}

/** Writes an address: path and query. {@link parseView} of it is the same view. */
export function formatView(view: View): string {
  if (view.page === "lost") return view.path;
  const params = new URLSearchParams(view.page === "runs" ? runsParams(view) : runParams(view));
  // Slash, comma and colon may stand in a query as they are (RFC 3986, 3.4), and links with them are easier to read.
  const query = params.toString().replaceAll("%2F", "/").replaceAll("%2C", ",").replaceAll("%3A", ":");
  return pathOf(view) + (query === "" ? "" : `?${query}`);
}

function pathOf(view: RunsView | RunView): string {
  if (view.page === "run") return `/runs/${view.runIds.map(encodeURIComponent).join(",")}`;
  return view.project === undefined ? "/" : `/projects/${encodeURIComponent(view.project)}`;
}

function parseRunsView(params: URLSearchParams, project?: string): RunsView {
  const state = RUN_STATE_NAMES.find((known) => known === params.get("state"));
  const tag = params.get("tag");
  const columns = params.get("columns");
  return {
    ...DEFAULT_RUNS_VIEW,
    ...(project !== undefined && { project }),
    ...(state !== undefined && { state }),
    ...(tag !== null && tag !== "" && { tag }),
    ...(columns !== null && { columns: splitList(columns) }),
    filter: params.get("q") ?? "",
    archived: params.get("archived") === "1",
    sort: params.get("sort") || DEFAULT_RUNS_VIEW.sort,
    descending: params.get("order") !== "asc",
    selected: splitList(params.get("selected")),
  };
}

function runsParams(view: RunsView): [string, string][] {
  return present([
    ["q", view.filter],
    ["state", view.state],
    ["tag", view.tag],
    ["archived", view.archived ? "1" : ""],
    ["sort", view.sort === DEFAULT_RUNS_VIEW.sort ? "" : view.sort],
    ["order", view.descending ? "" : "asc"],
    ["selected", joinList(view.selected)],
  ]).concat(view.columns === undefined ? [] : [["columns", joinList(view.columns)]]);
}

function parseRunView(params: URLSearchParams, runIds: readonly string[]): View {
  if (runIds.length === 0) return { page: "lost", path: "/runs/" };
  const zoom = parseZoom(params.get("zoom"));
  const focus = params.get("focus");
  return {
    ...DEFAULT_RUN_VIEW,
    runIds: [...new Set(runIds)],
    tab: RUN_TABS.find((tab) => tab === params.get("tab")) ?? DEFAULT_RUN_VIEW.tab,
    metricFilter: params.get("metrics") ?? "",
    x: AXES.find((axis) => axis === params.get("x")) ?? DEFAULT_RUN_VIEW.x,
    smoothing: parseSmoothing(params.get("smooth")),
    logY: params.get("y") === "log",
    hidden: splitList(params.get("hidden")),
    folded: splitList(params.get("folded")),
    ...(zoom !== undefined && { zoom }),
    ...(focus !== null && focus !== "" && { focus }),
  };
}

function runParams(view: RunView): [string, string][] {
  const { kind, weight } = view.smoothing;
  const plain = kind === DEFAULT_RUN_VIEW.smoothing.kind && weight === 0;
  return present([
    ["tab", view.tab === DEFAULT_RUN_VIEW.tab ? "" : view.tab],
    ["metrics", view.metricFilter],
    ["x", view.x === DEFAULT_RUN_VIEW.x ? "" : view.x],
    ["smooth", plain ? "" : `${kind}:${weight}`],
    ["y", view.logY ? "log" : ""],
    ["zoom", view.zoom === undefined ? "" : `${view.zoom.from}..${view.zoom.to}`],
    ["hidden", joinList(view.hidden)],
    ["folded", joinList(view.folded)],
    ["focus", view.focus],
  ]);
}

function parseSmoothing(text: string | null): Smoothing {
  const [kind, weightText] = (text ?? "").split(":");
  const weight = Number(weightText || Number.NaN);
  const known = kind === "time" || kind === "ema";
  if (!known || !(weight >= 0 && weight <= MAX_SMOOTHING_WEIGHT)) return DEFAULT_RUN_VIEW.smoothing;
  return { kind, weight };
}

function parseZoom(text: string | null): Zoom | undefined {
  const [from, to] = (text ?? "").split("..").map((part) => Number(part || Number.NaN));
  if (from === undefined || to === undefined || !(from < to)) return undefined;
  return Number.isFinite(from) && Number.isFinite(to) ? { from, to } : undefined;
}

/** A list in one parameter: parts joined by `,`; a comma or percent sign of a part is percent-encoded. An empty list is empty text. */
function joinList(parts: readonly string[]): string {
  return parts.map((part) => part.replaceAll("%", "%25").replaceAll(",", "%2C")).join(",");
}

function splitList(text: string | null): string[] {
  return [...new Set((text ?? "").split(",").map((part) => decode(part) ?? part))].filter((part) => part !== "");
}

function decode(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function present(entries: readonly (readonly [string, string | undefined])[]): [string, string][] {
  return entries.flatMap(([name, value]): [string, string][] =>
    value === undefined || value === "" ? [] : [[name, value]],
  );
}
