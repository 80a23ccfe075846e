/** @file The notes of a run: shown in Markdown, and edited beside what they will look like. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { RunDetail } from "trainlog/api";
import { CopyButton } from "../../../components/copy-button.tsx";
import { Icon } from "../../../components/icons.tsx";
import { Markdown } from "../../../components/markdown.tsx";
import type { RunPageStore } from "../../../state/run-page.ts";
import { NotesEditor } from "./notes-editor.tsx";

interface NotesCardProps {
  readonly detail: RunDetail;
  readonly store: RunPageStore;
}

/** The card. */
export function NotesCard({ detail, store }: NotesCardProps): JSX.Element {
  const editing = useSignal(false);
  const { notes = "" } = detail;
  if (editing.value) return <NotesEditor detail={detail} store={store} onClose={() => (editing.value = false)} />;
  return (
    <section class="card wide notes-card">
      <div class="card-head">
        <h2>Notes</h2>
        {notes !== "" && <CopyButton label="Copy notes" text={() => notes} />}
        <button type="button" class="button" onClick={() => (editing.value = true)}>
          <Icon name="edit" />
          {notes === "" ? "Add notes" : "Edit"}
        </button>
      </div>
      {notes !== "" && <Markdown text={notes} />}
    </section>
  );
}
