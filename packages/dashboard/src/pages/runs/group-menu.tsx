/** @file Chooses what runs are grouped by: one field, or two. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Menu } from "../../components/menu.tsx";
import { metricFilter } from "../../lib/metric-groups.ts";
import { runColumn, runColumns } from "../../lib/run-columns.ts";
import { MAX_GROUP_FIELDS } from "../../lib/runs-view.ts";
import type { RunsView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";
import type { KnownColumns } from "../../state/column-list.ts";

/** Facts that many runs share. */
const FACTS = ["group", "state", "tag", "project", "job", "source"];

/** Fields listed at once; the search finds the others. */
const MAX_LISTED = 100;

/** A menu of fields; the first one that is ticked counts most. */
export function GroupMenu({ view, known }: { readonly view: RunsView; readonly known: KnownColumns }): JSX.Element {
  const { navigation } = useApp();
  const text = useSignal("");
  const matches = metricFilter(text.value);
  const config = known.columns.filter(({ what }) => what === "config").map(({ field }) => field);
  const fields = runColumns([...view.groupBy, ...FACTS, ...config]).filter(
    ({ title, id }) => matches(title) || matches(id),
  );
  const toggle = (id: string, chosen: boolean): void => {
    const others = view.groupBy.filter((field) => field !== id);
    // One more than there can be takes the place of the last.
    const groupBy = chosen ? [...others.slice(0, MAX_GROUP_FIELDS - 1), id] : others;
    navigation.updateRuns({ groupBy, open: [] });
  };
  const label = view.groupBy.map((field) => runColumn(field)?.title ?? field).join(", ");
  return (
    <Menu label={label === "" ? "Group by" : `By ${label}`}>
      <input
        type="search"
        placeholder="Find a field…"
        aria-label="Find a field to group by"
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <ul class="menu-list" aria-label="Group by">
        {fields.slice(0, MAX_LISTED).map(({ id, title, kind }) => (
          <li key={id}>
            <label>
              <input
                type="checkbox"
                checked={view.groupBy.includes(id)}
                onChange={(event) => toggle(id, event.currentTarget.checked)}
              />
              <span class="ellipsis" title={id}>
                {title}
                {kind !== undefined && <span class="muted"> {kind}</span>}
              </span>
            </label>
          </li>
        ))}
      </ul>
      {fields.length === 0 && <p class="muted">No field matches.</p>}
      {view.groupBy.length > 0 && (
        <button type="button" class="link" onClick={() => navigation.updateRuns({ groupBy: [], open: [] })}>
          No groups
        </button>
      )}
    </Menu>
  );
}
