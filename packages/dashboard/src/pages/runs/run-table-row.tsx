/** @file One run of the table. It is drawn again only when something that it shows is another: scrolling makes new rows and leaves the others alone. */
import { Component, type JSX } from "preact";
import type { RunRow } from "trainlog/api";
import { RunStateBadge } from "../../components/run-state.tsx";
import type { PlacedColumn } from "../../lib/column-layout.ts";
import { cellText, cellTitle, cellValue, NAME_COLUMN } from "../../lib/run-columns.ts";
import type { RunActions } from "./run-actions.ts";
import { NameCell } from "./run-name.tsx";
import { SELECT_WIDTH, type TableColumn } from "./table-columns.ts";
import { TagLink } from "./tag-link.tsx";

/** What a row shows; compared field by field. */
export interface RunTableRowProps {
  readonly run: RunRow;
  readonly rowIndex: number;
  /** Columns that are made: those that stay, and those in view. */
  readonly columns: readonly PlacedColumn<TableColumn>[];
  /** Column number of each of `columns`, from 0. */
  readonly firstFreeIndex: number;
  readonly gap: number;
  readonly selected: boolean;
  /** Whether the arrow keys stand on it. */
  readonly active: boolean;
  readonly hue: number;
  readonly dash: number;
  readonly nowMs: number;
  readonly top: number;
  readonly height: number;
  readonly indented: boolean;
  readonly actions: RunActions;
}

/** A row. */
export class RunTableRow extends Component<RunTableRowProps> {
  override shouldComponentUpdate(next: Readonly<RunTableRowProps>): boolean {
    return (Object.keys(next) as (keyof RunTableRowProps)[]).some((name) => next[name] !== this.props[name]);
  }

  override render(): JSX.Element {
    const { run, rowIndex, columns, firstFreeIndex, gap, selected, active, top, height, actions } = this.props;
    const firstFree = columns.findIndex(({ pinned }) => !pinned);
    const look = `run-row${selected ? " selected" : ""}${active ? " active" : ""}${this.props.indented ? " indented" : ""}`;
    return (
      <div
        class={look}
        role="row"
        id={`run-row-${rowIndex}`}
        aria-rowindex={rowIndex + 2}
        aria-selected={selected}
        style={{ transform: `translateY(${top}px)`, height: `${height}px` }}
        data-run={run.runId}
      >
        <span role="gridcell" class="cell cell-select" aria-colindex={1} style={{ width: `${SELECT_WIDTH}px` }}>
          <input
            type="checkbox"
            aria-label={`Select ${run.name}`}
            checked={selected}
            tabIndex={-1}
            onClick={(event) => actions.onSelect(event, run)}
          />
        </span>
        {columns.flatMap((placed, at) => [
          at === firstFree && gap > 0 ? <span key="gap" style={{ flex: `0 0 ${gap}px` }} /> : null,
          <RunCell
            key={placed.column.run.id}
            {...this.props}
            placed={placed}
            colIndex={at < firstFree || firstFree < 0 ? at + 2 : firstFreeIndex + (at - firstFree) + 2}
          />,
        ])}
      </div>
    );
  }
}

interface RunCellProps extends RunTableRowProps {
  readonly placed: PlacedColumn<TableColumn>;
  readonly colIndex: number;
}

function RunCell({ run, placed, nowMs, hue, dash, actions, colIndex }: RunCellProps): JSX.Element {
  const { run: column } = placed.column;
  const size = { flex: `0 0 ${placed.width}px`, ...(placed.pinned && { left: `${placed.left}px` }) };
  const pinned = placed.pinned ? " pinned" : "";
  if (column.id === NAME_COLUMN.id) {
    return (
      <span role="gridcell" class="cell cell-name pinned" aria-colindex={colIndex} style={size}>
        <NameCell run={run} hue={hue} dash={dash} actions={actions} />
      </span>
    );
  }
  const special = specialContent(run, column.id, actions);
  const value = cellValue(run, column.field);
  const shown = column.id === "duration" && run.state === "running" ? nowMs - run.createdMs : value;
  return (
    <span
      role="gridcell"
      aria-colindex={colIndex}
      class={`cell${column.numeric ? " numeric" : ""}${special === undefined ? " ellipsis" : ` cell-${column.id}`}${pinned}`}
      style={size}
      title={special === undefined ? cellTitle(column, value) : undefined}
    >
      {special ?? cellText(column.field, shown, nowMs)}
    </span>
  );
}

/** Cells that hold more than text. */
function specialContent(run: RunRow, id: string, actions: RunActions): JSX.Element | undefined {
  if (id === "state") return <RunStateBadge state={run.state} />;
  if (id === "project") return <a href={`/projects/${encodeURIComponent(run.project)}`}>{run.project}</a>;
  if (id !== "tag") return undefined;
  return (
    <>
      {run.tags.map((tag) => (
        <TagLink key={tag} tag={tag} onTag={actions.onTag} />
      ))}
    </>
  );
}
