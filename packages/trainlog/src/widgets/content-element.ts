/**
 * @file What both widgets have in common: where the content comes from, and what is shown while there is none.
 *
 * The property wins over `src`, `src` over a JSON child. Whatever goes wrong is shown in the widget and told by an event; it never throws into the page.
 */
import { parseJsonText } from "../log/json-text.ts";
import { escapeMarkup } from "../log/render/markup.ts";
import { isTrainlogError } from "../run/error.ts";
import { widgetStyleSheet } from "./styles.ts";

/** `HTMLElement`, or an empty class where there is no DOM, so that a server may import the module that defines the widgets. */
const ElementBase: typeof HTMLElement =
  globalThis.HTMLElement ??
  // No DOM: the class is never constructed, only extended.
  (class {} as unknown as typeof HTMLElement);

/**
 * An element that shows one decoded value.
 *
 * Attributes: `src` (address of the JSON file), `theme` (`light`, `dark`, or the reader's preference when absent). Events, which bubble:
 * `trainlog-load` when the content is shown, `trainlog-error` with the error as `detail`.
 */
export abstract class ContentElement<T> extends ElementBase {
  static readonly observedAttributes: readonly string[] = ["src", "theme"];

  #root: ShadowRoot | undefined;
  #given: T | undefined;
  #loading: AbortController | undefined;

  /** Turns JSON data into the value. Throws a TrainlogError for data of another form. */
  protected abstract decode(json: unknown): T;
  /** Shows the value in an empty frame. */
  protected abstract show(content: T, frame: HTMLElement): void;
  /** Called when the element leaves the page or shows something else. */
  protected abstract clear(): void;

  /** Called by the browser when the element enters a page. */
  connectedCallback(): void {
    // Before the end of parsing the JSON child may not be there yet.
    if (document.readyState === "loading")
      document.addEventListener("DOMContentLoaded", () => void this.refresh(), { once: true });
    else void this.refresh();
  }

  /** Called by the browser when the element leaves a page. */
  disconnectedCallback(): void {
    this.#loading?.abort();
    this.clear();
  }

  /** Called by the browser when an observed attribute changes. */
  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.isConnected) return;
    if (name === "theme") this.applyTheme();
    else void this.refresh();
  }

  /** The value given by property; `undefined` when the content comes from elsewhere. */
  protected get given(): T | undefined {
    return this.#given;
  }

  protected set given(content: T | undefined) {
    this.#given = content;
    if (this.isConnected) void this.refresh();
  }

  /** Loads and shows the content again, for example after the file behind `src` has changed. */
  async refresh(): Promise<void> {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    try {
      const content = this.#given ?? (await this.#load(loading.signal));
      if (loading.signal.aborted || !this.isConnected) return;
      this.#present(content);
    } catch (error) {
      if (!loading.signal.aborted && this.isConnected) this.#presentError(error);
    }
  }

  #present(content: T | undefined): void {
    const frame = this.#emptyFrame("");
    if (content === undefined) {
      frame.append("No data: set the src attribute, a property, or a JSON child.");
      return;
    }
    this.show(content, frame);
    this.dispatchEvent(new CustomEvent("trainlog-load", { bubbles: true, composed: true }));
  }

  #presentError(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const frame = this.#emptyFrame("error");
    frame.setAttribute("role", "alert");
    frame.innerHTML = `<strong>This file cannot be shown.</strong>${escapeMarkup(message)}${isTrainlogError(error) ? ` (${error.code})` : ""}`;
    this.dispatchEvent(new CustomEvent("trainlog-error", { bubbles: true, composed: true, detail: error }));
  }

  /** A fresh frame in the shadow root. */
  #emptyFrame(className: string): HTMLElement {
    this.clear();
    this.#root ??= this.attachShadow({ mode: "open" });
    if (this.#root.adoptedStyleSheets.length === 0) this.#root.adoptedStyleSheets = [widgetStyleSheet()];
    const frame = document.createElement("div");
    frame.className = `frame tl-auto ${className}`;
    this.#root.replaceChildren(frame);
    this.applyTheme();
    return frame;
  }

  protected applyTheme(): void {
    const frame = this.#root?.firstElementChild;
    const theme = this.getAttribute("theme");
    if (theme === "light" || theme === "dark") frame?.setAttribute("data-theme", theme);
    else frame?.removeAttribute("data-theme");
  }

  async #load(signal: AbortSignal): Promise<T | undefined> {
    const src = this.getAttribute("src");
    if (src !== null) return this.decode(parseJsonText(await fetchText(src, signal), src));
    const inline = this.textContent.trim();
    return inline === "" ? undefined : this.decode(parseJsonText(inline, "the JSON child"));
  }
}

async function fetchText(src: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(src, { signal }).catch((cause: unknown) => {
    throw new Error(`${src}: could not be loaded; is the server running, and does it allow this page?`, { cause });
  });
  if (!response.ok) throw new Error(`${src}: the server answered ${response.status} ${response.statusText}`.trimEnd());
  return response.text();
}

/** A table as markup; the first row is its head. Cells are text. */
export function tableMarkup(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const headRow = head.map((cell) => `<th scope="col">${escapeMarkup(cell)}</th>`).join("");
  const bodyRows = body.map((cells) => `<tr>${cells.map((cell) => `<td>${escapeMarkup(cell)}</td>`).join("")}</tr>`);
  return `<div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr>${headRow}</tr></thead><tbody>${bodyRows.join("")}</tbody></table></div>`;
}
