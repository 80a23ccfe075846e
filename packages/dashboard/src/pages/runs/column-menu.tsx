/** @file Chooses the metric columns of the list. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "../../components/icons.tsx";
import { compareNaturally, metricFilter } from "../../lib/metric-groups.ts";
import { useApp } from "../../state/app.ts";

/** Metrics listed at once; the filter finds the others. */
const MAX_LISTED = 200;

/** A menu of all known metrics; those ticked are columns, in the order of ticking. */
export function ColumnMenu({
  columns,
  known,
}: {
  readonly columns: readonly string[];
  readonly known: readonly string[];
}): JSX.Element {
  const { navigation } = useApp();
  const text = useSignal("");
  const keys = [...new Set([...columns, ...[...known].sort(compareNaturally)])].filter(metricFilter(text.value));
  const toggle = (key: string, chosen: boolean): void => {
    navigation.updateRuns(
      { columns: chosen ? [...columns, key] : columns.filter((column) => column !== key) },
      "replace",
    );
  };
  return (
    <details class="menu" onFocusOut={closeWhenLeft} onKeyDown={closeOnEscape}>
      <summary class="button">
        Columns
        <Icon name="down" />
      </summary>
      <div class="menu-panel" tabIndex={-1}>
        <input
          type="search"
          placeholder="Find a metric…"
          aria-label="Find a metric"
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
        <ul class="menu-list">
          {keys.slice(0, MAX_LISTED).map((key) => (
            <li key={key}>
              <label>
                <input
                  type="checkbox"
                  checked={columns.includes(key)}
                  onChange={(event) => toggle(key, event.currentTarget.checked)}
                />
                <span class="ellipsis" title={key}>
                  {key}
                </span>
              </label>
            </li>
          ))}
        </ul>
        {keys.length === 0 && <p class="muted">No metric matches.</p>}
        {keys.length > MAX_LISTED && <p class="muted">{keys.length - MAX_LISTED} more: type to find them.</p>}
      </div>
    </details>
  );
}

/** A menu closes when the focus leaves it; its panel takes the focus so that a click between its entries is not outside. */
function closeWhenLeft(event: FocusEvent & { readonly currentTarget: HTMLDetailsElement }): void {
  const to = event.relatedTarget;
  if (!(to instanceof Node && event.currentTarget.contains(to))) event.currentTarget.open = false;
}

function closeOnEscape(event: KeyboardEvent & { readonly currentTarget: HTMLDetailsElement }): void {
  if (event.key !== "Escape") return;
  event.currentTarget.open = false;
  event.currentTarget.querySelector("summary")?.focus();
}
