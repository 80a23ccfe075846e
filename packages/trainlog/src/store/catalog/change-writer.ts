/** @file Writes changes into the tables of the catalog, with statements that are prepared once. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { flatten } from "../../query/flatten.ts";
import type { ArtifactEvent, ConsoleLine, MediaEvent } from "../../run/event.ts";
import type { JsonValue } from "../../run/json.ts";
import { toEventJson } from "../../run-log/codec/event-json.ts";
import type { CatalogChange, IndexedMetric, RunExtras } from "./catalog.ts";
import { columnType, METRIC_FIELDS, metricValues, RUN_COLUMNS, runValues } from "./run-row.ts";
import { RUN_TABLES } from "./schema.ts";

/** Numbers of names that are remembered; above it they are asked for again. */
const MAX_REMEMBERED_NAMES = 50_000;

/** The writing half of a catalog. Callers hold a transaction. */
export class ChangeWriter {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #names = new Map<string, number>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Writes one change. */
  write(change: CatalogChange): void {
    const run = this.#writeRun(change);
    if (change.config !== undefined) this.#writeFields(run, "config", change.config);
    if (change.summary !== undefined) this.#writeFields(run, "summary", change.summary);
    for (const metric of change.metrics ?? []) this.#writeMetric(run, metric);
    for (const line of change.console ?? []) this.#writeLine(run, line);
    for (const [i, media] of (change.media ?? []).entries()) this.#writeMedia(run, (change.firstMedia ?? 0) + i, media);
    for (const [i, artifact] of (change.artifacts ?? []).entries()) {
      this.#writeArtifact(run, (change.firstArtifact ?? 0) + i, artifact);
    }
  }

  /** Forgets a run. */
  remove(runId: string): void {
    this.#clearOf(runId);
    this.#run("DELETE FROM runs WHERE run_id = ?", runId);
  }

  /** Forgets what was remembered of a transaction that was rolled back. */
  rolledBack(): void {
    this.#names.clear();
  }

  #writeRun(change: CatalogChange): number {
    // Before the row changes: what is counted by project has to be uncounted under the same one.
    if (change.reset) this.#clearOf(change.runId);
    const columns = [...Object.values(RUN_COLUMNS), "tags", "search"];
    const updates = columns.slice(1).map((column) => `${column} = excluded.${column}`);
    const upsert = `INSERT INTO runs (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})
      ON CONFLICT (run_id) DO UPDATE SET ${updates.join(", ")} RETURNING id`;
    const run = Number(this.#statement(upsert).get(...runValues(change.info))?.["id"]);
    if (change.signature !== undefined) this.#run("UPDATE runs SET signature = ? WHERE id = ?", change.signature, run);
    if (change.dir !== undefined) this.#run("UPDATE runs SET dir = ? WHERE id = ?", change.dir, run);
    if (change.extras !== undefined) this.#writeExtras(run, change.extras);
    this.#writeTags(run, change.info.tags);
    return run;
  }

  #writeExtras(run: number, extras: RunExtras): void {
    this.#run("INSERT OR REPLACE INTO extras VALUES (?, ?)", run, toEventJson(extras));
    this.#run("UPDATE runs SET sealed = ? WHERE id = ?", extras.sealed ? 1 : 0, run);
  }

  #clearOf(runId: string): void {
    const run = this.#statement("SELECT id FROM runs WHERE run_id = ?").get(runId)?.["id"];
    if (typeof run !== "number") return;
    for (const table of RUN_TABLES) this.#run(`DELETE FROM ${table} WHERE run = ?`, run);
  }

  #writeTags(run: number, tags: readonly string[]): void {
    this.#run(
      "DELETE FROM tags WHERE run = ? AND tag NOT IN (SELECT value FROM json_each(?))",
      run,
      JSON.stringify(tags),
    );
    for (const tag of tags) this.#run("INSERT OR IGNORE INTO tags VALUES (?, ?)", tag, run);
  }

  /** Writes what is different, and forgets what is gone. */
  #writeFields(run: number, what: "config" | "summary", fields: ReadonlyMap<string, JsonValue>): void {
    const names: number[] = [];
    for (const [path, value] of flatten(fields)) {
      const name = this.#nameId(path);
      const position = fields.has(path) ? names.length : null;
      const number = typeof value === "number" ? value : null;
      names.push(name);
      this.#run(
        `INSERT INTO fields VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET position = excluded.position, type = excluded.type,
          number = excluded.number, json = excluded.json WHERE json <> excluded.json OR position IS NOT excluded.position`,
        ...[what, name, run, position, columnType(value), number, toEventJson(value)],
      );
    }
    const gone = "DELETE FROM fields WHERE run = ? AND what = ? AND name NOT IN (SELECT value FROM json_each(?))";
    this.#run(gone, run, what, JSON.stringify(names));
  }

  #writeMetric(run: number, metric: IndexedMetric): void {
    // Not INSERT OR REPLACE: that would count a metric anew each time that it grows.
    const sets = METRIC_FIELDS.map((field) => `${field} = excluded.${field}`).join(", ");
    const holes = METRIC_FIELDS.map(() => "?").join(", ");
    this.#run(
      `INSERT INTO metrics (name, run, kind, ${METRIC_FIELDS.join(", ")}) VALUES (?, ?, ?, ${holes}) ON CONFLICT DO UPDATE SET ${sets}`,
      this.#nameId(metric.key),
      run,
      ...metricValues(metric),
    );
  }

  #writeLine(run: number, line: ConsoleLine): void {
    this.#run(
      "INSERT OR REPLACE INTO console VALUES (?, ?, ?, ?, ?)",
      run,
      line.line,
      line.stream,
      line.wallMs,
      line.text,
    );
  }

  #writeMedia(run: number, number: number, media: MediaEvent): void {
    const { key, kind, step, blobs = [] } = media;
    this.#run(
      "INSERT OR REPLACE INTO media VALUES (?, ?, ?, ?, ?, ?)",
      run,
      number,
      key,
      kind,
      step,
      toEventJson(media),
    );
    for (const blob of blobs) this.#writeUse(run, blob.sha256, "media", blob.sizeBytes);
  }

  #writeArtifact(run: number, number: number, artifact: ArtifactEvent): void {
    this.#run("INSERT OR REPLACE INTO artifacts VALUES (?, ?, ?)", run, number, toEventJson(artifact));
    for (const file of artifact.files) {
      if (file.sha256 !== undefined) this.#writeUse(run, file.sha256, "artifact", file.sizeBytes);
    }
  }

  #writeUse(run: number, sha256: string, use: "media" | "artifact", sizeBytes: number): void {
    this.#run("INSERT OR REPLACE INTO blob_uses VALUES (?, ?, ?, ?)", run, sha256, use, sizeBytes);
  }

  #nameId(name: string): number {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    this.#run("INSERT OR IGNORE INTO names (name) VALUES (?)", name);
    const id = Number(this.#statement("SELECT id FROM names WHERE name = ?").get(name)?.["id"]);
    if (this.#names.size >= MAX_REMEMBERED_NAMES) this.#names.clear();
    this.#names.set(name, id);
    return id;
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#statement(sql).run(...values);
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
