/** @file The columns of a table of runs, in their places. */
import { type ColumnLayout, type ColumnSize, layOutColumns } from "../../lib/column-layout.ts";
import { NAME_COLUMN, type RunColumn, runColumns } from "../../lib/run-columns.ts";
import { type RunsView, widthOf } from "../../lib/runs-view.ts";

/** Width of the column of checkboxes, in CSS pixels; `run-table.css` says the same. */
export const SELECT_WIDTH = 34;

/** Least width of a column of values where rows are groups: a mean and how far the extremes are apart. */
const GROUP_VALUE_WIDTH = 136;

/** Least width of the column of names where rows are groups: fields, their values and the number of runs. */
const GROUP_NAME_WIDTH = 360;

/** A column of the table. */
export interface TableColumn extends ColumnSize {
  readonly run: RunColumn;
}

/** The table's columns in order: the name, those that are pinned, the others. */
export function tableColumns(
  view: Pick<RunsView, "pinned" | "widths" | "groupBy">,
  ids: readonly string[],
): TableColumn[] {
  const columns = runColumns(ids).filter(({ id }) => id !== NAME_COLUMN.id);
  const isPinned = ({ id }: RunColumn): boolean => view.pinned.includes(id);
  const ordered = [NAME_COLUMN, ...columns.filter(isPinned), ...columns.filter((column) => !isPinned(column))];
  return ordered.map((run) => {
    const chosenWidth = widthOf(view.widths, run.id);
    return {
      run,
      width: view.groupBy.length > 0 ? groupWidth(run) : run.width,
      ...(run.grow !== undefined && { grow: run.grow }),
      ...(chosenWidth !== undefined && { chosenWidth }),
      pinned: run === NAME_COLUMN || isPinned(run),
    };
  });
}

/** Places the columns in a view of some width. */
export function placeColumns(columns: readonly TableColumn[], viewWidth: number): ColumnLayout<TableColumn> {
  return layOutColumns(columns, SELECT_WIDTH, viewWidth);
}

function groupWidth({ id, field, width }: RunColumn): number {
  if (id === NAME_COLUMN.id) return Math.max(width, GROUP_NAME_WIDTH);
  return field.of === "run" ? width : Math.max(width, GROUP_VALUE_WIDTH);
}
