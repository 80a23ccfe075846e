/** @file The name of a run, changed in place. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../../../components/icons.tsx";
import type { RunEdits } from "../../../state/run-edits.ts";

/** Longest name that the server takes, in characters. */
const MAX_CHARS = 512;

/** The heading; the pencil beside it makes it a field, Enter saves, Escape leaves it. */
export function RunName({ name, edits }: { readonly name: string; readonly edits: RunEdits }): JSX.Element {
  const draft = useSignal<string | undefined>(undefined);
  const field = useRef<HTMLInputElement>(null);
  const pencil = useRef<HTMLButtonElement>(null);
  const editing = draft.value !== undefined;
  useEffect(() => {
    if (editing) field.current?.select();
  }, [editing]);
  const close = (): void => {
    draft.value = undefined;
    // The field goes away with the focus; keyboards go on where they began.
    requestAnimationFrame(() => pencil.current?.focus());
  };
  const save = async (): Promise<void> => {
    const wanted = draft.peek()?.trim() ?? "";
    if (wanted === "" || wanted === name || (await edits.patch({ name: wanted }))) close();
  };
  if (!editing) {
    return (
      <>
        <h1>{name}</h1>
        <button
          type="button"
          class="icon-button"
          ref={pencil}
          aria-label="Rename run"
          title="Rename run"
          onClick={() => (draft.value = name)}
        >
          <Icon name="edit" />
        </button>
      </>
    );
  }
  return (
    <form
      class="rename"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        edits.dismiss();
        close();
      }}
    >
      <h1 class="visually-hidden">{name}</h1>
      <input
        type="text"
        ref={field}
        aria-label="Name of the run"
        maxLength={MAX_CHARS}
        value={draft.value}
        onInput={(event) => (draft.value = event.currentTarget.value)}
      />
      <button type="submit" class="button button-primary" disabled={edits.busy.value}>
        Save
      </button>
      <button type="button" class="button" onClick={close}>
        Cancel
      </button>
    </form>
  );
}
