/**
 * @file The table of runs that lies beside a table of points (`points.csv`, `points.runs.csv`): one line per run, so that results can be joined with the
 * configuration, and an import makes the runs again.
 */
import { describeValue, TrainlogError } from "../run/error.ts";
import type { RunState } from "../run/event.ts";
import { isPlainObject, type JsonObject, type JsonValue } from "../run/json.ts";
import { checkRunId } from "../run/limits.ts";
import type { RunFacts } from "./run-facts.ts";

/** A column: its name in files, the field, and what it holds. */
interface RunsColumn {
  readonly name: string;
  readonly field: keyof RunFacts;
  readonly type: "text" | "number" | "json";
}

/** The columns, in order. */
export const RUNS_COLUMNS: readonly RunsColumn[] = [
  { name: "run_id", field: "runId", type: "text" },
  { name: "project", field: "project", type: "text" },
  { name: "name", field: "name", type: "text" },
  { name: "group", field: "group", type: "text" },
  { name: "job_type", field: "jobType", type: "text" },
  { name: "state", field: "state", type: "text" },
  { name: "created_ms", field: "createdMs", type: "number" },
  { name: "finished_ms", field: "finishedMs", type: "number" },
  { name: "exit_code", field: "exitCode", type: "number" },
  { name: "parent_run_id", field: "parentRunId", type: "text" },
  { name: "source", field: "source", type: "text" },
  { name: "notes", field: "notes", type: "text" },
  { name: "error", field: "error", type: "text" },
  { name: "tags", field: "tags", type: "json" },
  { name: "config", field: "config", type: "json" },
  { name: "summary", field: "summary", type: "json" },
];

const STATES: readonly RunState[] = ["running", "crashed", "finished", "failed", "killed"];

/** The cells of a run, by column; absent facts are absent. */
export function runRecord(facts: RunFacts): [name: string, value: JsonValue][] {
  return RUNS_COLUMNS.flatMap(({ name, field }): [string, JsonValue][] => {
    const value = facts[field];
    return value === undefined ? [] : [[name, value]];
  });
}

/**
 * Reads a run's line back.
 *
 * @param record - Values by column name. Columns that are not known are ignored, so that people can add their own.
 * @throws TrainlogError `import/bad-value`, `run/bad-id`.
 */
export function factsOfRecord(record: Readonly<Record<string, JsonValue | undefined>>): RunFacts {
  const runId = checkRunId(record["run_id"], "run_id");
  const state = optional(record, "state", isState, STATES.join(", ")) ?? "finished";
  const text = (name: string): string | undefined => optional(record, name, isText, "a text");
  const number = (name: string): number | undefined => optional(record, name, isFiniteNumber, "a number");
  return {
    runId,
    state,
    project: required(record, "project"),
    name: text("name") ?? runId,
    createdMs: number("created_ms") ?? 0,
    tags: optional(record, "tags", isTexts, "a list of texts") ?? [],
    config: optional(record, "config", isObject, "an object") ?? {},
    summary: optional(record, "summary", isObject, "an object") ?? {},
    ...given("group", text("group")),
    ...given("jobType", text("job_type")),
    ...given("notes", text("notes")),
    ...given("parentRunId", text("parent_run_id")),
    ...given("source", text("source")),
    ...given("error", text("error")),
    ...given("finishedMs", number("finished_ms")),
    ...given("exitCode", number("exit_code")),
  };
}

function required(record: Readonly<Record<string, JsonValue | undefined>>, name: string): string {
  const value = record[name];
  if (isText(value) && value !== "") return value;
  throw badValue(name, "a text", value);
}

function optional<T extends JsonValue>(
  record: Readonly<Record<string, JsonValue | undefined>>,
  name: string,
  isRight: (value: JsonValue) => value is T,
  expected: string,
): T | undefined {
  const value = record[name];
  if (value === undefined || value === null) return undefined;
  if (isRight(value)) return value;
  throw badValue(name, expected, value);
}

function badValue(name: string, expected: string, value: unknown): TrainlogError {
  return new TrainlogError("import/bad-value", `${name}: expected ${expected}, got ${describeValue(value)}`, {
    status: 400,
  });
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isFiniteNumber(value: JsonValue): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isTexts(value: JsonValue): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

function isObject(value: JsonValue): value is JsonObject {
  return isPlainObject(value);
}

function isState(value: JsonValue): value is RunState {
  return STATES.some((state) => state === value);
}

/** `{ name: value }`, or nothing when the value is absent. */
function given<Name extends string, T>(name: Name, value: T | undefined): { [K in Name]?: T } {
  // A computed key has a wider type than the one it was made from.
  return (value === undefined ? {} : { [name]: value }) as { [K in Name]?: T };
}
