/** @file The tabs of a run's page (ARIA tabs pattern: arrow keys move between them). */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { RunTab, RunView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";

/** Names of the tabs. */
export const TAB_TITLES: Readonly<Record<RunTab, string>> = {
  charts: "Charts",
  overview: "Overview",
  console: "Console",
  media: "Media",
  artifacts: "Artifacts",
};

/** The tab bar. */
export function TabBar({ tabs, view }: { readonly tabs: readonly RunTab[]; readonly view: RunView }): JSX.Element {
  const { navigation } = useApp();
  const bar = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    const next = tabs[(tabs.indexOf(view.tab) + by + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    navigation.updateRun({ tab: next });
    bar.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div class="tab-bar" role="tablist" aria-label="Parts of the run" ref={bar} onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`tab-${tab}`}
          aria-selected={tab === view.tab}
          aria-controls={tab === view.tab ? `panel-${tab}` : undefined}
          tabIndex={tab === view.tab ? 0 : -1}
          onClick={() => navigation.updateRun({ tab })}
        >
          {TAB_TITLES[tab]}
        </button>
      ))}
    </div>
  );
}
