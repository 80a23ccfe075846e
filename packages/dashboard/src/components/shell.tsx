/** @file The frame of every page: top bar, content by view, and what lies over it. */
import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { LiveState } from "../client/live-stream.ts";
import { formatView, type View } from "../lib/view-state.ts";
import { ComparePage } from "../pages/compare-page.tsx";
import { DropTarget } from "../pages/dropped-log/drop-target.tsx";
import { ProjectsPage } from "../pages/projects-page.tsx";
import { RunPage } from "../pages/run-page.tsx";
import { RunsPage } from "../pages/runs-page.tsx";
import { TrashPage } from "../pages/trash-page.tsx";
import { useApp } from "../state/app.ts";
import type { ThemeChoice } from "../state/preferences.ts";
import { CommandBar } from "./command-bar.tsx";
import { ConnectionBanner } from "./connection-banner.tsx";
import { ErrorBoundary } from "./error-boundary.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { Empty } from "./notice.tsx";
import { ShortcutSheet } from "./shortcut-sheet.tsx";
import { SignInNotice } from "./sign-in-notice.tsx";
import { useGeneralCommands } from "./use-general-commands.ts";
import { useShortcuts } from "./use-shortcuts.ts";

/** The whole dashboard. */
export function Shell(): JSX.Element {
  const { preferences, locked, navigation, overlay } = useApp();
  useShortcuts();
  useGeneralCommands();
  useSignalEffect(() => {
    document.documentElement.dataset["theme"] = preferences.theme.value;
  });
  return (
    <>
      <a class="skip-link" href="#content">
        Skip to content
      </a>
      <header class="top-bar">
        <a class="brand" href="/">
          <BrandMark />
          trainlog
        </a>
        <span class="top-bar-space" />
        <CommandButton />
        <LiveStatus />
        <ShortcutButton />
        <ThemeButton />
      </header>
      {!locked.value && <ConnectionBanner />}
      <main id="content" tabIndex={-1}>
        <ErrorBoundary key={pageOf(navigation.view.value)}>{locked.value ? <SignInNotice /> : <Page />}</ErrorBoundary>
      </main>
      <DropTarget />
      {overlay.value === "commands" && <CommandBar />}
      {overlay.value === "shortcuts" && <ShortcutSheet />}
    </>
  );
}

/** What another address must have in common for the page to stay the same one. */
function pageOf(view: View): string {
  if (view.page === "run") return `run ${view.runIds.join()}`;
  return view.page;
}

function Page(): JSX.Element {
  const view = useApp().navigation.view.value;
  if (view.page === "runs") return <RunsPage view={view} />;
  if (view.page === "projects") return <ProjectsPage />;
  if (view.page === "trash") return <TrashPage view={view} />;
  if (view.page === "compare") return <ComparePage view={view} />;
  // Other runs are another page: nothing of the former one stays.
  if (view.page === "run") return <RunPage key={view.runIds.join()} view={view} />;
  return <LostPage path={formatView(view)} />;
}

function LostPage({ path }: { readonly path: string }): JSX.Element {
  useEffect(() => {
    document.title = "No such page · trainlog";
  }, []);
  return (
    <Empty title="There is no such page" wholePage>
      <p>
        Nothing is at <code>{path}</code>. <a href="/">All runs</a>
      </p>
    </Empty>
  );
}

const LIVE_WORDS: Readonly<Record<LiveState, string>> = {
  connecting: "connecting…",
  live: "live",
  reconnecting: "reconnecting…",
};

function LiveStatus(): JSX.Element {
  const state = useApp().live.value;
  return (
    <span class={`live live-${state}`} role="status" title="Whether this page hears from the server at once">
      <span class="live-dot" aria-hidden="true" />
      {LIVE_WORDS[state]}
    </span>
  );
}

function CommandButton(): JSX.Element {
  const { overlay } = useApp();
  return (
    <button type="button" class="command-button" title="Ctrl+K" onClick={() => (overlay.value = "commands")}>
      <Icon name="search" />
      <span>Go to…</span>
      <kbd>Ctrl K</kbd>
    </button>
  );
}

function ShortcutButton(): JSX.Element {
  const { overlay } = useApp();
  return (
    <button
      type="button"
      class="icon-button shortcut-button"
      aria-label="Keyboard shortcuts"
      title="Keyboard shortcuts (?)"
      onClick={() => (overlay.value = "shortcuts")}
    >
      <Icon name="keyboard" />
    </button>
  );
}

const THEME_ICONS: Readonly<Record<ThemeChoice, IconName>> = { auto: "auto", light: "sun", dark: "moon" };

function ThemeButton(): JSX.Element {
  const { preferences } = useApp();
  const choice = preferences.themeChoice.value;
  const label = `Theme: ${choice}`;
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={() => preferences.nextTheme()}>
      <Icon name={THEME_ICONS[choice]} />
    </button>
  );
}

function BrandMark(): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" width="20" height="20" aria-hidden="true">
      <rect width="32" height="32" rx="7" class="brand-tile" />
      <path d="M6 8c3 0 4 13 9 14.500S24 22 26 22" class="brand-curve" />
      <circle cx="26" cy="22" r="2.600" class="brand-dot" />
    </svg>
  );
}
