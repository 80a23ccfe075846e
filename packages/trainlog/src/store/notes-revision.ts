/** @file Which notes an editor was looking at, in a word: so that two people who edit one text do not overwrite each other unseen. */
import { createHash } from "node:crypto";
import { TrainlogError } from "../run/error.ts";

/** Revision of a text of notes: equal texts have equal revisions. No notes are the empty text. */
export function notesRevision(notes: string | undefined): string {
  return createHash("sha256")
    .update(notes ?? "")
    .digest("hex")
    .slice(0, 16);
}

/**
 * Refuses an edit of notes that somebody else changed meanwhile.
 *
 * @param expected - Revision of the notes that the editor began with; `undefined` to replace whatever there is.
 * @throws TrainlogError `run/notes-changed` (412).
 */
export function checkNotesRevision(expected: string | undefined, notes: string | undefined, of: string): void {
  if (expected === undefined || expected === notesRevision(notes)) return;
  throw new TrainlogError(
    "run/notes-changed",
    `the notes of ${of} were changed meanwhile and are now of revision ${notesRevision(notes)}; nothing was written. Read them, join both texts, and send the result with that revision`,
    { status: 412 },
  );
}
