/** @file The catalog in SQLite, by the `node:sqlite` that comes with Node. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { TrainlogError } from "../../run/error.ts";
import type { ArtifactEvent, ConsoleLine, MediaEvent, RunState } from "../../run/event.ts";
import { type JsonObject, type JsonValue, objectFromEntries } from "../../run/json.ts";
import { fromEventJson } from "../../run-log/codec/event-json.ts";
import { diskError } from "../../run-log/disk-error.ts";
import type {
  AlertPage,
  AlertQuery,
  ArtifactName,
  ColumnPage,
  ColumnQuery,
  ConsolePage,
  ConsoleQuery,
  GroupPage,
  GroupQuery,
  MediaPage,
  MediaQuery,
  MetricQuery,
  MetricSummary,
  ProjectInfo,
  RunArtifact,
  RunInfo,
  RunPage,
  RunQuery,
  RunRow,
} from "../types.ts";
import type { BlobUse, Catalog, CatalogChange, IndexedRun, RunExtras } from "./catalog.ts";
import { ChangeWriter } from "./change-writer.ts";
import { columnPage, columnSql } from "./column-query.ts";
import type { Sql } from "./filter-query.ts";
import { groupOf, groupSql } from "./group-query.ts";
import { badQuery, cursorBehind, listSql } from "./list-query.ts";
import {
  alertsSql,
  artifactEventsSql,
  artifactNameOf,
  artifactNamesSql,
  runAlertOf,
  runArtifactOf,
} from "./project-content-query.ts";
import { metricOf, numberOf, runInfoOf, type SqlRow, textOf } from "./run-row.ts";
import { isDamage, isFull, type OpenCatalogOptions, openCatalogFile } from "./schema.ts";
import { addSqlFunctions } from "./sql-functions.ts";

const MAX_CONSOLE_LINES = 100_000;
const MAX_MEDIA = 10_000;
/** Most metrics, and most fields, that the runs of one page come with: some hundred megabytes of answer. */
const MAX_CELLS = 1_000_000;

const METRIC_COLUMNS = `n.name AS key, m.kind, m.count, m.finite_count, m.last, m.last_json, m.min, m.max, m.mean, m.last_step, m.last_wall_ms, m.goal
  FROM metrics m JOIN names n ON n.id = m.name`;

/**
 * A catalog in one SQLite file, or in memory.
 *
 * Every method may reject with `catalog/damaged` when the file turns out to be broken: then it is to be closed, set aside and rebuilt, which
 * {@link SqliteCatalog.open} does.
 */
export class SqliteCatalog implements Catalog {
  readonly inMemory: boolean;
  /** What opening found and did, in words. */
  readonly notes: readonly string[];
  readonly #database: DatabaseSync;
  readonly #writer: ChangeWriter;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(database: DatabaseSync, isInMemory: boolean, notes: readonly string[]) {
    this.#database = database;
    this.inMemory = isInMemory;
    this.notes = notes;
    addSqlFunctions(database);
    this.#writer = new ChangeWriter(database);
  }

  /**
   * Opens the catalog at `path`, or one in memory.
   *
   * @param options.readOnly - Another process keeps the file up to date.
   * @param options.setAside - The file is known to be damaged.
   */
  static open(path: string | undefined, options: OpenCatalogOptions = {}): SqliteCatalog {
    const opened = openCatalogFile(path, options);
    return new SqliteCatalog(opened.database, opened.inMemory, opened.notes);
  }

  async write(changes: readonly CatalogChange[]): Promise<void> {
    if (changes.length === 0) return;
    this.#transaction(() => {
      for (const change of changes) this.#writer.write(change);
    });
  }

  async remove(runId: string): Promise<void> {
    this.#transaction(() => this.#writer.remove(runId));
  }

  async indexed(): Promise<IndexedRun[]> {
    return this.#all("SELECT run_id, project, state, signature, dir FROM runs").map((row) => ({
      runId: textOf(row, "run_id"),
      project: textOf(row, "project"),
      // Only states of this type are ever written to the column.
      state: textOf(row, "state") as RunState,
      signature: textOf(row, "signature"),
      ...(row["dir"] === null ? {} : { dir: textOf(row, "dir") }),
    }));
  }

  async list(query: RunQuery): Promise<RunPage> {
    const sql = listSql(query);
    const rows = this.#query(sql.page);
    const total = numberOf(this.#query(sql.total)[0] ?? {}, "total");
    const page = rows.slice(0, sql.limit);
    const last = page.at(-1);
    const runs = this.#withColumns(this.#runRows(page.map((row) => numberOf(row, "id"))), query);
    return rows.length > sql.limit && last
      ? { runs, total, nextCursor: cursorBehind(last, sql.termCount) }
      : { runs, total };
  }

  /** Ids of the runs `r` for which a condition holds, in any order. */
  matching({ text, values }: Sql): string[] {
    return this.#all(`SELECT r.run_id FROM runs r WHERE ${text}`, ...values).map((row) => textOf(row, "run_id"));
  }

  async columns(query: ColumnQuery): Promise<ColumnPage> {
    const sql = columnSql(query);
    const total = numberOf(this.#query(sql.total)[0] ?? {}, "total");
    return columnPage(this.#query(sql.page), total, sql.limit);
  }

  async groups(query: GroupQuery): Promise<GroupPage> {
    const sql = groupSql(query);
    const groups = this.#query(sql.page).map((row) => groupOf(row, query));
    return { groups, total: numberOf(this.#query(sql.total)[0] ?? {}, "total") };
  }

  async find(text: string, limit: number): Promise<RunInfo[]> {
    const prefix = `${text.replaceAll(/[\\%_]/g, "\\$&")}%`;
    const where = "run_id = ? OR name = ? OR run_id LIKE ? ESCAPE '\\'";
    const order = "run_id = ? DESC, created_ms DESC, run_id DESC";
    return this.#all(
      `SELECT * FROM runs WHERE ${where} ORDER BY ${order} LIMIT ?`,
      text,
      text,
      prefix,
      text,
      limit,
    ).map(runInfoOf);
  }

  async projects(): Promise<ProjectInfo[]> {
    const sql = `SELECT project, sum(archived = 0) AS run_count, sum(archived = 0 AND state = 'running') AS running_count,
      sum(archived) AS archived_count, max(last_ms) AS last_ms FROM runs GROUP BY project ORDER BY project`;
    return this.#all(sql).map((row) => ({
      project: textOf(row, "project"),
      runCount: numberOf(row, "run_count"),
      runningCount: numberOf(row, "running_count"),
      archivedCount: numberOf(row, "archived_count"),
      lastMs: numberOf(row, "last_ms"),
    }));
  }

  async run(runId: string): Promise<RunInfo | undefined> {
    const row = this.#all("SELECT * FROM runs WHERE run_id = ?", runId)[0];
    return row === undefined ? undefined : runInfoOf(row);
  }

  async extras(runId: string): Promise<RunExtras | undefined> {
    const row = this.#all("SELECT json FROM extras WHERE run = (SELECT id FROM runs WHERE run_id = ?)", runId)[0];
    // Written by this class from a value of this type.
    return row === undefined ? undefined : (fromEventJson(textOf(row, "json")) as unknown as RunExtras);
  }

  async config(runId: string): Promise<[string, JsonValue][]> {
    return this.#fields(runId, "config");
  }

  async summary(runId: string): Promise<[string, JsonValue][]> {
    return this.#fields(runId, "summary");
  }

  async metrics(runId: string, query: MetricQuery = {}): Promise<MetricSummary[]> {
    const conditions = ["m.run = (SELECT id FROM runs WHERE run_id = ?)"];
    const values: SQLInputValue[] = [runId];
    if (query.after !== undefined) {
      conditions.push("n.name > ?");
      values.push(query.after);
    }
    if (query.prefix !== undefined) {
      conditions.push("substr(n.name, 1, ?) = ?");
      values.push([...query.prefix].length, query.prefix);
    }
    const sql = `SELECT ${METRIC_COLUMNS} WHERE ${conditions.join(" AND ")} ORDER BY n.name, m.kind DESC LIMIT ?`;
    return this.#all(sql, ...values, query.limit ?? 10_000).map(metricOf);
  }

  async console(runId: string, query: ConsoleQuery = {}): Promise<ConsolePage> {
    const limit = Math.min(query.last ?? query.limit ?? 1000, MAX_CONSOLE_LINES);
    const where = `run = (SELECT id FROM runs WHERE run_id = ?)${query.stream ? " AND stream = ?" : ""}`;
    const values = query.stream ? [runId, query.stream] : [runId];
    const totalLines = numberOf(this.#all(`SELECT count(*) AS n FROM console WHERE ${where}`, ...values)[0] ?? {}, "n");
    if (query.last !== undefined) {
      const rows = this.#all(
        `SELECT * FROM console WHERE ${where} ORDER BY line DESC, stream DESC LIMIT ?`,
        ...values,
        limit,
      );
      return { lines: rows.reverse().map(lineOf), totalLines };
    }
    return { ...this.#consolePage(where, values, query.from ?? 0, limit), totalLines };
  }

  async media(runId: string, query: MediaQuery = {}): Promise<MediaPage> {
    const run = "run = (SELECT id FROM runs WHERE run_id = ?)";
    const keys = this.#all(
      `SELECT key, kind, count(*) AS count FROM media WHERE ${run} GROUP BY key, kind ORDER BY key, kind`,
      runId,
    );
    const { text, values } = mediaFilter(query);
    const limit = Math.min(query.limit ?? 1000, MAX_MEDIA);
    const offset = query.after ?? 0;
    const order = "ORDER BY step, number LIMIT ? OFFSET ?";
    const rows = this.#all(`SELECT json FROM media WHERE ${run}${text} ${order}`, runId, ...values, limit + 1, offset);
    // Written by the change writer from events of this type.
    const media = rows.slice(0, limit).map((row) => fromEventJson(textOf(row, "json")) as unknown as MediaEvent);
    return {
      media,
      keys: keys.map((row) => ({ key: textOf(row, "key"), kind: textOf(row, "kind"), count: numberOf(row, "count") })),
      ...(rows.length > limit ? { nextAfter: offset + limit } : {}),
    };
  }

  async artifacts(runId: string): Promise<ArtifactEvent[]> {
    const sql = "SELECT json FROM artifacts WHERE run = (SELECT id FROM runs WHERE run_id = ?) ORDER BY number";
    // Written by the change writer from events of this type.
    return this.#all(sql, runId).map((row) => fromEventJson(textOf(row, "json")) as unknown as ArtifactEvent);
  }

  async artifactNames(project: string): Promise<ArtifactName[]> {
    return this.#query(artifactNamesSql(project)).map(artifactNameOf);
  }

  async artifactEvents(project: string, name: string): Promise<RunArtifact[]> {
    return this.#query(artifactEventsSql(project, name)).map(runArtifactOf);
  }

  async alerts(query: AlertQuery): Promise<AlertPage> {
    const { limit = 100, offset = 0 } = query;
    const alerts = this.#query(alertsSql(query)).map(runAlertOf);
    return alerts.length > limit ? { alerts: alerts.slice(0, limit), nextOffset: offset + limit } : { alerts };
  }

  async blobUses(): Promise<BlobUse[]> {
    const sql = "SELECT r.run_id, b.sha256, b.size_bytes, b.use FROM blob_uses b JOIN runs r ON r.id = b.run";
    return this.#all(sql).map((row) => ({
      runId: textOf(row, "run_id"),
      sha256: textOf(row, "sha256"),
      sizeBytes: numberOf(row, "size_bytes"),
      use: row["use"] === "artifact" ? "artifact" : "media",
    }));
  }

  async damaged(): Promise<string[]> {
    return this.#all("SELECT run_id FROM runs WHERE damage_count > 0 ORDER BY run_id").map((row) =>
      textOf(row, "run_id"),
    );
  }

  async unsealed(beforeMs: number, limit: number): Promise<string[]> {
    const sql = `SELECT run_id FROM runs WHERE sealed = 0 AND dir IS NULL AND state IN ('finished', 'failed', 'killed') AND finished_ms < ?
      ORDER BY finished_ms LIMIT ?`;
    return this.#all(sql, beforeMs, limit).map((row) => textOf(row, "run_id"));
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  #consolePage(where: string, values: SQLInputValue[], from: number, limit: number): Omit<ConsolePage, "totalLines"> {
    const sql = `SELECT * FROM console WHERE ${where} AND line >= ? ORDER BY line, stream LIMIT ?`;
    const lines = this.#all(sql, ...values, from, limit + 1).map(lineOf);
    if (lines.length <= limit) return { lines };
    // Both streams may have a line of one number: a page never ends between them.
    const nextFrom = lines[limit]!.line;
    const whole = lines.slice(0, limit).filter((line) => line.line < nextFrom);
    return whole.length > 0 ? { lines: whole, nextFrom } : { lines, nextFrom: nextFrom + 1 };
  }

  #withColumns(rows: readonly SqlRow[], query: RunQuery): RunRow[] {
    const ids = rows.map((row) => numberOf(row, "id"));
    const metrics = this.#metricColumns(ids, query.metrics ?? []);
    const config = this.#fieldColumns(ids, "config", query.config ?? []);
    const summary = this.#fieldColumns(ids, "summary", query.summary ?? []);
    return rows.map((row, i) => ({
      ...runInfoOf(row),
      metrics: metrics.get(ids[i]!) ?? [],
      config: config.get(ids[i]!) ?? {},
      summary: summary.get(ids[i]!) ?? {},
    }));
  }

  /** Runs by their ids, in that order. Sorting carries ids alone: whole rows would be copied through the sorter. */
  #runRows(ids: readonly number[]): SqlRow[] {
    const sql = "SELECT r.* FROM json_each(?) j CROSS JOIN runs r ON r.id = j.value ORDER BY j.key";
    return this.#all(sql, JSON.stringify(ids));
  }

  #metricColumns(ids: readonly number[], keys: readonly string[]): Map<number, MetricSummary[]> {
    const columns = new Map<number, MetricSummary[]>();
    const sql = `SELECT m.run, ${METRIC_COLUMNS} WHERE n.id = ? AND m.run IN (SELECT value FROM json_each(?))`;
    const asked = JSON.stringify(ids);
    let cells = 0;
    for (const { id } of this.#namesOf(keys)) {
      const rows = this.#all(sql, id, asked);
      cells += rows.length;
      if (cells > MAX_CELLS) throw tooManyCells();
      for (const row of rows) pushTo(columns, numberOf(row, "run"), metricOf(row));
    }
    return columns;
  }

  /** Names that are asked for, each once and in order; one that ends in `*` means all that begin so. */
  #namesOf(keys: readonly string[]): { readonly id: number; readonly name: string }[] {
    const found = new Map<number, string>();
    for (const key of keys) {
      const prefix = key.endsWith("*") ? key.slice(0, -1) : undefined;
      const rows =
        prefix === undefined
          ? this.#all("SELECT id, name FROM names WHERE name = ?", key)
          : this.#all(
              "SELECT id, name FROM names WHERE substr(name, 1, ?) = ? ORDER BY name",
              [...prefix].length,
              prefix,
            );
      for (const row of rows) found.set(numberOf(row, "id"), textOf(row, "name"));
    }
    return Array.from(found, ([id, name]) => ({ id, name }));
  }

  #fieldColumns(
    ids: readonly number[],
    what: "config" | "summary",
    keys: readonly string[] | "*",
  ): Map<number, JsonObject> {
    if (keys.length === 0) return new Map();
    const patterns = keys === "*" ? [] : keys.filter((key) => key.endsWith("*"));
    const exact = keys === "*" ? [] : keys.filter((key) => !key.endsWith("*"));
    // Where everything below a path is asked for, values are: the object around them would say them twice.
    const named =
      keys === "*"
        ? "AND f.position IS NOT NULL"
        : "AND (f.name IN (SELECT value FROM json_each(?)) OR (f.name IN (SELECT value FROM json_each(?)) AND (f.type <> 'object' OR f.json = '{}')))";
    const sql = `SELECT f.run, n.name AS key, f.json FROM fields f JOIN names n ON n.id = f.name
      WHERE f.run IN (SELECT value FROM json_each(?)) AND f.what = '${what}' ${named} ORDER BY f.run, f.position IS NULL, f.position, f.name LIMIT ${MAX_CELLS + 1}`;
    const idsOf = (wanted: readonly string[]): string => JSON.stringify(this.#namesOf(wanted).map(({ id }) => id));
    const bound = keys === "*" ? [JSON.stringify(ids)] : [JSON.stringify(ids), idsOf(exact), idsOf(patterns)];
    const rows = this.#all(sql, ...bound);
    if (rows.length > MAX_CELLS) throw tooManyCells();
    const entries = new Map<number, [string, JsonValue][]>();
    for (const row of rows) {
      pushTo(entries, numberOf(row, "run"), [textOf(row, "key"), fromEventJson(textOf(row, "json"))]);
    }
    return new Map([...entries].map(([run, list]) => [run, objectFromEntries(list)]));
  }

  #fields(runId: string, what: "config" | "summary"): [string, JsonValue][] {
    const sql = `SELECT n.name AS key, f.json FROM fields f JOIN names n ON n.id = f.name
      WHERE f.run = (SELECT id FROM runs WHERE run_id = ?) AND f.what = ? AND f.position IS NOT NULL ORDER BY f.position`;
    return this.#all(sql, runId, what).map((row) => [textOf(row, "key"), fromEventJson(textOf(row, "json"))]);
  }

  #transaction(work: () => void): void {
    this.#guard(() => {
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        work();
        this.#database.exec("COMMIT");
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        this.#writer.rolledBack();
        throw error;
      }
    });
  }

  #query(sql: Sql): SqlRow[] {
    return this.#all(sql.text, ...sql.values);
  }

  #all(sql: string, ...values: SQLInputValue[]): SqlRow[] {
    return this.#guard(() => {
      let statement = this.#statements.get(sql);
      if (statement === undefined) {
        if (this.#statements.size > 200) this.#statements.clear();
        statement = this.#database.prepare(sql);
        this.#statements.set(sql, statement);
      }
      return statement.all(...values);
    });
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (isDamage(error)) throw damaged(error);
      if (isFull(error))
        throw new TrainlogError("store/disk-full", "cannot write the catalog: the disk is full", {
          cause: error,
          status: 507,
        });
      throw diskError(error, "use the catalog");
    }
  }
}

function tooManyCells(): TrainlogError {
  return badQuery(`more than ${MAX_CELLS} values on one page; ask for fewer columns or a smaller limit`);
}

function damaged(cause: unknown): TrainlogError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TrainlogError("catalog/damaged", `the catalog is damaged (${reason}) and has to be rebuilt`, { cause });
}

function mediaFilter(query: MediaQuery): Sql {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  const add = (condition: string, value: SQLInputValue | undefined): void => {
    if (value === undefined) return;
    conditions.push(` AND ${condition} ?`);
    values.push(value);
  };
  add("key =", query.key);
  add("step =", query.step);
  add("step >=", query.fromStep);
  add("step <=", query.toStep);
  return { text: conditions.join(""), values };
}

function lineOf(row: SqlRow): ConsoleLine {
  return {
    line: numberOf(row, "line"),
    stream: row["stream"] === "stderr" ? "stderr" : "stdout",
    text: textOf(row, "text"),
    wallMs: numberOf(row, "wall_ms"),
  };
}

function pushTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
