/**
 * @file The editor of notes.
 *
 * Two people may edit one text. What is saved carries the revision that it was made from; when somebody else saved first, nothing is written, both texts
 * are shown, and the editor decides. The text is never taken out of the editor before the server has it.
 */
import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { EditedRun, RunDetail } from "trainlog/api";
import { ApiError } from "../../../client/http.ts";
import { Markdown } from "../../../components/markdown.tsx";
import { ErrorNotice, Warning } from "../../../components/notice.tsx";
import { changedNotes, joinNotes, type NotesText } from "../../../lib/notes-conflict.ts";
import { useApp } from "../../../state/app.ts";
import type { RunPageStore } from "../../../state/run-page.ts";

interface NotesEditorProps {
  readonly detail: RunDetail;
  readonly store: RunPageStore;
  readonly onClose: () => void;
}

/** The editor. */
export function NotesEditor({ detail, store, onClose }: NotesEditorProps): JSX.Element {
  const draft = useSignal(detail.notes ?? "");
  const saving = useNotesSaving(detail, store, onClose);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => area.current?.focus(), []);
  const dirty = draft.value !== saving.base.value.notes;
  useLeaveWarning(dirty);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void saving.save(draft.peek());
    else if (event.key === "Escape" && !dirty) onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <section class="card wide notes-card">
      <h2>Notes</h2>
      <div class="notes-editor">
        <textarea
          ref={area}
          aria-label="Notes in Markdown"
          rows={14}
          value={draft.value}
          onInput={(event) => (draft.value = event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <div class="notes-preview" tabIndex={0} role="region" aria-label="Preview of the notes">
          <Markdown text={draft.value} />
        </div>
      </div>
      {saving.error.value !== undefined && <ErrorNotice error={saving.error.value} />}
      {saving.theirs.value !== undefined && <Conflict theirs={saving.theirs.value} draft={draft} saving={saving} />}
      <div class="notes-actions">
        <button
          type="button"
          class="button button-primary"
          disabled={saving.busy.value || saving.theirs.value !== undefined}
          onClick={() => void saving.save(draft.peek())}
        >
          {saving.busy.value ? "Saving…" : "Save"}
        </button>
        <button type="button" class="button" onClick={onClose}>
          {dirty ? "Discard" : "Close"}
        </button>
        <span class="muted">Markdown · Ctrl+Enter saves</span>
      </div>
    </section>
  );
}

interface ConflictProps {
  readonly theirs: NotesText;
  readonly draft: Signal<string>;
  readonly saving: Saving;
}

function Conflict({ theirs, draft, saving }: ConflictProps): JSX.Element {
  return (
    <Warning>
      <p>Somebody else saved these notes while you wrote. Nothing was overwritten. Their text:</p>
      <pre class="notes-theirs" tabIndex={0}>
        {theirs.notes === "" ? "(no notes)" : theirs.notes}
      </pre>
      <div class="notes-actions">
        <button
          type="button"
          class="button"
          onClick={() => {
            draft.value = joinNotes(theirs.notes, draft.peek());
            saving.startFrom(theirs);
          }}
        >
          Join both
        </button>
        <button
          type="button"
          class="button"
          onClick={() => {
            saving.startFrom(theirs);
            void saving.save(draft.peek());
          }}
        >
          Save mine over it
        </button>
        <button
          type="button"
          class="button"
          onClick={() => {
            draft.value = theirs.notes;
            saving.startFrom(theirs);
          }}
        >
          Take theirs
        </button>
      </div>
    </Warning>
  );
}

interface Saving {
  /** What the draft was made from. */
  readonly base: Signal<NotesText>;
  readonly theirs: Signal<NotesText | undefined>;
  readonly busy: Signal<boolean>;
  readonly error: Signal<Error | undefined>;
  readonly save: (notes: string) => Promise<void>;
  /** Goes on from the text that somebody else saved. */
  readonly startFrom: (theirs: NotesText) => void;
}

function useNotesSaving(detail: RunDetail, store: RunPageStore, onSaved: () => void): Saving {
  const { client } = useApp();
  const base = useSignal<NotesText>({ notes: detail.notes ?? "", notesRevision: detail.notesRevision });
  const theirs = useSignal<NotesText | undefined>(undefined);
  const busy = useSignal(false);
  const error = useSignal<Error | undefined>(undefined);
  const startFrom = (current: NotesText): void => {
    base.value = current;
    theirs.value = undefined;
  };
  const put = async (notes: string): Promise<void> => {
    const { notesRevision } = base.peek();
    const path = `/runs/${encodeURIComponent(detail.runId)}`;
    store.takeEdit(await client.patch<EditedRun>(path, { notes, notesRevision }));
    onSaved();
  };
  const settle = (notes: string, current: NotesText): void => {
    // When both wrote the same, there is nothing to decide.
    if (current.notes === notes) onSaved();
    else theirs.value = current;
  };
  const save = async (notes: string): Promise<void> => {
    if (busy.peek()) return;
    busy.value = true;
    error.value = undefined;
    try {
      await put(notes);
    } catch (problem) {
      const current = problem instanceof ApiError ? changedNotes(problem.problem) : undefined;
      if (current === undefined) error.value = problem instanceof Error ? problem : new Error(String(problem));
      else settle(notes, current);
    } finally {
      busy.value = false;
    }
  };
  return { base, theirs, busy, error, save, startFrom };
}

/** The browser asks before a page with a text that is not saved goes away. */
function useLeaveWarning(dirty: boolean): void {
  useEffect(() => {
    if (!dirty) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [dirty]);
}
