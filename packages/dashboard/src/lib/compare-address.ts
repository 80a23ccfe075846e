/** @file Where the chosen runs of a list are shown over each other. */
import { DEFAULT_CHART_VIEW } from "./chart-view.ts";
import { DEFAULT_RUN_VIEW, formatView, type RunsView } from "./view-state.ts";

/** Most runs over each other: beyond, colours and dashes no longer tell them apart. */
export const MAX_COMPARED = 50;

/**
 * The address of the chosen runs' page.
 *
 * @param filter - Condition of the list, for all runs that match.
 */
export function compareAddress(view: Pick<RunsView, "selected" | "selectedAll" | "project">, filter: string): string {
  if (!view.selectedAll) return formatView({ ...DEFAULT_RUN_VIEW, runIds: view.selected.slice(0, MAX_COMPARED) });
  const { project } = view;
  return formatView({
    page: "compare",
    tab: DEFAULT_RUN_VIEW.tab,
    ...DEFAULT_CHART_VIEW,
    ...(project !== undefined && { project }),
    filter,
  });
}
