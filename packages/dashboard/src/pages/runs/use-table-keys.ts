/** @file The keys of the table: arrows go from row to row, space chooses, enter opens. */
import { useSignal } from "@preact/signals";
import type { TableRows } from "../../lib/table-rows.ts";
import type { RunActions } from "./run-actions.ts";
import type { VirtualRows } from "./use-virtual-rows.ts";

/** Rows of a page. */
const PAGE_ROWS = 10;

interface TableKeysOptions {
  readonly rows: TableRows;
  readonly actions: RunActions;
  readonly virtual: VirtualRows;
  readonly onFold: (filter: string) => void;
}

/** Where the keys stand. */
export interface TableKeys {
  /** Index of the row; -1 when they stand on none. */
  readonly active: number;
  onKeyDown(event: KeyboardEvent): void;
  onBlur(): void;
}

/** Follows the keys that are pressed while the table itself has the focus. */
export function useTableKeys({ rows, actions, virtual, onFold }: TableKeysOptions): TableKeys {
  const active = useSignal(-1);
  const moveTo = (index: number, range: boolean): void => {
    const to = Math.max(0, Math.min(rows.count - 1, index));
    const row = rows.at(to);
    if (range) {
      const from = rows.at(active.value);
      if (from?.kind === "run") actions.add(from.run.runId);
      if (row?.kind === "run") actions.add(row.run.runId);
    }
    active.value = to;
    virtual.scrollTo(to);
  };
  const act = (key: string): boolean => {
    const row = rows.at(active.value);
    if (row?.kind === "group" && row.group.filter !== undefined) {
      const folds =
        key === "Enter" || key === " " || (key === "ArrowRight" && !row.open) || (key === "ArrowLeft" && row.open);
      if (folds) onFold(row.group.filter);
      return folds;
    }
    if (row?.kind !== "run") return false;
    if (key === "Enter") actions.open(row.run.runId);
    else if (key === " ") actions.select(row.run.runId, false);
    else return false;
    return true;
  };
  return {
    active: active.value < rows.count ? active.value : -1,
    onBlur: () => {
      active.value = -1;
    },
    onKeyDown: (event) => {
      // Buttons and boxes inside have keys of their own.
      if (event.target !== event.currentTarget) return;
      const target = targetOf(event.key, active.value, rows.count);
      if (target !== undefined && !event.ctrlKey && !event.altKey) moveTo(target, event.shiftKey);
      else if (event.key === "a" && (event.ctrlKey || event.metaKey)) actions.set({ selected: [], selectedAll: true });
      else if (event.key === "Escape") actions.set({ selected: [], selectedAll: false });
      else if (!act(event.key)) return;
      event.preventDefault();
    },
  };
}

function targetOf(key: string, active: number, count: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + PAGE_ROWS,
    PageUp: active - PAGE_ROWS,
    Home: 0,
    End: count - 1,
  };
  return Object.hasOwn(steps, key) ? steps[key] : undefined;
}
