/** @file Views of the list that this browser keeps by name. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import {
  formatSavedViews,
  parseSavedViews,
  type SavedView,
  withoutSavedView,
  withSavedView,
} from "../lib/saved-views.ts";

const VIEWS_KEY = "trainlog.saved-views";

/** Keeps views in local storage; when the browser forbids it, they last as long as the page. */
export class SavedViews {
  readonly #page: Window;
  readonly #views: Signal<readonly SavedView[]> = signal([]);

  constructor(page: Window) {
    this.#page = page;
    this.#views.value = this.#read();
  }

  /** All views, the newest last. */
  get views(): ReadonlySignal<readonly SavedView[]> {
    return this.#views;
  }

  /** Keeps a view. Another tab may have kept one meanwhile, so the storage is read again. */
  save(name: string, address: string): void {
    this.#write(withSavedView(this.#read(), name, address));
  }

  /** Forgets a view. */
  forget(name: string): void {
    this.#write(withoutSavedView(this.#read(), name));
  }

  #read(): readonly SavedView[] {
    try {
      return parseSavedViews(this.#page.localStorage.getItem(VIEWS_KEY) ?? undefined);
    } catch {
      return this.#views.peek();
    }
  }

  #write(views: readonly SavedView[]): void {
    this.#views.value = views;
    try {
      this.#page.localStorage.setItem(VIEWS_KEY, formatSavedViews(views));
    } catch {
      // See the class.
    }
  }
}
