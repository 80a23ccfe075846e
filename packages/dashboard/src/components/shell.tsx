/** @file The frame of every page: top bar, content by view. */
import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import type { LiveState } from "../client/live-stream.ts";
import { formatView } from "../lib/view-state.ts";
import { RunPage } from "../pages/run-page.tsx";
import { RunsPage } from "../pages/runs-page.tsx";
import { useApp } from "../state/app.ts";
import type { ThemeChoice } from "../state/preferences.ts";
import { Icon, type IconName } from "./icons.tsx";
import { Empty } from "./notice.tsx";
import { SignInNotice } from "./sign-in-notice.tsx";

/** The whole dashboard. */
export function Shell(): JSX.Element {
  const { preferences, locked } = useApp();
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
        <LiveStatus />
        <ThemeButton />
      </header>
      <main id="content" tabIndex={-1}>
        {locked.value ? <SignInNotice /> : <Page />}
      </main>
    </>
  );
}

function Page(): JSX.Element {
  const view = useApp().navigation.view.value;
  if (view.page === "runs") return <RunsPage view={view} />;
  // Other runs are another page: nothing of the former one stays.
  if (view.page === "run") return <RunPage key={view.runIds.join()} view={view} />;
  return (
    <Empty title="There is no such page">
      <p>
        Nothing is at <code>{formatView(view)}</code>. <a href="/">All runs</a>
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

const NEXT_THEME: Readonly<Record<ThemeChoice, ThemeChoice>> = { auto: "light", light: "dark", dark: "auto" };
const THEME_ICONS: Readonly<Record<ThemeChoice, IconName>> = { auto: "auto", light: "sun", dark: "moon" };

function ThemeButton(): JSX.Element {
  const { preferences } = useApp();
  const choice = preferences.themeChoice.value;
  const label = `Theme: ${choice}`;
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      onClick={() => preferences.chooseTheme(NEXT_THEME[choice])}
    >
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
