/** @file Configuration, summary, notes, code and machine of the runs of the page, side by side when there are several. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { TabProps } from "../run-page.tsx";
import { OneRun } from "./overview/one-run.tsx";
import { SeveralRuns } from "./overview/several-runs.tsx";

/** The tab. */
export function OverviewTab({ store }: TabProps): JSX.Element {
  const details = [...store.runs.value.values()].flatMap((run) => (run.detail === undefined ? [] : [run.detail]));
  const filter = useSignal("");
  const onlyDifferent = useSignal(false);
  const several = store.runs.value.size > 1;
  const [only] = details;
  return (
    <div class={several ? "overview several" : "overview"}>
      <div class="overview-toolbar">
        <input
          type="search"
          class="filter-text"
          data-shortcut="search"
          placeholder={several ? "Filter keys" : "Filter keys and values"}
          aria-label={several ? "Filter keys" : "Filter keys and values"}
          value={filter.value}
          onInput={(event) => {
            filter.value = event.currentTarget.value;
          }}
        />
        {several && (
          <label class="check">
            <input
              type="checkbox"
              checked={onlyDifferent.value}
              onChange={(event) => {
                onlyDifferent.value = event.currentTarget.checked;
              }}
            />
            Only what differs
          </label>
        )}
      </div>
      {several && <SeveralRuns runs={details} filter={filter.value} onlyDifferent={onlyDifferent.value} />}
      {!several && only !== undefined && <OneRun detail={only} store={store} filter={filter.value} />}
    </div>
  );
}
