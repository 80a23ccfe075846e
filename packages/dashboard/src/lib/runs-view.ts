/** @file What the address says about the list of runs: filter, order, columns, groups, selection. */
import type { RunState } from "trainlog/run";
import { joinList, splitList } from "./chart-view.ts";

/** The list of runs, of one project or of all. */
export interface RunsView {
  readonly page: "runs";
  readonly project?: string;
  /** What stands in the filter bar: words to look for, or a condition in the filter language. */
  readonly filter: string;
  readonly state?: RunState;
  readonly tag?: string;
  /** Archived runs instead of the others. */
  readonly archived: boolean;
  /** Fields in the filter language, the most important first; `-` before one for descending. */
  readonly sort: readonly string[];
  /** Columns beside the name, by field, in order; chosen by the runs that there are when absent. */
  readonly columns?: readonly string[];
  /** Columns that stay in view beside the name. */
  readonly pinned: readonly string[];
  /** Columns that were made wider or narrower. */
  readonly widths: readonly ColumnWidth[];
  /** Fields whose equal values make a group; at most {@link MAX_GROUP_FIELDS}. */
  readonly groupBy: readonly string[];
  /** Groups that are unfolded, by the filter that finds their runs. */
  readonly open: readonly string[];
  /** Chosen runs by id. */
  readonly selected: readonly string[];
  /** All runs that match are chosen, loaded or not; then `selected` is empty. */
  readonly selectedAll: boolean;
  /** The runs as lines over the columns, above the table. */
  readonly parallel: boolean;
}

/** A column's width in CSS pixels. */
export interface ColumnWidth {
  readonly column: string;
  readonly width: number;
}

/** Most fields that runs are grouped by at once. */
export const MAX_GROUP_FIELDS = 2;

/** Narrowest and widest column, in CSS pixels. */
export const COLUMN_WIDTHS: { readonly least: number; readonly most: number } = { least: 56, most: 900 };

/** The list of runs before anything is chosen. */
export const DEFAULT_RUNS_VIEW: RunsView = {
  page: "runs",
  filter: "",
  archived: false,
  sort: ["-created"],
  pinned: [],
  widths: [],
  groupBy: [],
  open: [],
  selected: [],
  selectedAll: false,
  parallel: false,
};

/** Every state of a run, in the order of menus. */
export const RUN_STATE_NAMES: readonly RunState[] = ["running", "finished", "failed", "killed", "crashed"];

/** What stands in the address for all runs that match; no run has this id. */
const ALL = "*";

/** Reads the parameters of a list of runs. */
export function parseRunsView(params: URLSearchParams, project?: string): RunsView {
  const state = RUN_STATE_NAMES.find((known) => known === params.get("state"));
  const tag = params.get("tag");
  const columns = params.get("columns");
  const sort = splitList(params.get("sort"));
  const selectedAll = params.get("selected") === ALL;
  return {
    ...DEFAULT_RUNS_VIEW,
    ...(project !== undefined && { project }),
    ...(state !== undefined && { state }),
    ...(tag !== null && tag !== "" && { tag }),
    ...(columns !== null && { columns: splitList(columns) }),
    filter: params.get("filter") ?? "",
    archived: params.get("archived") === "1",
    sort: sort.length === 0 ? DEFAULT_RUNS_VIEW.sort : sort,
    pinned: splitList(params.get("pin")),
    widths: splitList(params.get("widths")).flatMap(parseWidth),
    groupBy: splitList(params.get("group")).slice(0, MAX_GROUP_FIELDS),
    open: splitList(params.get("open")),
    selected: selectedAll ? [] : splitList(params.get("selected")),
    selectedAll,
    parallel: params.get("plot") === "parallel",
  };
}

/** Writes the parameters of a list of runs; those that are empty are left out by the caller. */
export function runsParams(view: RunsView): [string, string | undefined][] {
  const usualSort = joinList(view.sort) === joinList(DEFAULT_RUNS_VIEW.sort);
  return [
    ["filter", view.filter],
    ["state", view.state],
    ["tag", view.tag],
    ["archived", view.archived ? "1" : ""],
    ["group", joinList(view.groupBy)],
    ["open", joinList(view.open)],
    ["sort", usualSort ? "" : joinList(view.sort)],
    ["pin", joinList(view.pinned)],
    ["widths", joinList(view.widths.map(({ column, width }) => `${column}:${width}`))],
    ["plot", view.parallel ? "parallel" : ""],
    ["selected", view.selectedAll ? ALL : joinList(view.selected)],
  ];
}

/** The width of a column that was made wider or narrower. */
export function widthOf(widths: readonly ColumnWidth[], column: string): number | undefined {
  return widths.find((known) => known.column === column)?.width;
}

/** Gives a column another width, within {@link COLUMN_WIDTHS}; its usual one without `width`. */
export function withWidth(widths: readonly ColumnWidth[], column: string, width?: number): readonly ColumnWidth[] {
  const others = widths.filter((known) => known.column !== column);
  return width === undefined ? others : [...others, { column, width: boundedWidth(width) }];
}

function boundedWidth(width: number): number {
  return Math.round(Math.min(COLUMN_WIDTHS.most, Math.max(COLUMN_WIDTHS.least, width)));
}

/** A field may hold a colon, a width does not. */
function parseWidth(text: string): ColumnWidth[] {
  const colon = text.lastIndexOf(":");
  const width = Number(text.slice(colon + 1) || Number.NaN);
  return colon > 0 && Number.isFinite(width) ? [{ column: text.slice(0, colon), width: boundedWidth(width) }] : [];
}
