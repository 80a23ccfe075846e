/** @file The tags of a run: followed to runs that have them, taken away, added. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { RunDetail } from "trainlog/api";
import { Icon } from "../../../components/icons.tsx";
import { DEFAULT_RUNS_VIEW, formatView } from "../../../lib/view-state.ts";
import type { RunEdits } from "../../../state/run-edits.ts";

/** The tags. Only what changes is sent, so two people who tag one run do not undo each other. */
export function RunTags({ detail, edits }: { readonly detail: RunDetail; readonly edits: RunEdits }): JSX.Element {
  return (
    <ul class="run-tags" aria-label="Tags">
      {detail.tags.map((tag) => (
        <li key={tag} class="tag">
          <a href={formatView({ ...DEFAULT_RUNS_VIEW, project: detail.project, tag })}>{tag}</a>
          <button
            type="button"
            aria-label={`Remove tag ${tag}`}
            title={`Remove tag ${tag}`}
            onClick={() => void edits.patch({ removeTags: [tag] })}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
      <li>
        <AddTag edits={edits} />
      </li>
    </ul>
  );
}

function AddTag({ edits }: { readonly edits: RunEdits }): JSX.Element {
  const open = useSignal(false);
  const draft = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (open.value) field.current?.focus();
  }, [open.value]);
  const add = async (): Promise<void> => {
    // Several at once, as they are pasted from elsewhere.
    const addTags = draft
      .peek()
      .split(",")
      .map((tag) => tag.trim())
      .filter((tag) => tag !== "");
    if (addTags.length === 0) open.value = false;
    else if (await edits.patch({ addTags })) draft.value = "";
  };
  if (!open.value) {
    return (
      <button type="button" class="tag tag-add" onClick={() => (open.value = true)}>
        <Icon name="plus" />
        tag
      </button>
    );
  }
  return (
    <form
      class="add-tag"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        draft.value = "";
        open.value = false;
      }}
    >
      <input
        type="text"
        ref={field}
        aria-label="New tags, parted by commas"
        placeholder="tag, tag…"
        value={draft.value}
        onInput={(event) => (draft.value = event.currentTarget.value)}
        onBlur={() => {
          if (draft.peek() === "") open.value = false;
        }}
      />
      <button type="submit" class="button" disabled={edits.busy.value}>
        Add
      </button>
    </form>
  );
}
