/** @file Configuration, summary, notes, code and machine of several runs side by side. */
import type { JSX } from "preact";
import type { RunDetail } from "trainlog/api";
import type { JsonObject, JsonValue } from "trainlog/run";
import { Empty } from "../../../components/notice.tsx";
import { type DiffRow, diffTable } from "../../../lib/diff-table.ts";
import { formatValue } from "../../../lib/flatten.ts";
import { formatMetricValue } from "../../../lib/metric-unit.ts";
import { formatCount } from "../../../lib/number-format.ts";
import { holds } from "../../../lib/text-match.ts";

/** Rows shown at once; a summary of thousands of metrics is asked for by filter. */
const MAX_ROWS = 500;

interface SeveralRunsProps {
  readonly runs: readonly RunDetail[];
  readonly filter: string;
  readonly onlyDifferent: boolean;
}

/** One table per section. */
export function SeveralRuns({ runs, filter, onlyDifferent }: SeveralRunsProps): JSX.Element {
  const shown = (row: DiffRow): boolean => (!onlyDifferent || row.differs) && holds(row.path, filter);
  const tables = SECTIONS.map(({ title, pick }) => ({ title, rows: diffTable(runs.map(pick)).filter(shown) }));
  const filled = tables.filter(({ rows }) => rows.length > 0);
  return (
    <>
      {filled.map(({ title, rows }) => (
        <ValueTable key={title} title={title} rows={rows} runs={runs} />
      ))}
      {filled.length === 0 && runs.length > 0 && (
        <Empty title={onlyDifferent ? "Nothing differs" : "Nothing to compare"}>
          <p>{filter === "" ? "Configuration, summary, code and machine stand here." : `No key holds “${filter}”.`}</p>
        </Empty>
      )}
    </>
  );
}

const SECTIONS: readonly { readonly title: string; readonly pick: (detail: RunDetail) => JsonObject }[] = [
  { title: "Notes", pick: ({ notes }) => (notes === undefined ? {} : { notes }) },
  { title: "Config", pick: (detail) => detail.config },
  { title: "Summary", pick: (detail) => detail.summary },
  { title: "Code", pick: (detail) => detail.code },
  { title: "Machine", pick: (detail) => detail.host },
];

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
          <thead>
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
