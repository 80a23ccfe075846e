/** @file Views of the list that someone gave a name: the address is the view, so a saved one can be sent to others as a link. */

/** A named view. */
export interface SavedView {
  readonly name: string;
  /** Path and query. */
  readonly address: string;
}

/** Longest name. */
const MAX_NAME = 200;

/** Most views of one browser. */
const MAX_VIEWS = 200;

/** Reads what {@link formatSavedViews} wrote. What another version or a person wrote is left out. */
export function parseSavedViews(text: string | undefined): SavedView[] {
  try {
    const list: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(list) ? list.flatMap(readView) : [];
  } catch {
    return [];
  }
}

/** Writes views for the browser's storage. */
export function formatSavedViews(views: readonly SavedView[]): string {
  return JSON.stringify(views);
}

/** Adds a view, in place of the one of the same name; the newest is last. */
export function withSavedView(views: readonly SavedView[], name: string, address: string): readonly SavedView[] {
  const trimmed = name.trim().slice(0, MAX_NAME);
  if (trimmed === "") return views;
  return [...withoutSavedView(views, trimmed), { name: trimmed, address }].slice(-MAX_VIEWS);
}

/** Takes a view away. */
export function withoutSavedView(views: readonly SavedView[], name: string): readonly SavedView[] {
  return views.filter((view) => view.name !== name);
}

/** An address must be of this page: one of another site, or of a script, is not followed. */
function readView(value: unknown): SavedView[] {
  if (typeof value !== "object" || value === null || !("name" in value) || !("address" in value)) return [];
  const { name, address } = value;
  if (typeof name !== "string" || typeof address !== "string" || !/^\/(?![/\\])/.test(address)) return [];
  return [{ name, address }];
}
