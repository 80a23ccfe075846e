/** @file What can be done with a run as a whole. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { RunDetail } from "trainlog/api";
import { CopyButton } from "../../../components/copy-button.tsx";
import { Icon } from "../../../components/icons.tsx";
import type { RunEdits } from "../../../state/run-edits.ts";

/** The menu. Deleting asks nothing, because it can be undone. */
export function RunMenu({ detail, edits }: { readonly detail: RunDetail; readonly edits: RunEdits }): JSX.Element {
  const menu = useRef<HTMLDetailsElement>(null);
  const act = (edit: Promise<boolean>): void => {
    menu.current?.removeAttribute("open");
    void edit;
  };
  return (
    <details
      class="menu run-menu"
      ref={menu}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || menu.current?.open !== true) return;
        event.stopPropagation();
        menu.current.open = false;
        menu.current.querySelector("summary")?.focus();
      }}
      onFocusOut={(event) => {
        const next = event.relatedTarget;
        if (next instanceof Node && menu.current?.contains(next) === false) menu.current.open = false;
      }}
    >
      <summary class="icon-button" aria-label="More about this run" title="More about this run">
        <Icon name="more" />
      </summary>
      <div class="menu-panel">
        <CopyButton label="Copy run id" text={() => detail.runId}>
          Copy id
        </CopyButton>
        <CopyButton label="Copy the command that exports this run" text={() => `npx trainlog export ${detail.runId}`}>
          Copy export command
        </CopyButton>
        <button type="button" class="button" onClick={() => act(edits.patch({ archived: !detail.archived }))}>
          {detail.archived ? "Bring back from the archive" : "Archive"}
        </button>
        <button type="button" class="button button-danger" onClick={() => act(edits.remove())}>
          Delete
        </button>
      </div>
    </details>
  );
}
