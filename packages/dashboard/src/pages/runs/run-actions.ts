/** @file What can be done with a row. One object for all rows, so that a row is not drawn again because of it. */
import type { RunRow } from "trainlog/api";
import { isSelected, type RowSelection, selectRange, toggleRun } from "../../lib/row-selection.ts";
import { DEFAULT_RUN_VIEW, type RunsView } from "../../lib/view-state.ts";
import type { Navigation } from "../../state/navigation.ts";

/** What rows need to know when something is done with them; read at that time. */
export interface RunTableState {
  readonly view: RunsView;
  /** Runs of the list in order, as far as they are loaded. */
  readonly loaded: readonly string[];
}

/** Chooses and opens runs. */
export class RunActions {
  readonly #navigation: Navigation;
  readonly #read: () => RunTableState;
  /** The run that was chosen or taken out last: one end of a range. */
  #anchor: string | undefined;

  constructor(navigation: Navigation, read: () => RunTableState) {
    this.#navigation = navigation;
    this.#read = read;
  }

  /** A click on the checkbox; with shift, all runs from the last one to this. */
  readonly onSelect = (event: MouseEvent, run: RunRow): void => {
    event.stopPropagation();
    this.select(run.runId, event.shiftKey);
  };

  /** A click in the table: with shift or Ctrl it chooses the row, too; one on a link or button is theirs. */
  readonly onTableClick = (event: MouseEvent): void => {
    if (!(event.target instanceof Element) || !(event.shiftKey || event.ctrlKey || event.metaKey)) return;
    const runId = event.target.closest<HTMLElement>("[data-run]")?.dataset["run"];
    if (runId === undefined || event.target.closest("a, button, input") !== null) return;
    event.preventDefault();
    this.select(runId, event.shiftKey);
  };

  /** Shows the runs with a tag. */
  readonly onTag = (tag: string): void => this.#navigation.updateRuns({ tag });

  /** Chooses a run or takes it out; `range` chooses all up to it. */
  select(runId: string, range: boolean): void {
    const { view, loaded } = this.#read();
    const after = range ? selectRange(view, this.#anchor, runId, loaded) : toggleRun(view, runId, loaded);
    this.#anchor = runId;
    this.set(after);
  }

  /** Adds a run to those that are chosen. */
  add(runId: string): void {
    if (!isSelected(this.#read().view, runId)) this.select(runId, false);
  }

  /** Chooses exactly these. */
  set({ selected, selectedAll }: RowSelection): void {
    this.#navigation.updateRuns({ selected, selectedAll }, "replace");
  }

  /** Shows a run's page. */
  open(runId: string): void {
    this.#navigation.go({ ...DEFAULT_RUN_VIEW, runIds: [runId] });
  }
}
