/** @file The table of runs: virtual rows, sorted by the server, a card per run on narrow screens. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { RunRow } from "trainlog/api";
import type { RunsView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";
import { RunTableHead } from "./run-table-head.tsx";
import { RunTableRow } from "./run-table-row.tsx";
import { factColumns, tableGrid } from "./table-columns.ts";
import { useVirtualRows } from "./use-virtual-rows.ts";

/** Heights of a row and of a card, in CSS pixels; `runs.css` says the same. */
const ROW_HEIGHT = 36;
const CARD_HEIGHT = 84;
const NARROW = "(max-width: 700px)";

/** How often durations and "5 min ago" are brought up to date. */
const CLOCK_MS = 1000;

interface RunTableProps {
  readonly view: RunsView;
  readonly columns: readonly string[];
  readonly runs: readonly RunRow[];
  /** Runs that match, loaded or not; the scrollbar is for all of them. */
  readonly total: number;
  /** Called with the last row in view when it is not loaded. */
  readonly onReach: (index: number) => void;
}

/** The table. */
export function RunTable({ view, columns, runs, total, onReach }: RunTableProps): JSX.Element {
  const { runHues } = useApp();
  const scroller = useRef<HTMLDivElement>(null);
  const narrow = useMatch(NARROW);
  const nowMs = useClock(runs.some((run) => run.state === "running"));
  const rows = useVirtualRows(scroller, total, narrow ? CARD_HEIGHT : ROW_HEIGHT);
  const lastIndex = rows.items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastIndex >= runs.length && lastIndex < total) onReach(lastIndex);
  }, [lastIndex, runs.length, total]);
  const facts = factColumns(view, runs);
  const grid = tableGrid(facts, columns);
  // All at once and by age, so that hues depend neither on what is in view nor on the order of the list.
  useMemo(() => runHues.learn([...runs].sort((a, b) => a.createdMs - b.createdMs).map(({ runId }) => runId)), [runs]);
  const styles = runHues.stylesOf(view.selected);
  return (
    // A scrolling region must be reachable by keyboard (WCAG 2.1.1).
    <div class="run-table-scroller" ref={scroller} tabIndex={0} role="region" aria-label="Runs">
      <div
        class="run-table"
        role="table"
        aria-label="Runs"
        aria-rowcount={total + 1}
        style={{ "--columns": grid.tracks, "--least-width": `${grid.leastWidth}px` }}
      >
        <RunTableHead view={view} facts={facts} columns={columns} />
        <div class="run-table-body" role="rowgroup" style={{ height: `${rows.totalHeight}px` }}>
          {rows.items.map(({ index, start, size }) => (
            <RunTableRow
              key={runs[index]?.runId ?? `row ${index}`}
              run={runs[index]}
              index={index}
              facts={facts}
              columns={columns}
              view={view}
              style={styles.get(runs[index]?.runId ?? "")}
              nowMs={nowMs}
              top={start}
              height={size}
            />
          ))}
        </div>
      </div>
    </div>
  );
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
