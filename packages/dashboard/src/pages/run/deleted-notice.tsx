/** @file Says that a run was deleted while its page was open, and brings it back. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { ErrorNotice, Warning } from "../../components/notice.tsx";
import { useApp } from "../../state/app.ts";
import { RunEdits } from "../../state/run-edits.ts";
import type { RunPageStore } from "../../state/run-page.ts";

/** The notice. */
export function DeletedNotice({ runId, store }: { readonly runId: string; readonly store: RunPageStore }): JSX.Element {
  const { client } = useApp();
  const edits = useMemo(() => new RunEdits(client, store, runId), [runId]);
  return (
    <>
      <Warning>
        <p>
          Run {store.runs.value.get(runId)?.detail?.name ?? runId} was deleted. What you see is what this page knew of
          it. It can be brought back until <code>trainlog gc</code> frees its space.
        </p>
        <button type="button" class="button" disabled={edits.busy.value} onClick={() => void edits.restore()}>
          Undo
        </button>
      </Warning>
      {edits.error.value !== undefined && <ErrorNotice error={edits.error.value} />}
    </>
  );
}
