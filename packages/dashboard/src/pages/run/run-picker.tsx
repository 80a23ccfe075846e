/** @file Chooses one of the runs of the page, for tabs that show one at a time. */
import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { TabProps } from "../run-page.tsx";

/** The chosen run, and the select that changes it (nothing when there is only one). */
export function useRunPicker({ view, store }: TabProps): {
  readonly runId: string;
  readonly picker: JSX.Element | null;
} {
  const chosen: Signal<string | undefined> = useSignal(undefined);
  const runId = chosen.value ?? view.runIds[0] ?? "";
  if (view.runIds.length < 2) return { runId, picker: null };
  const picker = (
    <select aria-label="Run" value={runId} onChange={(event) => (chosen.value = event.currentTarget.value)}>
      {view.runIds.map((id) => (
        <option key={id} value={id}>
          {store.runs.value.get(id)?.detail?.name ?? id}
        </option>
      ))}
    </select>
  );
  return { runId, picker };
}
