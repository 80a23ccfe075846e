/** @file The answer to an edit of notes that somebody else changed meanwhile: 412 with the text as it is, so that an editor can show both. */
import { PROBLEM_TYPE } from "../../api/index.ts";
import { isTrainlogError } from "../../run/error.ts";
import { toProblem } from "../problem-answer.ts";
import { jsonAnswer } from "./route.ts";

/**
 * Does an edit; when the notes are others by now, answers with the problem and, as `current`, the notes and their revision.
 *
 * @param look - Reads what is being edited.
 */
export async function answerOrCurrentNotes<Answer>(
  edit: () => Promise<Answer>,
  look: () => Promise<{ readonly notes?: string; readonly notesRevision: string }>,
): Promise<Answer | Response> {
  try {
    return await edit();
  } catch (error) {
    if (!isTrainlogError(error, "run/notes-changed")) throw error;
    const { notes = "", notesRevision } = await look();
    const answer = jsonAnswer({ ...toProblem(error), current: { notes, notesRevision } }, error.status);
    answer.headers.set("content-type", PROBLEM_TYPE);
    return answer;
  }
}
