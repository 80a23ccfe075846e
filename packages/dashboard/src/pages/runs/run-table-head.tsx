/** @file The head of the table of runs: a button per column that sorts by it. */
import type { JSX } from "preact";
import { Icon } from "../../components/icons.tsx";
import { metricSort } from "../../lib/run-columns.ts";
import type { RunsView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";
import type { FactColumn } from "./table-columns.ts";

/** The head row. A second click turns the order round. */
export function RunTableHead({
  view,
  facts,
  columns,
}: {
  readonly view: RunsView;
  readonly facts: readonly FactColumn[];
  readonly columns: readonly string[];
}): JSX.Element {
  return (
    <div class="run-head" role="rowgroup">
      <div class="run-row" role="row" aria-rowindex={1}>
        <span role="columnheader" class="cell cell-select">
          <span class="visually-hidden">Selected</span>
        </span>
        {facts.map((fact) => (
          <SortHeader key={fact.sort} view={view} sort={fact.sort} title={fact.title} numeric={fact.numeric === true} />
        ))}
        {columns.map((key) => (
          <SortHeader key={key} view={view} sort={metricSort(key)} title={key} numeric />
        ))}
      </div>
    </div>
  );
}

interface SortHeaderProps {
  readonly view: RunsView;
  readonly sort: string;
  readonly title: string;
  readonly numeric: boolean;
}

function SortHeader({ view, sort, title, numeric }: SortHeaderProps): JSX.Element {
  const { navigation } = useApp();
  const active = view.sort === sort;
  const order = active ? (view.descending ? "descending" : "ascending") : "none";
  // Names read from A; times and numbers are wanted from the newest and largest.
  const descending = active ? !view.descending : !["name", "state", "project", "group"].includes(sort);
  return (
    <span
      role="columnheader"
      aria-sort={order}
      class={`cell${numeric ? " numeric" : ""}${sort === "name" ? " cell-name" : ""}`}
    >
      <button type="button" title={`Sort by ${title}`} onClick={() => navigation.updateRuns({ sort, descending })}>
        <span class="ellipsis">{title}</span>
        <span class={`sort-mark sort-${order}`}>
          <Icon name="down" />
        </span>
      </button>
    </span>
  );
}
