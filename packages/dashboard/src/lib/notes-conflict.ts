/** @file What the server says when somebody else saved the notes first, and how both texts become one. */
import { isPlainObject } from "trainlog/run";

/** Notes as they are, with what names this text of them. */
export interface NotesText {
  readonly notes: string;
  readonly notesRevision: string;
}

/** Code of the problem. */
const CODE = "run/notes-changed";

/** The notes in a problem document that says that they changed; undefined for any other error. */
export function changedNotes(problem: unknown): NotesText | undefined {
  if (!isPlainObject(problem) || problem["code"] !== CODE) return undefined;
  const { current } = problem;
  if (!isPlainObject(current)) return undefined;
  const { notes, notesRevision } = current;
  return typeof notes === "string" && typeof notesRevision === "string" ? { notes, notesRevision } : undefined;
}

/** Both texts in one: lines that both begin and end with once, and what differs one below the other, theirs first. */
export function joinNotes(theirs: string, mine: string): string {
  const [a, b] = [theirs.split("\n"), mine.split("\n")];
  const most = Math.min(a.length, b.length);
  let head = 0;
  while (head < most && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < most - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return [...a.slice(0, a.length - tail), ...b.slice(head, b.length)].join("\n");
}
