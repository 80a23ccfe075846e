/** @file The SQL of what the runs of a project brought along: artifacts and alerts. Pure. */
import type { AlertEvent, ArtifactEvent } from "../../run/event.ts";
import { fromEventJson } from "../../run-log/codec/event-json.ts";
import type { AlertQuery, ArtifactName, RunAlert, RunArtifact } from "../types.ts";
import type { Sql } from "./filter-query.ts";
import { checkLimit } from "./list-query.ts";
import { numberOf, type SqlRow, textOf } from "./run-row.ts";

/** Most artifacts of one list. */
const MAX_NAMES = 10_000;

/** Names of the artifacts of a project. */
export function artifactNamesSql(project: string): Sql {
  const text = `SELECT name, max(kind) AS kind, count(DISTINCT digest) AS versions, count(DISTINCT run) AS runs, max(wall_ms) AS last_ms
    FROM (SELECT a.run, json_extract(a.json, '$.name') AS name, json_extract(a.json, '$.kind') AS kind,
      json_extract(a.json, '$.digest') AS digest, json_extract(a.json, '$.wallMs') AS wall_ms
      FROM artifacts a JOIN runs r ON r.id = a.run WHERE r.project = ?)
    GROUP BY name ORDER BY name LIMIT ${MAX_NAMES}`;
  return { text, values: [project] };
}

/** A row of {@link artifactNamesSql}. */
export function artifactNameOf(row: SqlRow): ArtifactName {
  return {
    name: textOf(row, "name"),
    kind: textOf(row, "kind"),
    versionCount: numberOf(row, "versions"),
    runCount: numberOf(row, "runs"),
    lastMs: numberOf(row, "last_ms"),
  };
}

/** Everything that the runs of a project said about one artifact. */
export function artifactEventsSql(project: string, name: string): Sql {
  const text = `SELECT r.run_id, a.json FROM artifacts a JOIN runs r ON r.id = a.run
    WHERE r.project = ? AND json_extract(a.json, '$.name') = ? ORDER BY a.run, a.number`;
  return { text, values: [project, name] };
}

/** A row of {@link artifactEventsSql}. */
export function runArtifactOf(row: SqlRow): RunArtifact {
  // Written by the change writer from events of this type.
  const artifact = fromEventJson(textOf(row, "json")) as unknown as ArtifactEvent;
  return { runId: textOf(row, "run_id"), artifact };
}

/** Alerts of a project or of all, the newest first; one more than asked for, which tells whether there are more. */
export function alertsSql({ project, level, limit = 100, offset = 0 }: AlertQuery): Sql {
  const text = `SELECT r.run_id, r.project, r.name, j.value AS json FROM extras e JOIN runs r ON r.id = e.run, json_each(e.json, '$.alerts') j
    WHERE instr(e.json, '"alerts":[]') = 0 ${project === undefined ? "" : "AND r.project = ?"}
    ${level === undefined ? "" : "AND json_extract(j.value, '$.level') = ?"}
    ORDER BY json_extract(j.value, '$.wallMs') DESC, r.id DESC, j.key DESC LIMIT ? OFFSET ?`;
  const given = [project, level].filter((value) => value !== undefined);
  return { text, values: [...given, checkLimit(limit) + 1, offset] };
}

/** A row of {@link alertsSql}. */
export function runAlertOf(row: SqlRow): RunAlert {
  // Written by the change writer from events of this type.
  const alert = fromEventJson(textOf(row, "json")) as unknown as AlertEvent;
  return { runId: textOf(row, "run_id"), project: textOf(row, "project"), name: textOf(row, "name"), alert };
}
