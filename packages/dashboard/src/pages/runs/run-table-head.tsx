/** @file The head of the table of runs: sort by a click, move by dragging or Alt and arrows, a border that changes the width. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "../../components/icons.tsx";
import { movedTo, type PlacedColumn } from "../../lib/column-layout.ts";
import { NAME_COLUMN } from "../../lib/run-columns.ts";
import { type RunsView, withWidth } from "../../lib/runs-view.ts";
import { sortPlace, toggleSort } from "../../lib/sort-terms.ts";
import { useApp } from "../../state/app.ts";
import { ColumnEdge } from "./column-edge.tsx";
import { SELECT_WIDTH, type TableColumn } from "./table-columns.ts";

interface RunTableHeadProps {
  readonly view: RunsView;
  /** Columns that are made: those that stay, and those in view. */
  readonly columns: readonly PlacedColumn<TableColumn>[];
  /** Ids of all columns but the name, in order. */
  readonly order: readonly string[];
  /** Where the first column that scrolls begins, from the end of those that stay, in CSS pixels. */
  readonly gap: number;
  readonly selectAll: JSX.Element;
}

/** The head row. */
export function RunTableHead({ view, columns, order, gap, selectAll }: RunTableHeadProps): JSX.Element {
  const dragged = useSignal<string | undefined>(undefined);
  const firstFree = columns.findIndex(({ pinned }) => !pinned);
  return (
    <div class="run-head" role="rowgroup">
      <div class="run-row" role="row" aria-rowindex={1}>
        <span role="columnheader" class="cell cell-select" aria-colindex={1} style={{ width: `${SELECT_WIDTH}px` }}>
          {selectAll}
        </span>
        {columns.flatMap((placed, at) => [
          at === firstFree && gap > 0 ? <span key="gap" style={{ flex: `0 0 ${gap}px` }} /> : null,
          <HeadCell
            key={placed.column.run.id}
            view={view}
            placed={placed}
            order={order}
            dragged={dragged.value}
            onDrag={(id) => {
              dragged.value = id;
            }}
          />,
        ])}
      </div>
    </div>
  );
}

interface HeadCellProps {
  readonly view: RunsView;
  readonly placed: PlacedColumn<TableColumn>;
  readonly order: readonly string[];
  readonly dragged: string | undefined;
  readonly onDrag: (id: string | undefined) => void;
}

function HeadCell({ view, placed, order, dragged, onDrag }: HeadCellProps): JSX.Element {
  const { navigation } = useApp();
  const { run } = placed.column;
  const { id, title, kind } = run;
  const isName = id === NAME_COLUMN.id;
  const place = sortPlace(view.sort, id);
  const sort = (event: MouseEvent): void => {
    const how = { add: event.shiftKey, descendingFirst: run.descendingFirst };
    navigation.updateRuns({ sort: toggleSort(view.sort, id, how) });
  };
  const moveTo = (to: number): void => {
    navigation.updateRuns({ columns: movedTo(order, order.indexOf(dragged ?? id), to) }, "replace");
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (step === 0 || !event.altKey || isName) return;
    event.preventDefault();
    moveTo(order.indexOf(id) + step);
  };
  const size = { flex: `0 0 ${placed.width}px`, ...(placed.pinned && { left: `${placed.left}px` }) };
  return (
    <span
      role="columnheader"
      aria-sort={place?.direction ?? "none"}
      aria-colindex={order.indexOf(id) + 3}
      class={`cell${run.numeric ? " numeric" : ""}${placed.pinned ? " pinned" : ""}${dragged === id ? " dragged" : ""}`}
      style={size}
      draggable={!isName}
      onDragStart={(event) => {
        event.dataTransfer?.setData("text/plain", id);
        onDrag(id);
      }}
      onDragEnd={() => onDrag(undefined)}
      onDragOver={(event) => {
        if (dragged !== undefined && !isName) event.preventDefault();
      }}
      onDrop={(event) => {
        event.preventDefault();
        if (dragged !== undefined && dragged !== id) moveTo(order.indexOf(id));
        onDrag(undefined);
      }}
    >
      <button
        type="button"
        title={`Sort by ${title}${kind === undefined ? "" : ` (${kind})`}. Shift adds it to the order.${isName ? "" : " Drag, or Alt and an arrow key, moves the column."}`}
        onClick={sort}
        onKeyDown={onKeyDown}
      >
        <span class="ellipsis">{title}</span>
        {kind !== undefined && <span class="column-kind">{kind}</span>}
        {place !== undefined && (
          <span class={`sort-mark sort-${place.direction}`}>
            <Icon name="down" />
            {view.sort.length > 1 && <span class="sort-rank">{place.rank}</span>}
          </span>
        )}
      </button>
      <ColumnEdge
        title={title}
        width={placed.width}
        onWidth={(width) => navigation.updateRuns({ widths: withWidth(view.widths, id, width) }, "replace")}
      />
    </span>
  );
}
