/** @file Notes of a project, read and written. Two people who write at once lose nothing: the second sees both texts. */
import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { ProjectDetail } from "trainlog/api";
import { ApiError } from "../../client/http.ts";
import { useApp } from "../../state/app.ts";
import { useResource } from "../../state/resource.ts";

/** What is being written. */
interface Draft {
  readonly text: string;
  /** The notes that it was made from. */
  readonly revision: string;
  readonly problem?: string;
}

/** Notes with a button that edits them. */
export function ProjectNotes({ project }: { readonly project: string }): JSX.Element {
  const { client } = useApp();
  const path = `/projects/${encodeURIComponent(project)}`;
  const [detail, , setDetail] = useResource(path, (signal) => client.get<ProjectDetail>(path, {}, signal));
  const draft = useSignal<Draft | undefined>(undefined);
  const known = detail.value.data;
  const save = async (): Promise<void> => {
    const { text, revision } = draft.value ?? { text: "", revision: "" };
    try {
      setDetail(await client.patch<ProjectDetail>(path, { notes: text, notesRevision: revision }));
      draft.value = undefined;
    } catch (error) {
      draft.value = draftAfter(error, text, revision);
    }
  };
  if (draft.value !== undefined) return <NotesEditor project={project} draft={draft} onSave={() => void save()} />;
  const edit = (): void => {
    if (known !== undefined) draft.value = { text: known.notes ?? "", revision: known.notesRevision };
  };
  return (
    <>
      {known?.notes !== undefined && <p class="project-notes">{known.notes}</p>}
      <div class="card-actions">
        <button
          type="button"
          class="link"
          disabled={known === undefined}
          aria-label={`Edit notes of ${project}`}
          onClick={edit}
        >
          {known?.notes === undefined ? "Add notes" : "Edit notes"}
        </button>
      </div>
    </>
  );
}

interface NotesEditorProps {
  readonly project: string;
  readonly draft: Signal<Draft | undefined>;
  readonly onSave: () => void;
}

function NotesEditor({ project, draft, onSave }: NotesEditorProps): JSX.Element {
  const { text = "", problem } = draft.value ?? {};
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSave();
      }}
    >
      <textarea
        aria-label={`Notes of ${project}`}
        value={text}
        onInput={(event) => {
          if (draft.value !== undefined) draft.value = { ...draft.value, text: event.currentTarget.value };
        }}
      />
      <div class="card-actions">
        <button type="submit" class="button button-primary">
          Save
        </button>
        <button
          type="button"
          class="button"
          onClick={() => {
            draft.value = undefined;
          }}
        >
          Cancel
        </button>
        {problem !== undefined && <span role="alert">{problem}</span>}
      </div>
    </form>
  );
}

/** When somebody else wrote meanwhile, their text stands above one's own, and the next save is made from both. */
function draftAfter(error: unknown, text: string, revision: string): Draft {
  const theirs = error instanceof ApiError && error.code === "run/notes-changed" ? currentOf(error.problem) : undefined;
  if (theirs === undefined) return { text, revision, problem: error instanceof Error ? error.message : String(error) };
  const joined = theirs.notes === "" ? text : `${theirs.notes}\n\n${text}`;
  return {
    text: joined,
    revision: theirs.notesRevision,
    problem: "Somebody else wrote meanwhile: join both texts and save.",
  };
}

function currentOf(problem: unknown): { readonly notes: string; readonly notesRevision: string } | undefined {
  const current = entryOf(problem, "current");
  const [notes, notesRevision] = [entryOf(current, "notes"), entryOf(current, "notesRevision")];
  if (typeof notesRevision !== "string") return undefined;
  return { notes: typeof notes === "string" ? notes : "", notesRevision };
}

function entryOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}
