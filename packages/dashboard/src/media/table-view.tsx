/** @file A logged table. */
import type { JSX } from "preact";
import { formatValue } from "../lib/flatten.ts";
import type { TableData } from "../lib/media-data.ts";
import { formatCount } from "../lib/number-format.ts";

/** Rows shown; more would make the page slow, and nobody reads them in a card. */
const MAX_ROWS = 200;

/** The first rows of the table. */
export function TableView({ data, label }: { readonly data: TableData; readonly label: string }): JSX.Element {
  return (
    <>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={`Cells of ${label}`}>
        <table class="values">
          <thead>
            <tr>
              {data.columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.rows.slice(0, MAX_ROWS).map((row, i) => (
              <tr key={i}>
                {row.map((cell, j) => (
                  <td key={j} class={typeof cell === "number" ? "number" : ""}>
                    {formatValue(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {data.rows.length > MAX_ROWS && (
        <p class="muted">
          The first {MAX_ROWS} of {formatCount(data.rows.length)} rows.
        </p>
      )}
    </>
  );
}
