/**
 * @file The SQL of a list of runs: filter, order, and the cursor of its pages. Pure.
 *
 * All that users choose (names, keys, texts) is bound, never part of the statement. A cursor holds the sort values of the last run of a page, so that
 * a page begins behind that run even when others came or went meanwhile.
 */
import type { SQLInputValue } from "node:sqlite";
import { STATISTICS } from "../../query/ast.ts";
import { describeValue, TrainlogError } from "../../run/error.ts";
import type { MetricStatistic, RunColumn, RunQuery, RunSort } from "../types.ts";
import { filterSql, IMPLIED_SQL, type Sql, STATISTIC_SQL, speaksOf } from "./filter-query.ts";
import { RUN_COLUMNS, type SqlRow, TEXT_COLUMNS } from "./run-row.ts";

/** Most runs of one page. */
export const MAX_PAGE_RUNS = 10_000;

/** Most terms of an order. */
const MAX_SORTS = 10;

/** One term of the order. */
interface Term {
  readonly expression: string;
  readonly descending: boolean;
}

/** The part of a query that says which runs are meant. */
export type RunFilterQuery = Omit<RunQuery, "sort" | "metrics" | "config" | "summary" | "limit" | "cursor">;

/** A list query as SQL. */
export interface ListSql {
  /** Ids of one page and one run more, which tells whether there is a next page. Sort values are the columns `s0`, `s1`, … */
  readonly page: Sql;
  readonly total: Sql;
  readonly limit: number;
  /** Sort values per row. */
  readonly termCount: number;
}

/**
 * Makes the statements of a query.
 *
 * @throws TrainlogError `store/bad-query` (400) for a limit, sort or cursor that means nothing.
 */
export function listSql(query: RunQuery): ListSql {
  const limit = checkLimit(query.limit ?? 100);
  const filter = filterOf(query);
  const { joins, terms } = orderOf(query.sort ?? []);
  const after =
    query.cursor === undefined ? { text: "", values: [] } : behind(terms, decodeCursor(query.cursor, terms.length));
  const order = terms.map(({ expression, descending }) => `${expression}${descending ? " DESC" : ""}`);
  const sortValues = terms.map(({ expression }, i) => `${expression} AS s${i}`);
  const page = `SELECT r.id, ${sortValues.join(", ")} FROM runs r ${joins.text} WHERE ${filter.text}${after.text} ORDER BY ${order.join(", ")} LIMIT ${limit + 1}`;
  return {
    page: { text: page, values: [...joins.values, ...filter.values, ...after.values] },
    total: { text: `SELECT count(*) AS total FROM runs r WHERE ${filter.text}`, values: filter.values },
    limit,
    termCount: terms.length,
  };
}

/** The cursor behind a row of a page. */
export function cursorBehind(row: SqlRow, termCount: number): string {
  const values = Array.from({ length: termCount }, (_, i) => sortValue(row[`s${i}`]));
  return Buffer.from(JSON.stringify(values)).toString("base64url");
}

/** JSON says neither infinity; the text that stands for it is no other sort value, because it is in an array of its own. */
function sortValue(value: unknown): unknown {
  return value === Infinity ? ["+"] : value === -Infinity ? ["-"] : value;
}

function decodeCursor(cursor: string, termCount: number): SQLInputValue[] {
  let values: unknown;
  try {
    values = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    values = undefined;
  }
  const decoded = Array.isArray(values) ? values.map(sqlValue) : [];
  if (decoded.length === termCount && !decoded.includes(undefined))
    return decoded.filter((value) => value !== undefined);
  throw badQuery(`cursor: expected the cursor of a page with the same filter and sort, got ${describeValue(cursor)}`);
}

function sqlValue(value: unknown): SQLInputValue | undefined {
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  if (!Array.isArray(value)) return undefined;
  return value[0] === "+" ? Infinity : value[0] === "-" ? -Infinity : undefined;
}

/** The condition "comes after these sort values". */
function behind(terms: readonly Term[], values: readonly SQLInputValue[]): Sql {
  const bound: SQLInputValue[] = [];
  const cases = terms.map(({ expression, descending }, i) => {
    const equal = terms.slice(0, i).map((term) => `${term.expression} IS ?`);
    bound.push(...values.slice(0, i + 1));
    return [...equal, `${expression} ${descending ? "<" : ">"} ?`].join(" AND ");
  });
  return { text: ` AND (${cases.map((text) => `(${text})`).join(" OR ")})`, values: bound };
}

function orderOf(sorts: readonly RunSort[]): { joins: Sql; terms: Term[] } {
  const joins: string[] = [];
  const values: SQLInputValue[] = [];
  const terms: Term[] = [];
  if (sorts.length > MAX_SORTS) throw badQuery(`sort: at most ${MAX_SORTS} terms, got ${sorts.length}`);
  for (const [i, sort] of sorts.entries()) {
    const expression = sortExpression(sort, i, joins, values);
    // Runs without the value come last in both directions.
    terms.push({ expression: `(${expression} IS NULL)`, descending: false });
    terms.push({ expression, descending: sort.descending ?? false });
  }
  if (sorts.length === 0) terms.push({ expression: "r.created_ms", descending: true });
  terms.push({ expression: "r.run_id", descending: true });
  return { joins: { text: joins.join(" "), values }, terms };
}

function sortExpression(sort: RunSort, i: number, joins: string[], values: SQLInputValue[]): string {
  if (sort.by === "metric") {
    joins.push(metricJoin(`m${i}`));
    values.push(sort.key);
    return aliased(STATISTIC_SQL[checkStatistic(sort.statistic ?? "last")], `m${i}`);
  }
  if (sort.by === "config" || sort.by === "summary") {
    joins.push(
      `LEFT JOIN fields f${i} ON f${i}.what = '${sort.by}' AND f${i}.name = (SELECT id FROM names WHERE name = ?) AND f${i}.run = r.id`,
    );
    values.push(sort.key);
    if (sort.by === "config") return `coalesce(f${i}.number, f${i}.json) COLLATE NOCASE`;
    joins.push(metricJoin(`m${i}`));
    values.push(sort.key);
    return `coalesce(f${i}.number, f${i}.json, ${aliased(IMPLIED_SQL, `m${i}`)}) COLLATE NOCASE`;
  }
  const column = Object.hasOwn(RUN_COLUMNS, sort.by) ? RUN_COLUMNS[sort.by] : undefined;
  if (column === undefined) throw badQuery(`sort: no column ${describeValue(sort.by)}`);
  return TEXT_COLUMNS.has(sort.by as RunColumn) ? `r.${column} COLLATE NOCASE` : `r.${column}`;
}

function metricJoin(alias: string): string {
  return `LEFT JOIN metrics ${alias} ON ${alias}.name = (SELECT id FROM names WHERE name = ?) AND ${alias}.run = r.id AND ${alias}.kind = 'number'`;
}

/** An expression on a metric `m` as one on another alias. */
function aliased(expression: string, alias: string): string {
  return `(${expression.replaceAll("m.", `${alias}.`)})`;
}

/** The condition of a query on a run `r`. */
export function filterOf(query: RunFilterQuery): Sql {
  const conditions: string[] = ["1"];
  const values: SQLInputValue[] = [];
  const add = (condition: string, ...bound: SQLInputValue[]): void => {
    conditions.push(condition);
    values.push(...bound);
  };
  const isAboutArchived = query.filter !== undefined && speaksOf(query.filter, "archived");
  const archived = query.archived ?? (isAboutArchived ? "include" : "exclude");
  if (archived !== "include") add("r.archived = ?", archived === "only" ? 1 : 0);
  if (query.project !== undefined) add("r.project = ?", query.project);
  if (query.group !== undefined) add('r."group" = ?', query.group);
  if (query.parentRunId !== undefined) add("r.parent_run_id = ?", query.parentRunId);
  if (query.runIds !== undefined) add("r.run_id IN (SELECT value FROM json_each(?))", JSON.stringify(query.runIds));
  if (query.states !== undefined) add("r.state IN (SELECT value FROM json_each(?))", JSON.stringify(query.states));
  for (const tag of query.tags ?? []) add("EXISTS (SELECT 1 FROM tags t WHERE t.tag = ? AND t.run = r.id)", tag);
  if (query.text) add("instr(r.search, ?) > 0", query.text.toLowerCase());
  if (query.filter !== undefined) {
    const filter = filterSql(query.filter, Date.now());
    add(filter.text, ...filter.values);
  }
  return { text: conditions.join(" AND "), values };
}

/** Checks how many are asked for. */
export function checkLimit(limit: number): number {
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= MAX_PAGE_RUNS) return limit;
  throw badQuery(`limit: expected a whole number from 1 to ${MAX_PAGE_RUNS}, got ${describeValue(limit)}`);
}

function checkStatistic(statistic: MetricStatistic): MetricStatistic {
  if (STATISTICS.includes(statistic)) return statistic;
  throw badQuery(`sort: no statistic ${describeValue(statistic)}, expected one of ${STATISTICS.join(", ")}`);
}

/** The error for a query that means nothing. */
export function badQuery(message: string): TrainlogError {
  return new TrainlogError("store/bad-query", message, { status: 400 });
}
