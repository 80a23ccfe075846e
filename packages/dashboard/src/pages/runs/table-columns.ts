/** @file The columns of the table of runs: which facts, and how wide. */
import type { RunRow } from "trainlog/api";
import type { RunsView } from "../../lib/view-state.ts";

/** One column of facts. */
export interface FactColumn {
  /** Field of the run that the server sorts by. */
  readonly sort: string;
  readonly title: string;
  /** CSS grid track. */
  readonly width: string;
  readonly numeric?: true;
}

const FACTS: readonly FactColumn[] = [
  { sort: "name", title: "Name", width: "minmax(190px, 2.6fr)" },
  { sort: "state", title: "State", width: "102px" },
  { sort: "project", title: "Project", width: "minmax(90px, 0.8fr)" },
  { sort: "group", title: "Group", width: "minmax(64px, 0.6fr)" },
  { sort: "createdMs", title: "Created", width: "102px" },
  { sort: "durationMs", title: "Duration", width: "76px", numeric: true },
  { sort: "lastStep", title: "Step", width: "74px", numeric: true },
];

/** Widths of a metric column in CSS pixels: as wide as its title, within bounds that a number needs and that leave room for others. */
const METRIC_WIDTH = { least: 84, most: 150, perLetter: 7.4, padding: 16 };

/** Facts shown: the project where runs of several are listed, the group where a run has one. */
export function factColumns(view: RunsView, runs: readonly RunRow[]): FactColumn[] {
  const grouped = view.sort === "group" || runs.some((run) => run.group !== undefined);
  const hidden = new Set([...(view.project === undefined ? [] : ["project"]), ...(grouped ? [] : ["group"])]);
  return FACTS.filter((fact) => !hidden.has(fact.sort));
}

/** CSS grid tracks of a row: a checkbox, the facts, the metrics. */
export function gridTemplate(facts: readonly FactColumn[], metrics: readonly string[]): string {
  return ["34px", ...facts.map((fact) => fact.width), ...metrics.map(metricTrack)].join(" ");
}

function metricTrack(key: string): string {
  const { least, most, perLetter, padding } = METRIC_WIDTH;
  const wanted = Math.ceil(key.length * perLetter + padding);
  return `minmax(${Math.min(most, Math.max(least, wanted))}px, 0.7fr)`;
}
