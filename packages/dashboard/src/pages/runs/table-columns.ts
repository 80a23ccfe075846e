/** @file The columns of the table of runs, other than metrics. */

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
  { sort: "name", title: "Name", width: "minmax(240px, 2.6fr)" },
  { sort: "state", title: "State", width: "104px" },
  { sort: "project", title: "Project", width: "minmax(90px, 0.8fr)" },
  { sort: "group", title: "Group", width: "minmax(70px, 0.6fr)" },
  { sort: "createdMs", title: "Created", width: "110px" },
  { sort: "durationMs", title: "Duration", width: "78px", numeric: true },
  { sort: "lastStep", title: "Step", width: "78px", numeric: true },
];

/** Facts shown: the project only where runs of several are listed. */
export function factColumns(withProject: boolean): FactColumn[] {
  return FACTS.filter((fact) => withProject || fact.sort !== "project");
}

/** CSS grid tracks of a row: a checkbox, the facts, the metrics. */
export function gridTemplate(metrics: readonly string[], withProject: boolean): string {
  const facts = factColumns(withProject).map((fact) => fact.width);
  return ["34px", ...facts, ...metrics.map(() => "minmax(88px, 0.7fr)")].join(" ");
}
