/** @file The state of a run: an icon and a word, so that colour is never the only sign. */
import type { JSX } from "preact";
import type { RunState } from "trainlog/run";
import { Icon } from "./icons.tsx";

const MEANING: Readonly<Record<RunState, string>> = {
  running: "The script is running and says so every few seconds.",
  finished: "The script called finish().",
  failed: "The script ended with an error.",
  killed: "The script was stopped from outside.",
  crashed:
    "The script stopped without saying why: it was killed hard, or the machine went down. Nothing logged before is lost.",
};

/** Shows a run's state. */
export function RunStateBadge({ state }: { readonly state: RunState }): JSX.Element {
  return (
    <span class={`state state-${state}`} title={MEANING[state]}>
      <Icon name={state} />
      {state}
    </span>
  );
}
