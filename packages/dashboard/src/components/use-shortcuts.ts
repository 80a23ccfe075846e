/** @file Listens to the keys of the whole page. */
import { useEffect } from "preact/hooks";
import { type ShortcutAction, ShortcutReader } from "../lib/shortcuts.ts";
import { DEFAULT_RUNS_VIEW, RUN_TABS } from "../lib/view-state.ts";
import { type App, useApp } from "../state/app.ts";

/** Does what keys ask for while the page is open. */
export function useShortcuts(): void {
  const app = useApp();
  useEffect(() => {
    const reader = new ShortcutReader();
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      const press = {
        key: event.key,
        ctrl: event.ctrlKey || event.metaKey,
        alt: event.altKey,
        shift: event.shiftKey,
        typing: takesText(event.target),
      };
      const action = reader.read(press, app.preferences.singleKeys.peek(), event.timeStamp);
      // Under a dialog nothing happens, except that the bar closes as it opened.
      if (action === undefined || (app.overlay.peek() !== "none" && action.kind !== "commands")) return;
      if (perform(app, action)) event.preventDefault();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

/** Whether there was something to do. */
function perform(app: App, action: ShortcutAction): boolean {
  const view = app.navigation.view.peek();
  switch (action.kind) {
    case "commands":
      app.overlay.value = app.overlay.peek() === "commands" ? "none" : "commands";
      return true;
    case "sheet":
      app.overlay.value = "shortcuts";
      return true;
    case "search":
      return focusSearch();
    case "home":
      app.navigation.go(DEFAULT_RUNS_VIEW);
      return true;
    case "project":
      return followProject();
    case "theme":
      app.preferences.nextTheme();
      return true;
    case "tab": {
      const tab = RUN_TABS[action.index];
      if (view.page !== "run" || tab === undefined) return false;
      app.navigation.updateRun({ tab });
      return true;
    }
  }
}

function focusSearch(): boolean {
  const field = document.querySelector<HTMLElement>("main [data-shortcut='search'], main .filter-text");
  field?.focus();
  return field !== null;
}

function followProject(): boolean {
  const link = document.querySelector<HTMLAnchorElement>(".crumbs a[href^='/projects/']");
  link?.click();
  return link !== null;
}

function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return (
    target instanceof HTMLInputElement && !["checkbox", "radio", "range", "button", "submit"].includes(target.type)
  );
}
