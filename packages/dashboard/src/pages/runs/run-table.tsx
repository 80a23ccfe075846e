/** @file The table of runs: virtual rows and columns, sorted by the server; a card per run on narrow screens. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { RunRow } from "trainlog/api";
import type { ColumnLayout, PlacedColumn } from "../../lib/column-layout.ts";
import { isSelected, NO_SELECTION } from "../../lib/row-selection.ts";
import type { RunStyle } from "../../lib/run-colour.ts";
import type { RunColumn } from "../../lib/run-columns.ts";
import type { TableRow, TableRows } from "../../lib/table-rows.ts";
import type { RunsView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";
import { GroupRow, MoreRow } from "./group-row.tsx";
import { RunActions } from "./run-actions.ts";
import { RunCard } from "./run-card.tsx";
import { RunTableHead } from "./run-table-head.tsx";
import { RunTableRow } from "./run-table-row.tsx";
import { placeColumns, type TableColumn } from "./table-columns.ts";
import { useColumnRange, useViewWidth } from "./use-column-range.ts";
import { useTableKeys } from "./use-table-keys.ts";
import { useVirtualRows } from "./use-virtual-rows.ts";

/** Heights of a row and of a card, in CSS pixels; `run-table.css` says the same. */
const ROW_HEIGHT = 36;
const CARD_HEIGHT = 84;
const NARROW = "(max-width: 700px)";

/** How often durations and "5 min ago" are brought up to date. */
const CLOCK_MS = 1000;

interface RunTableProps {
  readonly view: RunsView;
  readonly columns: readonly TableColumn[];
  readonly rows: TableRows;
  /** Runs that are loaded, in order. */
  readonly runs: readonly RunRow[];
  /** Called with the last row in view when it is not loaded. */
  readonly onReach: (index: number) => void;
  /** Called with what is in view, whenever it is another. */
  readonly onView: (runIds: readonly string[], columns: readonly RunColumn[]) => void;
  readonly onFold: (filter: string) => void;
  readonly onMore: (filter: string) => void;
}

/** The table. */
export function RunTable(props: RunTableProps): JSX.Element {
  const { view, columns, rows, runs, onReach, onView } = props;
  const { navigation, runHues } = useApp();
  const scroller = useRef<HTMLDivElement>(null);
  const narrow = useMatch(NARROW);
  const nowMs = useClock(runs.some((run) => run.state === "running"));
  const virtual = useVirtualRows(scroller, rows.count, narrow ? CARD_HEIGHT : ROW_HEIGHT);
  const viewWidth = useViewWidth(scroller).value;
  const layout = useMemo(() => placeColumns(columns, viewWidth), [columns, viewWidth]);
  const made = useMadeColumns(scroller, layout, viewWidth);
  const newest = useRef(props);
  newest.current = props;
  const actions = useMemo(
    () =>
      new RunActions(navigation, () => ({
        view: newest.current.view,
        loaded: newest.current.runs.map(({ runId }) => runId),
      })),
    [],
  );
  const keys = useTableKeys({ rows, actions, virtual, onFold: props.onFold });
  const lastIndex = virtual.items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.at(lastIndex)?.kind === "loading") onReach(lastIndex);
  }, [lastIndex, runs.length, rows.count]);
  const inView = virtual.items.flatMap(({ index }) => {
    const row = rows.at(index);
    return row?.kind === "run" ? [row.run.runId] : [];
  });
  useEffect(
    () =>
      onView(
        inView,
        made.columns.map(({ column }) => column.run),
      ),
    [inView.join(), made.columns, runs],
  );
  // All at once and by age, so that hues depend neither on what is in view nor on the order of the list.
  useMemo(() => runHues.learn([...runs].sort((a, b) => a.createdMs - b.createdMs).map(({ runId }) => runId)), [runs]);
  const styles = runHues.stylesOf(view.selected);
  const order = useMemo(() => columns.slice(1).map(({ run }) => run.id), [columns]);
  const allRuns = useMemo(() => columns.map(({ run }) => run), [columns]);
  return (
    <div
      class="run-table-scroller"
      ref={scroller}
      role="grid"
      aria-label="Runs"
      aria-multiselectable="true"
      aria-rowcount={rows.count + 1}
      aria-colcount={columns.length + 1}
      aria-activedescendant={keys.active < 0 ? undefined : `run-row-${keys.active}`}
      // A scrolling region must be reachable by keyboard (WCAG 2.1.1).
      tabIndex={0}
      onClick={actions.onTableClick}
      onKeyDown={keys.onKeyDown}
      onBlur={keys.onBlur}
    >
      <div class="run-table" role="presentation" style={narrow ? {} : { width: `${layout.totalWidth}px` }}>
        <RunTableHead
          view={view}
          columns={made.columns}
          order={order}
          gap={made.gap}
          selectAll={
            <input
              type="checkbox"
              aria-label="Select all runs that match"
              checked={view.selectedAll}
              onChange={() => actions.set(view.selectedAll ? NO_SELECTION : { selected: [], selectedAll: true })}
            />
          }
        />
        <div class="run-table-body" role="rowgroup" style={{ height: `${virtual.totalHeight}px` }}>
          {virtual.items.map(({ index, start, size }) => {
            const row = rows.at(index);
            return (
              <Row
                key={rowKey(row, index)}
                row={row}
                index={index}
                top={start}
                height={size}
                narrow={narrow}
                made={made}
                allColumns={allRuns}
                view={view}
                active={keys.active === index}
                style={row?.kind === "run" ? styles.get(row.run.runId) : undefined}
                nowMs={nowMs}
                actions={actions}
                onFold={props.onFold}
                onMore={props.onMore}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function rowKey(row: TableRow | undefined, index: number): string {
  return row?.kind === "run" ? `${row.inGroup ? index : ""} ${row.run.runId}` : `row ${index}`;
}

interface RowProps {
  readonly row: TableRow | undefined;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly narrow: boolean;
  readonly made: MadeColumns;
  readonly allColumns: readonly RunColumn[];
  readonly view: RunsView;
  readonly active: boolean;
  readonly style: RunStyle | undefined;
  readonly nowMs: number;
  readonly actions: RunActions;
  readonly onFold: (filter: string) => void;
  readonly onMore: (filter: string) => void;
}

function Row(props: RowProps): JSX.Element | null {
  const { row, index, top, height, narrow, made, allColumns, view, active, style, nowMs, actions } = props;
  const { runHues } = useApp();
  if (row?.kind === "group")
    return (
      <GroupRow
        row={row}
        index={index}
        top={top}
        height={height}
        active={active}
        made={made}
        narrow={narrow}
        onFold={props.onFold}
      />
    );
  if (row?.kind === "more") return <MoreRow row={row} index={index} top={top} height={height} onMore={props.onMore} />;
  if (row?.kind !== "run") {
    return (
      <div
        class="run-row"
        role="row"
        aria-rowindex={index + 2}
        style={{ transform: `translateY(${top}px)`, height: `${height}px` }}
      >
        <span role="gridcell" class="cell loading">
          loading…
        </span>
      </div>
    );
  }
  const { run } = row;
  const shared = {
    run,
    rowIndex: index,
    selected: isSelected(view, run.runId),
    hue: style?.hue ?? runHues.of(run.runId),
    dash: style?.dash ?? 0,
    // Only what runs has a clock that ticks.
    nowMs: run.state === "running" ? nowMs : Math.ceil(nowMs / 60_000) * 60_000,
    top,
    height,
    actions,
  };
  if (narrow) return <RunCard {...shared} columns={allColumns} />;
  return (
    <RunTableRow
      {...shared}
      columns={made.columns}
      firstFreeIndex={made.firstFreeIndex}
      gap={made.gap}
      active={active}
      indented={row.inGroup}
    />
  );
}

/** Columns that rows have cells for. */
export interface MadeColumns {
  /** Those that stay in view, then those that are in view. */
  readonly columns: readonly PlacedColumn<TableColumn>[];
  /** Index of the first one that scrolls among all columns. */
  readonly firstFreeIndex: number;
  /** Room of the columns between, in CSS pixels. */
  readonly gap: number;
}

function useMadeColumns(
  scroller: { readonly current: HTMLElement | null },
  layout: ColumnLayout<TableColumn>,
  viewWidth: number,
): MadeColumns {
  const { from, to } = useColumnRange(scroller, layout, viewWidth);
  return useMemo(() => {
    const free = layout.columns.slice(from, to);
    const gap = free[0] === undefined ? 0 : free[0].left - layout.pinnedWidth;
    return { columns: [...layout.columns.filter(({ pinned }) => pinned), ...free], firstFreeIndex: from, gap };
  }, [layout, from, to]);
}

/** Whether a media query matches. */
function useMatch(query: string): boolean {
  const matches = useSignal(window.matchMedia(query).matches);
  useLayoutEffect(() => {
    const list = window.matchMedia(query);
    const update = (): void => {
      matches.value = list.matches;
    };
    update();
    list.addEventListener("change", update);
    return () => list.removeEventListener("change", update);
  }, [query]);
  return matches.value;
}

function useClock(ticking: boolean): number {
  const nowMs = useSignal(Date.now());
  useEffect(() => {
    nowMs.value = Date.now();
    const timer = setInterval(
      () => {
        nowMs.value = Date.now();
      },
      ticking ? CLOCK_MS : 30 * CLOCK_MS,
    );
    return () => clearInterval(timer);
  }, [ticking]);
  return nowMs.value;
}
