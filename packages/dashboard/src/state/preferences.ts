/** @file What one browser keeps and addresses do not say: the chosen theme, whether single keys are shortcuts, and the colours that runs were given. In local storage. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Theme } from "../lib/run-colour.ts";
import type { HueMemory } from "../lib/run-hues.ts";

/** `auto` follows the system. */
export type ThemeChoice = Theme | "auto";

const THEME_KEY = "trainlog.theme";
const SINGLE_KEYS_KEY = "trainlog.single-keys";
const HUES_KEY = "trainlog.run-hues";

const NEXT_THEME: Readonly<Record<ThemeChoice, ThemeChoice>> = { auto: "light", light: "dark", dark: "auto" };

/** Theme and keys. */
export class Preferences {
  readonly #page: Window;
  readonly #choice: Signal<ThemeChoice>;
  readonly #systemTheme: Signal<Theme>;
  readonly #singleKeys: Signal<boolean>;
  /** Theme in effect. */
  readonly theme: ReadonlySignal<Theme>;

  constructor(page: Window) {
    this.#page = page;
    const system = page.matchMedia("(prefers-color-scheme: dark)");
    const stored = read(page, THEME_KEY);
    this.#choice = signal(stored === "light" || stored === "dark" ? stored : "auto");
    this.#singleKeys = signal(read(page, SINGLE_KEYS_KEY) !== "off");
    this.#systemTheme = signal(system.matches ? "dark" : "light");
    this.theme = computed(() => (this.#choice.value === "auto" ? this.#systemTheme.value : this.#choice.value));
    system.addEventListener("change", () => {
      this.#systemTheme.value = system.matches ? "dark" : "light";
    });
  }

  /** What was chosen. */
  get themeChoice(): ReadonlySignal<ThemeChoice> {
    return this.#choice;
  }

  /** Whether keys without Ctrl are shortcuts. */
  get singleKeys(): ReadonlySignal<boolean> {
    return this.#singleKeys;
  }

  /** Turns single keys on or off for this browser. */
  setSingleKeys(on: boolean): void {
    this.#singleKeys.value = on;
    write(this.#page, SINGLE_KEYS_KEY, on ? undefined : "off");
  }

  /** Chooses the next of the three. */
  nextTheme(): void {
    this.chooseTheme(NEXT_THEME[this.#choice.peek()]);
  }

  /** Chooses a theme for this browser. */
  chooseTheme(choice: ThemeChoice): void {
    this.#choice.value = choice;
    write(this.#page, THEME_KEY, choice === "auto" ? undefined : choice);
  }
}

/** The place of runs' hues. */
export function hueMemory(page: Window): HueMemory {
  return { read: () => read(page, HUES_KEY), write: (text) => write(page, HUES_KEY, text) };
}

/** Storage can be forbidden by the browser; then preferences last as long as the page. */
function read(page: Window, key: string): string | undefined {
  try {
    return page.localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

function write(page: Window, key: string, value: string | undefined): void {
  try {
    if (value === undefined) page.localStorage.removeItem(key);
    else page.localStorage.setItem(key, value);
  } catch {
    // See `read`.
  }
}
