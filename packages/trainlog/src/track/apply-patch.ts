/** @file What a patch of the configuration or the summary does. */
import type { ConfigEvent, SummaryEvent } from "../run/event.ts";
import type { JsonValue } from "../run/json.ts";

/** Applies a patch, by top-level key. */
export function applyPatch(target: Map<string, JsonValue>, patch: ConfigEvent | SummaryEvent): void {
  for (const [key, value] of Object.entries(patch.set)) target.set(key, value);
  for (const key of patch.remove ?? []) target.delete(key);
}
