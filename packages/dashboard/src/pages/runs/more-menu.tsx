/** @file What else can be done with the list: views by name, downloads, the plot of its columns. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { RunListQuery } from "trainlog/api";
import { saveFile } from "../../client/save-file.ts";
import { Menu } from "../../components/menu.tsx";
import { formatCount } from "../../lib/number-format.ts";
import { type RunColumn, runColumns } from "../../lib/run-columns.ts";
import { groupsCsv } from "../../lib/run-csv.ts";
import { DEFAULT_RUNS_VIEW, formatView, type RunsView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";
import { CsvDownload } from "../../state/csv-download.ts";
import type { GroupListStore } from "../../state/group-list.ts";
import { SavedViews } from "../../state/saved-views.ts";

interface MoreMenuProps {
  readonly view: RunsView;
  /** Which runs, in which order. */
  readonly query: RunListQuery;
  /** Shown columns, without the name. */
  readonly shown: readonly string[];
  readonly groups: GroupListStore;
}

/** The menu. */
export function MoreMenu({ view, query, shown, groups }: MoreMenuProps): JSX.Element {
  const { navigation } = useApp();
  return (
    <Menu label="More">
      <button
        type="button"
        class="menu-button"
        aria-pressed={view.parallel}
        onClick={() => navigation.updateRuns({ parallel: !view.parallel })}
      >
        {view.parallel ? "Hide parallel coordinates" : "Parallel coordinates"}
      </button>
      <hr />
      <Downloads view={view} query={query} columns={runColumns(shown)} groups={groups} />
      <hr />
      <Views view={view} />
    </Menu>
  );
}

interface DownloadsProps {
  readonly view: RunsView;
  readonly query: RunListQuery;
  readonly columns: readonly RunColumn[];
  readonly groups: GroupListStore;
}

function Downloads({ view, query, columns, groups }: DownloadsProps): JSX.Element {
  const { client } = useApp();
  const download = useMemo(() => new CsvDownload(client), []);
  const name = (view.project ?? "runs").replaceAll(/[^\p{L}\p{N}._-]+/gu, "-");
  const progress = download.progress.value;
  if (progress !== undefined) {
    return (
      <p role="status">
        {formatCount(progress.done)} of {formatCount(progress.total)} runs{" "}
        <button type="button" class="link" onClick={() => download.cancel()}>
          Cancel
        </button>
      </p>
    );
  }
  const saveGroups = (): void => {
    const csv = groupsCsv(groups.state.peek().groups);
    saveFile(new Blob([csv], { type: "text/csv;charset=utf-8" }), `${name}-groups.csv`);
  };
  return (
    <>
      {view.groupBy.length > 0 && (
        <button type="button" class="menu-button" onClick={saveGroups}>
          Groups as CSV
        </button>
      )}
      <button type="button" class="menu-button" onClick={() => void download.save(query, `${name}.csv`, columns)}>
        Runs as CSV, columns as shown
      </button>
      <button type="button" class="menu-button" onClick={() => void download.save(query, `${name}-all.csv`)}>
        Runs as CSV, all columns
      </button>
      {download.problem.value !== undefined && <p role="alert">{download.problem.value}</p>}
    </>
  );
}

function Views({ view }: { readonly view: RunsView }): JSX.Element {
  const saved = useMemo(() => new SavedViews(window), []);
  const name = useSignal("");
  const copied = useSignal(false);
  // Whom one shows a view to has no use for what one has chosen in it.
  const address = formatView({ ...view, selected: [], selectedAll: DEFAULT_RUNS_VIEW.selectedAll });
  const save = (event: Event): void => {
    event.preventDefault();
    saved.save(name.value, address);
    name.value = "";
  };
  const copy = (): void => {
    navigator.clipboard?.writeText(new URL(address, window.location.href).href).then(
      () => {
        copied.value = true;
      },
      // The address is in the browser's own bar as well.
      () => undefined,
    );
  };
  return (
    <>
      <h2>Views</h2>
      <ul class="menu-list" aria-label="Saved views">
        {saved.views.value.map((one) => (
          <li key={one.name} class="saved-view">
            <a class="ellipsis" href={one.address} aria-current={one.address === address ? "true" : undefined}>
              {one.name}
            </a>
            <button type="button" class="link" aria-label={`Forget ${one.name}`} onClick={() => saved.forget(one.name)}>
              Forget
            </button>
          </li>
        ))}
      </ul>
      <form class="word-form" onSubmit={save}>
        <input
          type="text"
          aria-label="Name of this view"
          placeholder="Name of this view"
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
        <button type="submit" class="button">
          Save
        </button>
      </form>
      <button type="button" class="menu-button" onClick={copy}>
        {copied.value ? "Link copied" : "Copy a link to this view"}
      </button>
    </>
  );
}
