/** @file What the list is narrowed by: words or a condition in the filter language, a state, a tag. */
import type { JSX } from "preact";
import { Icon } from "../../components/icons.tsx";
import { RUN_STATE_NAMES, type RunsView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";
import type { KnownColumns } from "../../state/column-list.ts";
import { FilterInput } from "./filter-input.tsx";

/** The filters of the list; each letter typed shows its runs, and "back" leaves the list as it was before. */
export function FilterBar({
  view,
  known,
  projects,
}: {
  readonly view: RunsView;
  readonly known: KnownColumns;
  /** Projects whose values are offered. */
  readonly projects: readonly string[];
}): JSX.Element {
  const { navigation } = useApp();
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <FilterInput
        text={view.filter}
        known={known}
        projects={projects}
        onText={(filter) => navigation.updateRuns({ filter, open: [] }, "replace")}
      />
      <select
        aria-label="State"
        value={view.archived ? "archived" : (view.state ?? "")}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          const state = RUN_STATE_NAMES.find((name) => name === chosen);
          navigation.updateRuns({ state, archived: chosen === "archived" });
        }}
      >
        <option value="">Any state</option>
        {RUN_STATE_NAMES.map((state) => (
          <option key={state} value={state}>
            {state}
          </option>
        ))}
        <option value="archived">archived</option>
      </select>
      {view.tag !== undefined && (
        <button
          type="button"
          class="tag tag-active"
          title="Show all tags"
          onClick={() => navigation.updateRuns({ tag: undefined })}
        >
          {view.tag}
          <Icon name="close" />
        </button>
      )}
    </form>
  );
}
