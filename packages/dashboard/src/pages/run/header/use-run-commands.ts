/** @file Commands of the page of a run: its tabs and its metrics. */
import { compareNaturally } from "../../../lib/metric-groups.ts";
import { RUN_TABS, type RunView } from "../../../lib/view-state.ts";
import { useApp } from "../../../state/app.ts";
import type { Command } from "../../../state/command-registry.ts";
import type { RunPageStore } from "../../../state/run-page.ts";
import { useCommands } from "../../../state/use-commands.ts";
import { TAB_TITLES } from "../tab-bar.tsx";

/** Offers them. */
export function useRunCommands(view: RunView, store: RunPageStore): void {
  const { navigation } = useApp();
  useCommands((): Command[] => {
    const keys = new Set([...store.runs.peek().values()].flatMap((run) => [...run.keys]));
    const tabs = RUN_TABS.filter((tab) => tab !== view.tab).map(
      (tab): Command => ({
        kind: "Go to",
        title: TAB_TITLES[tab],
        keys: String(RUN_TABS.indexOf(tab) + 1),
        run: () => navigation.updateRun({ tab }),
      }),
    );
    const metrics = [...keys].sort(compareNaturally).map(
      (key): Command => ({
        kind: "Metric",
        title: key,
        run: () => navigation.updateRun({ tab: "charts", focus: key }),
      }),
    );
    return [...tabs, ...metrics];
  });
}
