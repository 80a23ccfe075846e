/** @file Commands that every page has. */
import { DEFAULT_RUNS_VIEW } from "../lib/view-state.ts";
import { useApp } from "../state/app.ts";
import type { Command } from "../state/command-registry.ts";
import type { ThemeChoice } from "../state/preferences.ts";
import { useCommands } from "../state/use-commands.ts";

const THEMES: readonly (readonly [ThemeChoice, string])[] = [
  ["auto", "Theme as the system has it"],
  ["light", "Light theme"],
  ["dark", "Dark theme"],
];

/** Offers them. */
export function useGeneralCommands(): void {
  const { navigation, overlay, preferences } = useApp();
  useCommands((): Command[] => [
    { kind: "Go to", title: "All runs", keys: "g h", run: () => navigation.go(DEFAULT_RUNS_VIEW) },
    {
      kind: "Action",
      title: "Copy link to this view",
      words: "share url address",
      run: () => void navigator.clipboard.writeText(window.location.href),
    },
    ...THEMES.map(
      ([choice, title]): Command => ({
        kind: "Action",
        title,
        words: "colours mode night",
        run: () => preferences.chooseTheme(choice),
      }),
    ),
    {
      kind: "Action",
      title: "Keyboard shortcuts",
      words: "help keys",
      keys: "?",
      run: () => {
        overlay.value = "shortcuts";
      },
    },
  ]);
}
