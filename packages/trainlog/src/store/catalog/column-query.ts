/** @file The SQL of the columns that the runs of a project have. Pure. */
import type { SQLInputValue } from "node:sqlite";
import { describeValue } from "../../run/error.ts";
import type { ColumnInfo, ColumnPage, ColumnQuery, ColumnType } from "../types.ts";
import type { Sql } from "./filter-query.ts";
import { badQuery, checkLimit } from "./list-query.ts";
import { numberOf, type SqlRow, textOf } from "./run-row.ts";

const WHAT: readonly ColumnInfo["what"][] = ["metric", "config", "summary"];

/** The statements of a query: the counts of one page of names and one name more, and the number of all. */
export function columnSql(query: ColumnQuery): { readonly page: Sql; readonly total: Sql; readonly limit: number } {
  const limit = checkLimit(query.limit ?? 1000);
  const conditions = ["c.project = ?", "c.run_count > 0"];
  const values: SQLInputValue[] = [query.project];
  if (query.what !== undefined) {
    conditions.push("c.what = ?");
    values.push(query.what);
  }
  if (query.search) {
    conditions.push("trainlog_contains(?, n.name)");
    values.push(query.search.toLowerCase());
  }
  const from = `FROM columns c JOIN names n ON n.id = c.name WHERE ${conditions.join(" AND ")}`;
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
  const behind = after === undefined ? "" : " AND (c.what, n.name) > (?, ?)";
  const names = `SELECT DISTINCT c.what, c.name, n.name AS key ${from}${behind} ORDER BY c.what, n.name LIMIT ${limit + 1}`;
  const page = `SELECT p.what, p.key, c.type, c.run_count FROM (${names}) p JOIN columns c ON c.project = ? AND c.what = p.what AND c.name = p.name
    WHERE c.run_count > 0 ORDER BY p.what, p.key, c.run_count DESC, c.type`;
  return {
    page: { text: page, values: [...values, ...(after ?? []), query.project] },
    total: { text: `SELECT count(*) AS total FROM (SELECT DISTINCT c.what, c.name ${from})`, values },
    limit,
  };
}

/** The page that the rows of `columnSql` stand for. */
export function columnPage(rows: readonly SqlRow[], total: number, limit: number): ColumnPage {
  const grouped = Map.groupBy(rows, (row) => `${textOf(row, "what")} ${textOf(row, "key")}`);
  const columns = Array.from(grouped.values(), columnOf);
  const page = columns.slice(0, limit);
  const last = page.at(-1);
  if (columns.length <= limit || last === undefined) return { columns: page, total };
  return { columns: page, total, nextCursor: Buffer.from(JSON.stringify([last.what, last.key])).toString("base64url") };
}

function columnOf(rows: readonly SqlRow[]): ColumnInfo {
  const [first = {}] = rows;
  // Only values of these types are ever written to the columns.
  const types = rows.map((row) => ({ type: textOf(row, "type") as ColumnType, runCount: numberOf(row, "run_count") }));
  return { what: textOf(first, "what") as ColumnInfo["what"], key: textOf(first, "key"), types };
}

function decodeCursor(cursor: string): [string, string] {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    value = undefined;
  }
  const [what, key] = Array.isArray(value) ? value : [];
  if (WHAT.some((known) => known === what) && typeof key === "string") return [what, key];
  throw badQuery(`cursor: expected the cursor of a page of columns, got ${describeValue(cursor)}`);
}
