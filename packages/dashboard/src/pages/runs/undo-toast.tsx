/** @file What the last change came to, with the way back. It stays until it is put aside: nobody must be quick to undo. */
import type { JSX } from "preact";
import { Icon } from "../../components/icons.tsx";
import type { BulkWork } from "../../state/bulk-work.ts";

/** A line at the bottom of the page; nothing until something was changed. */
export function UndoToast({ work }: { readonly work: BulkWork }): JSX.Element {
  const outcome = work.outcome.value;
  return (
    <div class="toast-place" role="status">
      {outcome !== undefined && (
        <div class={outcome.failed ? "toast failed" : "toast"}>
          <span>{outcome.words}</span>
          {outcome.undo !== undefined && (
            <button type="button" class="button" disabled={work.busy.value} onClick={() => void work.undo()}>
              Undo
            </button>
          )}
          <button type="button" class="icon-button" aria-label="Close this message" onClick={() => work.dismiss()}>
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}
