/**
 * @file Joins the row tables of one stretch, so that a run that logs 200 times a second makes ten messages a second.
 *
 * Pure. Joined tables say the same points: row numbers are shifted, and a metric's values are joined only when their arrival indexes are contiguous.
 */
import type { LiveColumn, RowsMessage } from "../../api/index.ts";
import type { JsonValue } from "../../run/json.ts";

interface GrowingColumn {
  readonly key: string;
  readonly kind: LiveColumn["kind"];
  readonly firstIndex: number;
  readonly values: JsonValue[];
  readonly rowIndex: number[];
}

interface GrowingTable {
  readonly runId: string;
  readonly steps: number[];
  readonly wallMs: number[];
  readonly columns: Map<string, GrowingColumn>;
}

/** Collects tables and gives them back joined by run. */
export class RowsJoiner {
  readonly #done: RowsMessage[] = [];
  readonly #growing: Map<string, GrowingTable> = new Map();

  /** Takes the next table of a run. A table without columns says nothing. */
  add(table: RowsMessage): void {
    if (table.columns.length === 0) return;
    const growing = this.#growing.get(table.runId);
    if (growing !== undefined && table.columns.every((column) => continues(growing, column))) {
      append(growing, table);
      return;
    }
    if (growing !== undefined) this.#done.push(finish(growing));
    const fresh: GrowingTable = { runId: table.runId, steps: [], wallMs: [], columns: new Map() };
    append(fresh, table);
    this.#growing.set(table.runId, fresh);
  }

  /** All that was added, in order per run. */
  messages(): RowsMessage[] {
    return [...this.#done, ...Array.from(this.#growing.values(), finish)];
  }
}

function columnId(column: LiveColumn): string {
  return `${column.kind} ${column.key}`;
}

function continues(table: GrowingTable, column: LiveColumn): boolean {
  const former = table.columns.get(columnId(column));
  return former === undefined || former.firstIndex + former.values.length === column.firstIndex;
}

function append(target: GrowingTable, table: RowsMessage): void {
  const offset = target.steps.length;
  for (const step of table.steps) target.steps.push(step);
  for (const wallMs of table.wallMs) target.wallMs.push(wallMs);
  for (const column of table.columns) {
    const { key, kind, firstIndex, values, rowIndex } = column;
    const grown = target.columns.get(columnId(column)) ?? { key, kind, firstIndex, values: [], rowIndex: [] };
    target.columns.set(columnId(column), grown);
    values.forEach((value, i) => {
      grown.values.push(value);
      grown.rowIndex.push(offset + (rowIndex?.[i] ?? i));
    });
  }
}

/** Row numbers are left out where every row has a value. */
function finish({ runId, steps, wallMs, columns }: GrowingTable): RowsMessage {
  const finished = Array.from(columns.values(), ({ rowIndex, ...column }): LiveColumn => {
    return rowIndex.length === steps.length ? column : { ...column, rowIndex };
  });
  return { type: "rows", runId, steps, wallMs, columns: finished };
}
