/** @file Which runs of the list are chosen, after a click or a key. */

/** Most runs that are chosen one by one: the address holds their ids. All runs that match are chosen by their filter instead. */
export const MAX_PICKED = 300;

/** Chosen runs. */
export interface RowSelection {
  readonly selected: readonly string[];
  /** All runs that match, loaded or not. */
  readonly selectedAll: boolean;
}

/** Nothing is chosen. */
export const NO_SELECTION: RowSelection = { selected: [], selectedAll: false };

/** Says whether a run is chosen. */
export function isSelected({ selected, selectedAll }: RowSelection, runId: string): boolean {
  return selectedAll || selected.includes(runId);
}

/**
 * Chooses a run, or takes it out.
 *
 * @param loaded - Runs of the list in order, as far as they are loaded.
 */
export function toggleRun(before: RowSelection, runId: string, loaded: readonly string[]): RowSelection {
  if (before.selectedAll) return picked(loaded.filter((other) => other !== runId));
  const others = before.selected.filter((other) => other !== runId);
  return picked(others.length < before.selected.length ? others : [...others, runId]);
}

/**
 * Chooses all runs from one to another, both ends included, besides those that are chosen already.
 *
 * @param anchor - The run that was chosen or taken out last; `runId` alone is chosen when it is no longer in the list.
 */
export function selectRange(
  before: RowSelection,
  anchor: string | undefined,
  runId: string,
  loaded: readonly string[],
): RowSelection {
  const [a, b] = [anchor === undefined ? -1 : loaded.indexOf(anchor), loaded.indexOf(runId)];
  const range = a < 0 ? [runId] : loaded.slice(Math.min(a, b), Math.max(a, b) + 1);
  return before.selectedAll ? before : picked([...new Set([...before.selected, ...range])]);
}

function picked(runIds: readonly string[]): RowSelection {
  return { selected: runIds.slice(0, MAX_PICKED), selectedAll: false };
}
