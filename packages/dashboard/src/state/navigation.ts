/** @file The view as a signal that is always the same as the browser's address. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { formatView, parseView, type RunsView, type RunView, type View } from "../lib/view-state.ts";

/** How a change of view goes into the browser's history. */
export type HistoryMode =
  /** A step that "back" returns from: another page, tab, zoom. */
  | "push"
  /** A step of one gesture, such as each letter of a filter. */
  | "replace";

/** Reads and changes the address. */
export class Navigation {
  readonly #window: Window;
  readonly #view: Signal<View>;

  constructor(page: Window) {
    this.#window = page;
    this.#view = signal(this.#read());
    page.addEventListener("popstate", () => {
      this.#view.value = this.#read();
    });
    page.document.addEventListener("click", (event) => this.#followLink(event));
  }

  /** The view that the address says. */
  get view(): ReadonlySignal<View> {
    return this.#view;
  }

  /** Shows another view. */
  go(view: View, mode: HistoryMode = "push"): void {
    const address = formatView(view);
    const { history, location } = this.#window;
    if (address === location.pathname + location.search) return;
    const pageChanges = new URL(address, location.href).pathname !== location.pathname;
    if (mode === "replace") history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    this.#view.value = this.#read();
    if (pageChanges) this.#window.scrollTo(0, 0);
  }

  /** Changes something about the list of runs; does nothing elsewhere. */
  updateRuns(patch: { readonly [K in keyof RunsView]?: RunsView[K] | undefined }, mode: HistoryMode = "push"): void {
    const view = this.#view.peek();
    if (view.page === "runs") this.go(withPatch(view, patch), mode);
  }

  /** Changes something about the page of runs; does nothing elsewhere. */
  updateRun(patch: { readonly [K in keyof RunView]?: RunView[K] | undefined }, mode: HistoryMode = "push"): void {
    const view = this.#view.peek();
    if (view.page === "run") this.go(withPatch(view, patch), mode);
  }

  #read(): View {
    return parseView(this.#window.location.pathname, this.#window.location.search);
  }

  /** A plain click on a link to a view changes the view without loading the page again. */
  #followLink(event: MouseEvent): void {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (
      link === null ||
      link.target !== "" ||
      link.hasAttribute("download") ||
      link.origin !== this.#window.location.origin
    )
      return;
    const view = parseView(link.pathname, link.search);
    if (view.page === "lost" || link.hash !== "") return;
    event.preventDefault();
    this.go(view);
  }
}

/** Applies a patch; an explicit `undefined` takes the field away. */
function withPatch<T extends object>(view: T, patch: { readonly [K in keyof T]?: T[K] | undefined }): T {
  const changed = Object.entries({ ...view, ...patch }).filter(([, value]) => value !== undefined);
  // Only optional fields of a view may be undefined in a patch, so what is left is a view.
  return Object.fromEntries(changed) as T;
}
