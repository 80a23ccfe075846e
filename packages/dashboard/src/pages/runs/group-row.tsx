/** @file Rows of the table that are no runs: a group with its numbers, and the end of a group of which more can be shown. */
import type { JSX } from "preact";
import type { GroupNumbers } from "trainlog/api";
import { Icon } from "../../components/icons.tsx";
import type { PlacedColumn } from "../../lib/column-layout.ts";
import { formatValue } from "../../lib/flatten.ts";
import { formatCount, formatNumber } from "../../lib/number-format.ts";
import { NAME_COLUMN } from "../../lib/run-columns.ts";
import type { TableRow } from "../../lib/table-rows.ts";
import type { MadeColumns } from "./run-table.tsx";
import { SELECT_WIDTH, type TableColumn } from "./table-columns.ts";

interface PlaceProps {
  readonly index: number;
  readonly top: number;
  readonly height: number;
}

interface GroupRowProps extends PlaceProps {
  readonly row: Extract<TableRow, { kind: "group" }>;
  readonly active: boolean;
  readonly made: MadeColumns;
  readonly narrow: boolean;
  readonly onFold: (filter: string) => void;
}

/** A group: what its runs share, how many they are, and their numbers. A click unfolds it. */
export function GroupRow({ row, index, top, height, active, made, narrow, onFold }: GroupRowProps): JSX.Element {
  const { group, open } = row;
  const { filter } = group;
  const firstFree = made.columns.findIndex(({ pinned }) => !pinned);
  return (
    <div
      class={`run-row group-row${active ? " active" : ""}`}
      role="row"
      id={`run-row-${index}`}
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${top}px)`, height: `${height}px` }}
    >
      <span role="gridcell" class="cell cell-select" style={{ width: `${SELECT_WIDTH}px` }}>
        <button
          type="button"
          class={open ? "fold open" : "fold"}
          tabIndex={-1}
          aria-expanded={open}
          aria-label={`Runs of ${groupName(row)}`}
          disabled={filter === undefined}
          title={
            filter === undefined
              ? "Lists and objects cannot be named in a filter, so this group stays closed"
              : undefined
          }
          onClick={() => filter !== undefined && onFold(filter)}
        >
          <Icon name="right" />
        </button>
      </span>
      {narrow ? (
        <span role="gridcell" class="cell cell-name">
          <GroupName row={row} />
        </span>
      ) : (
        made.columns.flatMap((placed, at) => [
          at === firstFree && made.gap > 0 ? <span key="gap" style={{ flex: `0 0 ${made.gap}px` }} /> : null,
          <GroupCell key={placed.column.run.id} row={row} placed={placed} />,
        ])
      )}
    </div>
  );
}

/** The end of an unfolded group. */
export function MoreRow({
  row,
  index,
  top,
  height,
  onMore,
}: PlaceProps & {
  readonly row: Extract<TableRow, { kind: "more" }>;
  readonly onMore: (filter: string) => void;
}): JSX.Element {
  return (
    <div
      class="run-row"
      role="row"
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${top}px)`, height: `${height}px` }}
    >
      <span role="gridcell" class="cell loading">
        <button type="button" class="link" onClick={() => onMore(row.filter)}>
          Show more of this group ({formatCount(row.left)} left)
        </button>
      </span>
    </div>
  );
}

function GroupCell({
  row,
  placed,
}: {
  readonly row: GroupRowProps["row"];
  readonly placed: PlacedColumn<TableColumn>;
}): JSX.Element {
  const { run } = placed.column;
  const size = { flex: `0 0 ${placed.width}px`, ...(placed.pinned && { left: `${placed.left}px` }) };
  if (run.id === NAME_COLUMN.id) {
    return (
      <span role="gridcell" class="cell cell-name pinned" style={size}>
        <GroupName row={row} />
      </span>
    );
  }
  const numbers = row.group.numbers.find(({ field }) => field === run.id);
  return (
    <span
      role="gridcell"
      class={`cell ellipsis${run.numeric ? " numeric" : ""}${placed.pinned ? " pinned" : ""}`}
      style={size}
      title={numbers === undefined ? undefined : numbersTitle(numbers)}
    >
      {numbers?.mean !== undefined && <GroupNumber numbers={numbers} mean={numbers.mean} />}
    </span>
  );
}

/** The mean, and how far the extremes are apart from it. */
function GroupNumber({ numbers, mean }: { readonly numbers: GroupNumbers; readonly mean: number }): JSX.Element {
  const half = ((numbers.max ?? mean) - (numbers.min ?? mean)) / 2;
  return (
    <>
      {formatNumber(mean)}
      {half > 0 && <span class="muted"> ±{formatNumber(half, 2)}</span>}
    </>
  );
}

function GroupName({ row }: { readonly row: GroupRowProps["row"] }): JSX.Element {
  const { values, runCount, runningCount } = row.group;
  return (
    <>
      <span class="ellipsis group-name" title={groupName(row)}>
        {values.map(({ field, value }) => (
          <span key={field}>
            <span class="muted">{field.replace(/^config\./, "")}</span>{" "}
            {value === undefined ? <span class="muted">none</span> : formatValue(value)}
          </span>
        ))}
      </span>
      <span class="count">
        {formatCount(runCount)} run{runCount === 1 ? "" : "s"}
      </span>
      {runningCount > 0 && <span class="running-dot" role="img" aria-label={`${runningCount} running`} />}
    </>
  );
}

function groupName({ group }: GroupRowProps["row"]): string {
  return group.values
    .map(({ field, value }) => `${field} ${value === undefined ? "none" : formatValue(value)}`)
    .join(", ");
}

function numbersTitle({ field, count, mean, min, max }: GroupNumbers): string {
  const shown = (value: number | undefined): string => (value === undefined ? "none" : formatNumber(value, 6));
  return `${field}: mean ${shown(mean)}, from ${shown(min)} to ${shown(max)}, of ${formatCount(count)} runs`;
}
