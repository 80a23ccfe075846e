/** @file Chooses, orders and pins the columns of the table. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { ColumnInfo } from "trainlog/api";
import { type Field, fieldText, STATISTICS } from "trainlog/query";
import { Icon } from "../../components/icons.tsx";
import { Menu } from "../../components/menu.tsx";
import { movedTo } from "../../lib/column-layout.ts";
import { compareNaturally, metricFilter } from "../../lib/metric-groups.ts";
import { FACT_COLUMNS, type RunColumn, runColumn, runColumns } from "../../lib/run-columns.ts";
import type { RunsView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";
import type { ColumnListStore } from "../../state/column-list.ts";

/** Columns listed at once; the search finds the others. */
const MAX_LISTED = 150;

/** Time between the last letter of a search and its request, in milliseconds. */
const SEARCH_MS = 200;

interface ColumnMenuProps {
  readonly view: RunsView;
  /** Shown columns by id, in order, without the name. */
  readonly shown: readonly string[];
  readonly store: ColumnListStore;
}

/** A menu of everything that can be a column: what is shown first, in its order, then what else there is. */
export function ColumnMenu({ view, shown, store }: ColumnMenuProps): JSX.Element {
  const { navigation } = useApp();
  const text = useSignal("");
  const known = useColumns(store, text.value);
  const set = (columns: readonly string[]): void => navigation.updateRuns({ columns }, "replace");
  const matches = metricFilter(text.value);
  const chosen = runColumns(shown).filter(({ id, title }) => matches(title) || matches(id));
  const others = runColumns([...FACT_COLUMNS, ...known.map(({ field }) => canonical(field))])
    .filter(({ id }) => !shown.includes(id))
    .filter(({ id, title }) => matches(title) || matches(id));
  const { total } = store.state.value;
  return (
    <Menu label="Columns" wide>
      <input
        type="search"
        placeholder="Find a column…"
        aria-label="Find a column"
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <ul class="menu-list" aria-label="Columns">
        {chosen.map((column) => (
          <ShownColumn key={column.id} column={column} view={view} shown={shown} onColumns={set} />
        ))}
        {others.slice(0, MAX_LISTED).map((column) => (
          <li key={column.id}>
            <label>
              <input type="checkbox" checked={false} onChange={() => set([...shown, column.id])} />
              <ColumnName column={column} />
            </label>
          </li>
        ))}
      </ul>
      {chosen.length + others.length === 0 && <p class="muted">No column matches.</p>}
      {others.length > MAX_LISTED && (
        <p class="muted">{Math.max(others.length, total) - MAX_LISTED} more: type to find them.</p>
      )}
      <div class="menu-foot">
        <button
          type="button"
          class="link"
          onClick={() => navigation.updateRuns({ columns: undefined, pinned: [], widths: [] })}
        >
          Usual columns
        </button>
        {text.value !== "" && others.length > 0 && (
          <button
            type="button"
            class="link"
            onClick={() => set([...shown, ...others.slice(0, MAX_LISTED).map(({ id }) => id)])}
          >
            Show all that match
          </button>
        )}
        {shown.length > 0 && (
          <button type="button" class="link" onClick={() => set([])}>
            Hide all
          </button>
        )}
      </div>
    </Menu>
  );
}

interface ShownColumnProps {
  readonly column: RunColumn;
  readonly view: RunsView;
  readonly shown: readonly string[];
  readonly onColumns: (columns: readonly string[]) => void;
}

/** A shown column: off, up, down, pinned, and which statistic of its metric. */
function ShownColumn({ column, view, shown, onColumns }: ShownColumnProps): JSX.Element {
  const { navigation } = useApp();
  const { id, title, field } = column;
  const at = shown.indexOf(id);
  const pinned = view.pinned.includes(id);
  const pin = (): void => {
    const others = view.pinned.filter((other) => other !== id);
    navigation.updateRuns({ pinned: pinned ? others : [...others, id] }, "replace");
  };
  return (
    <li class="shown-column">
      <label>
        <input type="checkbox" checked onChange={() => onColumns(shown.filter((other) => other !== id))} />
        <ColumnName column={column} />
      </label>
      {field.of === "metric" && (
        <select
          aria-label={`Statistic of ${title}`}
          value={field.statistic}
          onChange={(event) => onColumns(shown.with(at, withStatistic(field, event.currentTarget.value)))}
        >
          {STATISTICS.map((statistic) => (
            <option key={statistic} value={statistic}>
              {statistic}
            </option>
          ))}
        </select>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label={`Move ${title} left`}
        title="Left"
        disabled={at === 0}
        onClick={() => onColumns(movedTo(shown, at, at - 1))}
      >
        <span class="turned-up">
          <Icon name="down" />
        </span>
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label={`Move ${title} right`}
        title="Right"
        disabled={at === shown.length - 1}
        onClick={() => onColumns(movedTo(shown, at, at + 1))}
      >
        <Icon name="down" />
      </button>
      <button
        type="button"
        class="pin-button"
        aria-pressed={pinned}
        aria-label={`Pin ${title}`}
        title="Keep it in view"
        onClick={pin}
      >
        pin
      </button>
    </li>
  );
}

function ColumnName({ column: { title, kind, id } }: { readonly column: RunColumn }): JSX.Element {
  return (
    <span class="ellipsis" title={id}>
      {title}
      {kind !== undefined && <span class="muted"> {kind}</span>}
    </span>
  );
}

/** Another statistic of the same metric; a column that is shown already stays alone. */
function withStatistic(field: Extract<Field, { of: "metric" }>, chosen: string): string {
  const statistic = STATISTICS.find((known) => known === chosen) ?? field.statistic;
  return fieldText({ ...field, statistic });
}

function canonical(field: string): string {
  return runColumn(field)?.id ?? field;
}

/** Columns that are loaded, and those that the server finds when there are more than that. */
function useColumns(store: ColumnListStore, text: string): readonly ColumnInfo[] {
  const found = useSignal<readonly ColumnInfo[]>([]);
  const { columns, total } = store.state.value;
  useEffect(() => {
    if (text === "" || total <= columns.length) return undefined;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      store.search(text, controller.signal).then(
        (result) => {
          found.value = result;
        },
        // What is loaded is searched all the same.
        () => undefined,
      );
    }, SEARCH_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [text, total, columns.length]);
  const all = text === "" ? columns : [...columns, ...found.value];
  return [...all].sort((a, b) => compareNaturally(a.key, b.key));
}
