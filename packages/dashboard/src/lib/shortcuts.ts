/** @file The keys of the dashboard: what the sheet of shortcuts shows, and what a key press means. */

/** One entry of the sheet. */
export interface Shortcut {
  /** Keys as people write them; several are pressed one after the other. */
  readonly keys: readonly string[];
  readonly does: string;
}

/** A part of the sheet. */
export interface ShortcutGroup {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

/** The sheet. Keys of parts that have the focus are told here, too. */
export const SHORTCUT_GROUPS: readonly ShortcutGroup[] = [
  {
    title: "Everywhere",
    shortcuts: [
      { keys: ["Ctrl K"], does: "Go to a project, run, metric or action" },
      { keys: ["?"], does: "Show this sheet" },
      { keys: ["/"], does: "Search on this page" },
      { keys: ["g", "h"], does: "All runs" },
      { keys: ["g", "p"], does: "Project of this page" },
      { keys: ["t"], does: "Next theme: system, light, dark" },
      { keys: ["Esc"], does: "Close what is open" },
    ],
  },
  {
    title: "Page of a run",
    shortcuts: [
      { keys: ["1 … 5"], does: "Charts, overview, console, media, artifacts" },
      { keys: ["←", "→"], does: "On tabs: the next one. On a chart: the next point. On a step slider: the next step" },
      { keys: ["Ctrl Enter"], does: "In notes: save" },
      { keys: ["Enter"], does: "In the search of the console: next hit; with Shift the one before" },
    ],
  },
];

/** What a key press asks for. */
export type ShortcutAction =
  | { readonly kind: "commands" | "sheet" | "search" | "home" | "project" | "theme" }
  | { readonly kind: "tab"; readonly index: number };

/** A key press, as far as it matters. */
export interface KeyPress {
  readonly key: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  /** Whether a field takes the text. */
  readonly typing: boolean;
}

/** Time in which the second key of two must come, in milliseconds. */
const SEQUENCE_MS = 1000;

/** Understands key presses, of which some are two keys. */
export class ShortcutReader {
  #first: { readonly key: string; readonly atMs: number } | undefined;

  /**
   * What a key press asks for.
   *
   * @param singleKeys - Whether keys without Ctrl mean anything: they can be turned off (WCAG 2.1.4), because speech input types them.
   */
  read(press: KeyPress, singleKeys: boolean, nowMs: number): ShortcutAction | undefined {
    const first = this.#first;
    this.#first = undefined;
    if (press.ctrl)
      return press.key.toLowerCase() === "k" && !press.alt && !press.shift ? { kind: "commands" } : undefined;
    if (press.alt || press.typing || !singleKeys) return undefined;
    if (first?.key === "g" && nowMs - first.atMs <= SEQUENCE_MS) return SECOND_KEYS.get(press.key);
    if (press.key === "g") this.#first = { key: "g", atMs: nowMs };
    if (/^[1-9]$/.test(press.key)) return { kind: "tab", index: Number(press.key) - 1 };
    return FIRST_KEYS.get(press.key);
  }
}

const FIRST_KEYS: ReadonlyMap<string, ShortcutAction> = new Map([
  ["?", { kind: "sheet" }],
  ["/", { kind: "search" }],
  ["t", { kind: "theme" }],
]);

const SECOND_KEYS: ReadonlyMap<string, ShortcutAction> = new Map([
  ["h", { kind: "home" }],
  ["p", { kind: "project" }],
]);
