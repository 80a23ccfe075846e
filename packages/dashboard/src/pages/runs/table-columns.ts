/** @file The columns of the table of runs: which facts, and how wide. */
import type { RunRow } from "trainlog/api";
import type { RunsView } from "../../lib/view-state.ts";

/** One column of facts. */
export interface FactColumn {
  /** Field of the run that the server sorts by. */
  readonly sort: string;
  readonly title: string;
  /** Least width, in CSS pixels. */
  readonly width: number;
  /** Share of the room that is left; absent for a column that never grows. */
  readonly grow?: number;
  readonly numeric?: true;
}

const FACTS: readonly FactColumn[] = [
  { sort: "name", title: "Name", width: 190, grow: 2.6 },
  { sort: "state", title: "State", width: 102 },
  { sort: "project", title: "Project", width: 90, grow: 0.8 },
  { sort: "group", title: "Group", width: 64, grow: 0.6 },
  { sort: "createdMs", title: "Created", width: 102 },
  { sort: "durationMs", title: "Duration", width: 76, numeric: true },
  { sort: "lastStep", title: "Step", width: 74, numeric: true },
];

/** Width of the checkbox column, and of the space behind the last column, in CSS pixels; `runs.css` says the same. */
const EDGES = { select: 34, end: 12 };

/** Widths of a metric column in CSS pixels: as wide as its title, within bounds that a number needs and that leave room for others. */
const METRIC_WIDTH = { least: 84, most: 150, perLetter: 7.4, padding: 16 };

/** Facts shown: the project where runs of several are listed, the group where a run has one. */
export function factColumns(view: RunsView, runs: readonly RunRow[]): FactColumn[] {
  const grouped = view.sort === "group" || runs.some((run) => run.group !== undefined);
  const hidden = new Set([...(view.project === undefined ? [] : ["project"]), ...(grouped ? [] : ["group"])]);
  return FACTS.filter((fact) => !hidden.has(fact.sort));
}

/** How the cells of a row stand. */
export interface TableGrid {
  /** CSS grid tracks: a checkbox, the facts, the metrics. */
  readonly tracks: string;
  /** Least width of the table, in CSS pixels: a narrower page scrolls. */
  readonly leastWidth: number;
}

/** Lays out the columns. */
export function tableGrid(facts: readonly FactColumn[], metrics: readonly string[]): TableGrid {
  const columns = [...facts, ...metrics.map((key) => ({ width: metricWidth(key), grow: 0.7 }))];
  const track = ({ width, grow }: Pick<FactColumn, "width" | "grow">): string =>
    grow === undefined ? `${width}px` : `minmax(${width}px, ${grow}fr)`;
  return {
    tracks: [`${EDGES.select}px`, ...columns.map(track)].join(" "),
    leastWidth: columns.reduce((sum, { width }) => sum + width, EDGES.select + EDGES.end),
  };
}

function metricWidth(key: string): number {
  const { least, most, perLetter, padding } = METRIC_WIDTH;
  return Math.min(most, Math.max(least, Math.ceil(key.length * perLetter + padding)));
}
