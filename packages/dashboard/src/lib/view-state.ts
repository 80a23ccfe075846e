/**
 * @file The whole view in the URL: what is open, filtered, sorted, zoomed and compared. A link shows another person the same view, and back and forward work.
 *
 * Defaults are left out, so that addresses stay short. What is taste and not view (the theme) is not here.
 */
import {
  type ChartView,
  chartParams,
  DEFAULT_CHART_VIEW,
  decode,
  joinList,
  parseChartView,
  splitList,
} from "./chart-view.ts";
import { parseRunsView, type RunsView, runsParams } from "./runs-view.ts";

export { DEFAULT_RUNS_VIEW, RUN_STATE_NAMES, type RunsView } from "./runs-view.ts";

/** Everything that the address says. */
export type View = RunsView | RunView | CompareView | ProjectsView | TrashView | LostView;

/** All projects. */
export interface ProjectsView {
  readonly page: "projects";
}

/** Deleted runs that can still be restored. */
export interface TrashView {
  readonly page: "trash";
  readonly project?: string;
}

/** Parts of a run's page. */
export type RunTab = "charts" | "overview" | "console" | "media" | "artifacts";

/** Every part of a run's page, in the order of its tabs. */
export const RUN_TABS: readonly RunTab[] = ["charts", "overview", "console", "media", "artifacts"];

/** One run, or several over each other. */
export interface RunView extends ChartView {
  readonly page: "run";
  /** At least one. */
  readonly runIds: readonly string[];
  readonly tab: RunTab;
  /** Lines that are not drawn: ids of runs, or of groups of runs. */
  readonly hidden: readonly string[];
}

/** All runs that match, over each other: becomes a {@link RunView} when they are found. */
export interface CompareView extends ChartView {
  readonly page: "compare";
  readonly tab: RunTab;
  readonly project?: string;
  /** In the filter language of runs; empty for all. */
  readonly filter: string;
}

/** An address that leads nowhere. */
export interface LostView {
  readonly page: "lost";
  readonly path: string;
}

/** A page of runs before anything is chosen. */
export const DEFAULT_RUN_VIEW: Omit<RunView, "runIds"> = {
  page: "run",
  tab: "charts",
  ...DEFAULT_CHART_VIEW,
  hidden: [],
};

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
  if (parts.length === 1 && parts[0] === "compare") return parseCompareView(params);
  if (parts.length === 1 && parts[0] === "projects") return { page: "projects" };
  if (parts.length === 1 && parts[0] === "trash") return parseTrashView(params);
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
  const params = new URLSearchParams(paramsOf(view));
  // Slash, comma and colon may stand in a query as they are (RFC 3986, 3.4), and links with them are easier to read.
  const query = params.toString().replaceAll("%2F", "/").replaceAll("%2C", ",").replaceAll("%3A", ":");
  return pathOf(view) + (query === "" ? "" : `?${query}`);
}

/** Views with an address of their own. */
type KnownView = Exclude<View, LostView>;

function paramsOf(view: KnownView): [string, string][] {
  if (view.page === "projects") return [];
  if (view.page === "trash") return present([["project", view.project]]);
  // Chosen columns may be none, which is not the same as columns that nobody chose.
  if (view.page === "runs")
    return present(runsParams(view)).concat(view.columns === undefined ? [] : [["columns", joinList(view.columns)]]);
  return view.page === "run" ? runParams(view) : compareParams(view);
}

function pathOf(view: KnownView): string {
  if (view.page !== "run" && view.page !== "runs") return `/${view.page}`;
  if (view.page === "run") return `/runs/${view.runIds.map(encodeURIComponent).join(",")}`;
  return view.project === undefined ? "/" : `/projects/${encodeURIComponent(view.project)}`;
}

function parseTrashView(params: URLSearchParams): TrashView {
  const project = params.get("project");
  return { page: "trash", ...(project !== null && project !== "" && { project }) };
}

function parseRunView(params: URLSearchParams, runIds: readonly string[]): View {
  if (runIds.length === 0) return { page: "lost", path: "/runs/" };
  return {
    page: "run",
    runIds: [...new Set(runIds)],
    tab: parseTab(params),
    ...parseChartView(params),
    hidden: splitList(params.get("hidden")),
  };
}

/** `/compare?runs=a,b` is another way to say `/runs/a,b`. */
function parseCompareView(params: URLSearchParams): View {
  const runIds = splitList(params.get("runs"));
  if (runIds.length > 0) return parseRunView(params, runIds);
  const project = params.get("project");
  const filter = params.get("filter") ?? "";
  const asked = { ...(project !== null && project !== "" && { project }), filter };
  return { page: "compare", tab: parseTab(params), ...parseChartView(params), ...asked };
}

function parseTab(params: URLSearchParams): RunTab {
  return RUN_TABS.find((tab) => tab === params.get("tab")) ?? DEFAULT_RUN_VIEW.tab;
}

function runParams(view: RunView): [string, string][] {
  return present([tabParam(view.tab), ["hidden", joinList(view.hidden)], ...chartParams(view)]);
}

function compareParams(view: CompareView): [string, string][] {
  return present([["project", view.project], ["filter", view.filter], tabParam(view.tab), ...chartParams(view)]);
}

function tabParam(tab: RunTab): [string, string] {
  return ["tab", tab === DEFAULT_RUN_VIEW.tab ? "" : tab];
}

function present(entries: readonly (readonly [string, string | undefined])[]): [string, string][] {
  return entries.flatMap(([name, value]): [string, string][] =>
    value === undefined || value === "" ? [] : [[name, value]],
  );
}
