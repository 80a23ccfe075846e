/** @file Configuration, summary, notes, code and machine of the runs of the page, side by side when there are several. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { RunDetail } from "trainlog/api";
import type { JsonObject, JsonValue } from "trainlog/run";
import { Empty } from "../../components/notice.tsx";
import { type DiffRow, diffTable } from "../../lib/diff-table.ts";
import { formatValue } from "../../lib/flatten.ts";
import { formatMetricValue } from "../../lib/metric-unit.ts";
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
  const sections = several ? [RUN_SECTION, ...SECTIONS] : SECTIONS;
  const all = sections.map(({ title, pick }) => ({ title, rows: diffTable(details.map(pick)).filter(shown) }));
  // A text of many lines, such as a diff, does not fit beside its key; of several runs it stays there to be compared.
  const isText = (row: DiffRow): boolean =>
    !several && typeof row.values[0] === "string" && row.values[0].includes("\n");
  const tables = all.map(({ title, rows }) => ({ title, rows: rows.filter((row) => !isText(row)) }));
  const texts = all.flatMap(({ title, rows }) => rows.filter(isText).map((row) => ({ title, row })));
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
      {!several && details[0]?.notes !== undefined && (
        <section class="card wide">
          <h2>Notes</h2>
          <p class="notes">{details[0].notes}</p>
        </section>
      )}
      {tables.map(({ title, rows }) =>
        rows.length === 0 ? null : <ValueTable key={title} title={title} rows={rows} runs={details} />,
      )}
      {texts.map(({ title, row }) => (
        <TextCard key={`${title} ${row.path}`} title={`${title} · ${row.path}`} text={String(row.values[0])} />
      ))}
      {all.every(({ rows }) => rows.length === 0) && details.length > 0 && (
        <Empty title="Nothing to show">
          <p>
            <code>{"trainlog.init({ config })"}</code> and <code>run.summary</code> appear here.
          </p>
        </Empty>
      )}
    </div>
  );
}

interface Section {
  readonly title: string;
  readonly pick: (detail: RunDetail) => JsonObject;
}

/** The notes of several runs side by side; those of one run have a card. */
const RUN_SECTION: Section = {
  title: "Notes",
  pick: ({ notes }) => (notes === undefined ? {} : { notes }),
};

const SECTIONS: readonly Section[] = [
  { title: "Config", pick: (detail) => detail.config },
  { title: "Summary", pick: (detail) => detail.summary },
  { title: "Code", pick: (detail) => detail.code },
  { title: "Machine", pick: (detail) => detail.host },
];

function TextCard({ title, text }: { readonly title: string; readonly text: string }): JSX.Element {
  return (
    <section class="card wide">
      <h2>{title}</h2>
      <pre class="long-text" tabIndex={0}>
        {text}
      </pre>
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
                  <ValueCell key={runs[i]?.runId ?? i} path={row.path} value={value} />
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

function ValueCell({ path, value }: { readonly path: string; readonly value: JsonValue | undefined }): JSX.Element {
  if (value === undefined) return <td class="muted">–</td>;
  if (typeof value === "number") {
    return (
      <td class="number" title={String(value)}>
        {formatMetricValue(path, value, 6)}
      </td>
    );
  }
  const text = formatValue(value);
  return <td>{text.includes("\n") ? <pre>{text}</pre> : text}</td>;
}
