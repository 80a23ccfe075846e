/** @file What an edit of a run writes, given what the run is. Pure. */
import type { EditEvent, RunEvent } from "../run/event.ts";
import { checkNotesRevision } from "./notes-revision.ts";
import type { RunEdit, RunInfo } from "./types.ts";

/**
 * The events of an edit; none when it changes nothing.
 *
 * @param run - The run as it is, while nobody else can edit it.
 * @throws TrainlogError `run/notes-changed` (412).
 */
export function editEvents(edit: RunEdit, run: RunInfo, wallMs: number): RunEvent[] {
  const { config, summary, notes, notesRevision, name, group, archived } = edit;
  if (notes !== undefined) checkNotesRevision(notesRevision, run.notes, `run ${run.runId}`);
  const tags = editedTags(edit, run.tags);
  const fields: Omit<EditEvent, "type" | "wallMs"> = {
    ...(name === undefined ? {} : { name }),
    ...(group === undefined ? {} : { group }),
    ...(tags === undefined ? {} : { tags }),
    ...(notes === undefined ? {} : { notes }),
    ...(archived === undefined ? {} : { archived }),
  };
  return [
    ...(Object.keys(fields).length === 0 ? [] : [{ type: "edit" as const, wallMs, ...fields }]),
    ...(config === undefined ? [] : [{ type: "config" as const, set: config.set ?? {}, remove: config.remove ?? [] }]),
    ...(summary === undefined
      ? []
      : [{ type: "summary" as const, set: summary.set ?? {}, remove: summary.remove ?? [] }]),
  ];
}

/** The tags after an edit: those given as a whole or those of the run, without the removed, with the added. */
function editedTags({ tags, addTags, removeTags }: RunEdit, former: readonly string[]): readonly string[] | undefined {
  if (tags === undefined && addTags === undefined && removeTags === undefined) return undefined;
  const removed = new Set(removeTags);
  return [...new Set([...(tags ?? former).filter((tag) => !removed.has(tag)), ...(addTags ?? [])])];
}
