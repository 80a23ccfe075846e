/** @file Configuration, summary, notes, code and machine of the runs of the page, side by side when there are several. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { RunDetail } from "trainlog/api";
import type { JsonObject, JsonValue } from "trainlog/run";
import { Empty } from "../../components/notice.tsx";
import { type DiffRow, diffTable } from "../../lib/diff-table.ts";
import { formatValue } from "../../lib/flatten.ts";
import { formatCount } from "../../lib/number-format.ts";
import type { TabProps } from "../run-page.tsx";

/** Rows shown at once; a summary of thousands of metrics is asked for by filter. */
const MAX_ROWS = 500;

/** The tab. */
export function OverviewTab({ store }: TabProps): JSX.Element {
  const details = [...store.runs.value.values()].flatMap((run) => (run.detail === undefined ? [] : [run.detail]));
  const filter = useSignal("");
  const onlyDifferent = useSignal(false);
  const several = details.length > 1;
  const shown = (row: DiffRow): boolean =>
    (!several || !onlyDifferent.value || row.differs) && row.path.toLowerCase().includes(filter.value.toLowerCase());
  const tables = SECTIONS.map(({ title, pick }) => ({ title, rows: diffTable(details.map(pick)).filter(shown) }));
  return (
    <div class={several ? "overview several" : "overview"}>
      <div class="overview-toolbar">
        <input
          type="search"
          class="filter-text"
          placeholder="Filter keys"
          aria-label="Filter keys"
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
      {details.map((detail) =>
        detail.notes === undefined ? null : <Notes key={detail.runId} detail={detail} several={several} />,
      )}
      {tables.map(({ title, rows }) =>
        rows.length === 0 ? null : <ValueTable key={title} title={title} rows={rows} runs={details} />,
      )}
      {tables.every(({ rows }) => rows.length === 0) && details.length > 0 && (
        <Empty title="Nothing to show">
          <p>
            <code>{"trainlog.init({ config })"}</code> and <code>run.summary</code> appear here.
          </p>
        </Empty>
      )}
    </div>
  );
}

const SECTIONS: readonly { readonly title: string; readonly pick: (detail: RunDetail) => JsonObject }[] = [
  { title: "Config", pick: (detail) => detail.config },
  { title: "Summary", pick: (detail) => detail.summary },
  { title: "Code", pick: (detail) => detail.code },
  { title: "Machine", pick: (detail) => detail.host },
];

function Notes({ detail, several }: { readonly detail: RunDetail; readonly several: boolean }): JSX.Element {
  return (
    <section class="card">
      <h2>{several ? `Notes of ${detail.name}` : "Notes"}</h2>
      <p class="notes">{detail.notes}</p>
    </section>
  );
}

interface ValueTableProps {
  readonly title: string;
  readonly rows: readonly DiffRow[];
  readonly runs: readonly RunDetail[];
}

function ValueTable({ title, rows, runs }: ValueTableProps): JSX.Element {
  return (
    <section class="card">
      <h2>
        {title} <span class="count">{formatCount(rows.length)}</span>
      </h2>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={title}>
        <table class="values">
          <thead class={runs.length > 1 ? "" : "visually-hidden"}>
            <tr>
              <th scope="col">Key</th>
              {runs.map((run) => (
                <th key={run.runId} scope="col">
                  {run.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MAX_ROWS).map((row) => (
              <tr key={row.path} class={row.differs ? "differs" : ""}>
                <th scope="row">{row.path}</th>
                {row.values.map((value, i) => (
                  <ValueCell key={runs[i]?.runId ?? i} value={value} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > MAX_ROWS && <p class="muted">{formatCount(rows.length - MAX_ROWS)} more: filter to see them.</p>}
    </section>
  );
}

function ValueCell({ value }: { readonly value: JsonValue | undefined }): JSX.Element {
  if (value === undefined) return <td class="muted">–</td>;
  const text = formatValue(value);
  return (
    <td class={typeof value === "number" ? "number" : ""} title={typeof value === "number" ? String(value) : undefined}>
      {text.includes("\n") ? <pre>{text}</pre> : text}
    </td>
  );
}
