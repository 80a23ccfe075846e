/** @file What every part of the page shares, made once and handed down by context. */
import { type Signal, signal } from "@preact/signals";
import { type Context, createContext } from "preact";
import { useContext } from "preact/hooks";
import { ApiClient } from "../client/http.ts";
import type { LiveState } from "../client/live-stream.ts";
import { RunHues } from "../lib/run-hues.ts";
import { CommandRegistry } from "./command-registry.ts";
import { Navigation } from "./navigation.ts";
import { hueMemory, Preferences } from "./preferences.ts";

/** The command bar, the sheet of shortcuts, or nothing. */
export type Overlay = "none" | "commands" | "shortcuts";

/** Shared state. */
export interface App {
  readonly client: ApiClient;
  readonly navigation: Navigation;
  readonly preferences: Preferences;
  /** Colours of runs. */
  readonly runHues: RunHues;
  /** What the command bar offers. */
  readonly commands: CommandRegistry;
  /** What lies over the page. */
  readonly overlay: Signal<Overlay>;
  /** State of the live connection of the open view. */
  readonly live: Signal<LiveState>;
  /** Whether the server asked this browser to sign in. */
  readonly locked: Signal<boolean>;
}

/** Makes the shared state of a page. */
export function createApp(page: Window): App {
  const preferences = new Preferences(page);
  const locked = signal(false);
  const client = new ApiClient({
    fetch: (input, init) => page.fetch(input, init),
    onUnauthorized: () => {
      locked.value = true;
    },
  });
  return {
    client,
    navigation: new Navigation(page),
    preferences,
    commands: new CommandRegistry(),
    overlay: signal<Overlay>("none"),
    runHues: new RunHues(hueMemory(page)),
    live: signal<LiveState>("connecting"),
    locked,
  };
}

/** Carries the shared state. */
export const AppContext: Context<App | undefined> = createContext<App | undefined>(undefined);

/** The shared state. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error("a component of the dashboard stands outside AppContext");
  return app;
}
