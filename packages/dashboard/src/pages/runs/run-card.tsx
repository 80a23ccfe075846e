/** @file A run as a card, for narrow screens: name and state above, what it is and how far below, values last. */
import type { JSX } from "preact";
import type { RunRow } from "trainlog/api";
import { RunStateBadge } from "../../components/run-state.tsx";
import { formatCount } from "../../lib/number-format.ts";
import { cellText, cellValue, type RunColumn } from "../../lib/run-columns.ts";
import { formatAgo, formatDuration } from "../../lib/time-format.ts";
import type { RunActions } from "./run-actions.ts";
import { NameCell } from "./run-name.tsx";

/** Values on a card. */
const MAX_VALUES = 3;

interface RunCardProps {
  readonly run: RunRow;
  readonly rowIndex: number;
  /** All columns; the first with values are shown. */
  readonly columns: readonly RunColumn[];
  readonly selected: boolean;
  readonly hue: number;
  readonly dash: number;
  readonly nowMs: number;
  readonly top: number;
  readonly height: number;
  readonly actions: RunActions;
}

/** A card; to assistive technology it is a row of the table as any other. */
export function RunCard(props: RunCardProps): JSX.Element {
  const { run, rowIndex, columns, selected, hue, dash, nowMs, top, height, actions } = props;
  const values = columns.filter(({ field }) => field.of !== "run").flatMap((column) => cardValue(run, column, nowMs));
  return (
    <div
      class={selected ? "run-card selected" : "run-card"}
      role="row"
      aria-rowindex={rowIndex + 2}
      aria-selected={selected}
      style={{ transform: `translateY(${top}px)`, height: `${height}px` }}
    >
      <span role="gridcell" class="cell-select">
        <input
          type="checkbox"
          aria-label={`Select ${run.name}`}
          checked={selected}
          onClick={(event) => actions.onSelect(event, run)}
        />
      </span>
      <span role="gridcell" class="cell-name">
        <NameCell run={run} hue={hue} dash={dash} actions={actions} />
      </span>
      <span role="gridcell" class="cell-state">
        <RunStateBadge state={run.state} />
      </span>
      <span role="gridcell" class="card-facts muted">
        <span class="ellipsis">{run.project}</span>
        <span>{formatAgo(run.createdMs, nowMs)}</span>
        <span>{formatDuration(run.state === "running" ? nowMs - run.createdMs : run.durationMs)}</span>
        {run.lastStep !== undefined && <span>step {formatCount(run.lastStep)}</span>}
      </span>
      <span role="gridcell" class="card-values">
        {values.slice(0, MAX_VALUES)}
      </span>
    </div>
  );
}

function cardValue(run: RunRow, { id, title, kind, field }: RunColumn, nowMs: number): JSX.Element[] {
  const value = cellValue(run, field);
  if (value === undefined) return [];
  return [
    <span key={id} class="ellipsis">
      <span class="muted">{kind === undefined ? title : `${title} ${kind}`} </span>
      {cellText(field, value, nowMs)}
    </span>,
  ];
}
