/** @file Text, state and tag that the list is narrowed by. */
import type { JSX } from "preact";
import { Icon } from "../../components/icons.tsx";
import { RUN_STATE_NAMES, type RunsView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";

/** The filters of the list; each letter typed shows its runs, and "back" leaves the list as it was before. */
export function RunFilters({ view }: { readonly view: RunsView }): JSX.Element {
  const { navigation } = useApp();
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <input
        type="search"
        class="filter-text"
        placeholder="Filter by name, tag, notes…"
        aria-label="Filter runs"
        value={view.filter}
        onInput={(event) => navigation.updateRuns({ filter: event.currentTarget.value }, "replace")}
      />
      <select
        aria-label="State"
        value={view.archived ? "archived" : (view.state ?? "")}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          const state = RUN_STATE_NAMES.find((known) => known === chosen);
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
