/**
 * @file Tables of the catalog, and how its file is opened.
 *
 * Metric values, config and summary lie in narrow tables clustered by key, so that "this metric of all runs" (a sorted list) is one stretch of the
 * file; a second index by run serves a run's own page. Names are numbered once, so that a row stays small however long its key is.
 *
 * The indexes of `runs` hold all that sorting by a metric or field needs of a run, so that the wide rows are read for one page alone.
 *
 * `fields` has the top-level keys of config and summary, with their place in the order, and the dotted paths of what lies inside them, without one.
 * `columns` counts, per project, the runs that have each metric and field: triggers keep it, because counting millions of rows takes a second.
 */
import { existsSync, renameSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { diskError } from "../../run-log/disk-error.ts";

/** Version of the tables (`PRAGMA user_version`). An older file is rebuilt, a newer one is left alone. */
export const CATALOG_VERSION = 3;

const TABLES = `
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL UNIQUE,
  project TEXT NOT NULL,
  name TEXT NOT NULL,
  "group" TEXT,
  job_type TEXT,
  notes TEXT,
  parent_run_id TEXT,
  source TEXT,
  archived INTEGER NOT NULL,
  state TEXT NOT NULL,
  created_ms REAL NOT NULL,
  finished_ms REAL,
  last_ms REAL NOT NULL,
  duration_ms REAL NOT NULL,
  exit_code INTEGER,
  error TEXT,
  row_count INTEGER NOT NULL,
  point_count INTEGER NOT NULL,
  metric_count INTEGER NOT NULL,
  last_step INTEGER,
  damage_count INTEGER NOT NULL,
  folder TEXT,
  dir TEXT,
  tags TEXT NOT NULL,
  search TEXT NOT NULL,
  signature TEXT NOT NULL DEFAULT '',
  sealed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE extras (run INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;
CREATE INDEX runs_by_created ON runs(archived, created_ms, run_id);
CREATE INDEX runs_by_project ON runs(project, archived, created_ms, run_id);
CREATE TABLE tags (tag TEXT NOT NULL, run INTEGER NOT NULL, PRIMARY KEY (tag, run)) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_run ON tags(run);
CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE metrics (
  name INTEGER NOT NULL,
  run INTEGER NOT NULL,
  kind TEXT NOT NULL,
  count INTEGER NOT NULL,
  finite_count INTEGER NOT NULL,
  last REAL,
  last_json TEXT,
  min REAL,
  max REAL,
  mean REAL,
  last_step INTEGER,
  last_wall_ms REAL,
  goal TEXT,
  rule TEXT NOT NULL,
  PRIMARY KEY (name, run, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX metrics_by_run ON metrics(run);
CREATE TABLE fields (
  what TEXT NOT NULL,
  name INTEGER NOT NULL,
  run INTEGER NOT NULL,
  position INTEGER,
  type TEXT NOT NULL,
  number REAL,
  json TEXT NOT NULL,
  PRIMARY KEY (what, name, run)
) STRICT, WITHOUT ROWID;
CREATE INDEX fields_by_run ON fields(run, what);
CREATE TABLE columns (
  project TEXT NOT NULL,
  what TEXT NOT NULL,
  name INTEGER NOT NULL,
  type TEXT NOT NULL,
  run_count INTEGER NOT NULL,
  PRIMARY KEY (project, what, name, type)
) STRICT, WITHOUT ROWID;
${countingTriggers("metrics", "'metric'", "kind")}
${countingTriggers("fields", "ROW.what", "type")}
CREATE TABLE console (
  run INTEGER NOT NULL,
  line INTEGER NOT NULL,
  stream TEXT NOT NULL,
  wall_ms REAL NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (run, line, stream)
) STRICT, WITHOUT ROWID;
CREATE TABLE media (
  run INTEGER NOT NULL,
  number INTEGER NOT NULL,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  step INTEGER NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_by_key ON media(run, key, step, number);
CREATE TABLE artifacts (
  run INTEGER NOT NULL,
  number INTEGER NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE blob_uses (
  run INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  use TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  PRIMARY KEY (run, sha256, use)
) STRICT, WITHOUT ROWID;
`;

/** Triggers that count rows of a table in `columns`. `ROW` stands for the row that comes or goes. */
function countingTriggers(table: string, what: string, type: string): string {
  const place = (row: string): string =>
    `(SELECT project FROM runs WHERE id = ${row}.run), ${what.replace("ROW", row)}, ${row}.name, ${row}.${type}`;
  const come = `INSERT INTO columns VALUES (${place("NEW")}, 1) ON CONFLICT DO UPDATE SET run_count = run_count + 1;`;
  const go = `UPDATE columns SET run_count = run_count - 1 WHERE (project, what, name, type) = (${place("OLD")});`;
  return `
CREATE TRIGGER ${table}_come AFTER INSERT ON ${table} BEGIN ${come} END;
CREATE TRIGGER ${table}_go AFTER DELETE ON ${table} BEGIN ${go} END;
CREATE TRIGGER ${table}_turn AFTER UPDATE OF ${type} ON ${table} WHEN OLD.${type} <> NEW.${type} BEGIN ${go} ${come} END;`;
}

/** Tables with a `run` column, whose rows go when the run goes. */
export const RUN_TABLES = [
  "extras",
  "tags",
  "metrics",
  "fields",
  "console",
  "media",
  "artifacts",
  "blob_uses",
] as const;

/** How a catalog file is opened. */
export interface OpenCatalogOptions {
  /** Only read: another process keeps the file up to date. */
  readonly readOnly?: boolean;
  /** The file is known to be damaged: begin a new one. */
  readonly setAside?: boolean;
}

/** An opened catalog file. */
export interface OpenedCatalog {
  readonly database: DatabaseSync;
  /** In memory: derived anew by each process. */
  readonly inMemory: boolean;
  /** What was found and done, in words. */
  readonly notes: readonly string[];
}

/**
 * Opens a catalog file, or makes one. A file that is damaged is set aside and a new one begun; a file of a newer version, or one that may not be
 * written, is left alone and the catalog is held in memory.
 *
 * @param path - The file; `undefined` for a catalog in memory.
 */
export function openCatalogFile(
  path: string | undefined,
  options: { readonly readOnly?: boolean } = {},
): OpenedCatalog {
  if (path === undefined) return inMemory([]);
  try {
    return { ...openFile(path, options.readOnly ?? false), inMemory: false };
  } catch (error) {
    if (isNewer(error)) return inMemory([`${path} was made by a newer trainlog; the catalog is held in memory`]);
    // At opening, an SQL error (1) means that a table or a column is not there.
    if (!isDamage(error) && resultCode(error) !== 1)
      return inMemory([`${path} cannot be written (${messageOf(error)}); the catalog is held in memory`]);
    if (options.readOnly) return inMemory([`${path} is damaged (${messageOf(error)}); the catalog is held in memory`]);
    const aside = setAside(path);
    const reason = `${path} was damaged (${messageOf(error)}); it was kept as ${aside} and the catalog is rebuilt`;
    return { ...openFile(path, false), inMemory: false, notes: [reason] };
  }
}

/** Says whether an SQLite error means that the file's content is broken, not that it could not be read or written. */
export function isDamage(error: unknown): boolean {
  // 11 = corrupt, 26 = not a database.
  return error instanceof DamagedCatalog || resultCode(error) === 11 || resultCode(error) === 26;
}

/** Says whether SQLite refused a write for want of space. */
export function isFull(error: unknown): boolean {
  return resultCode(error) === 13;
}

/** SQLite's primary result code, or `undefined` for another error. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return undefined;
  return error.errcode & 0xff;
}

class NewerCatalog extends Error {}

class DamagedCatalog extends Error {}

function isNewer(error: unknown): boolean {
  return error instanceof NewerCatalog;
}

function openFile(path: string, readOnly: boolean): { database: DatabaseSync; notes: readonly string[] } {
  const database = new DatabaseSync(path, { readOnly, timeout: 5000 });
  try {
    const notes = prepareFile(database, readOnly);
    return { database, notes };
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepareFile(database: DatabaseSync, readOnly: boolean): readonly string[] {
  const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
  if (version > CATALOG_VERSION) throw new NewerCatalog();
  if (readOnly) {
    database.prepare("SELECT count(*) FROM runs WHERE run_id = ''").get();
    return [];
  }
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000",
  );
  if (version === CATALOG_VERSION) {
    database.prepare("SELECT count(*) FROM runs WHERE run_id = ''").get();
    return [];
  }
  createTables(database);
  return version === 0 ? [] : [`the catalog was of version ${version} and is rebuilt as version ${CATALOG_VERSION}`];
}

function createTables(database: DatabaseSync): void {
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all();
  database.exec("BEGIN IMMEDIATE");
  for (const { name } of tables) database.exec(`DROP TABLE "${String(name)}"`);
  database.exec(TABLES);
  database.exec(`PRAGMA user_version = ${CATALOG_VERSION}; COMMIT`);
}

function inMemory(notes: readonly string[]): OpenedCatalog {
  const database = new DatabaseSync(":memory:");
  createTables(database);
  return { database, inMemory: true, notes };
}

/** Renames a broken catalog out of the way and drops its journal. */
function setAside(path: string): string {
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(/[-:.]/g, "")}`;
  try {
    if (existsSync(path)) renameSync(path, aside);
    for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
  } catch (error) {
    throw diskError(error, `set ${path} aside`);
  }
  return aside;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
