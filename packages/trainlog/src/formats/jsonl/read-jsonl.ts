/** @file JSON lines → rows of runs: our own (`values` in an object of their own), and flat objects of other programs. */
import { describeValue, TrainlogError } from "../../run/error.ts";
import { isPlainObject, type JsonObject, type JsonValue, objectFromEntries } from "../../run/json.ts";
import { checkKey, checkRunId, checkStep } from "../../run/limits.ts";
import { fromEventJson } from "../../run-log/codec/index.ts";
import type { InputFile } from "../import/input-file.ts";
import { type BadPiece, badPiece, type ImportOptions } from "../import/piece.ts";
import type { RunRow } from "../import/rows-to-pieces.ts";
import { linesOf } from "../import/text-lines.ts";
import type { RunFacts } from "../run-facts.ts";
import { factsOfRecord } from "../runs-table.ts";
import { CellError, rowOfLine } from "../table/table-cells.ts";
import { tableRoles } from "../table/table-roles.ts";

/** What the first line of a file of JSON lines is. */
export type JsonlKind = "events" | "rows" | "flat" | "empty";

/** Says what a file of JSON lines holds, by its first line. @throws TrainlogError `import/bad-format` when that is no JSON object. */
export async function jsonlKind(file: InputFile): Promise<{ kind: JsonlKind; first: JsonObject }> {
  for await (const lines of linesOf(file)) {
    const line = lines[0];
    if (line === undefined) continue;
    const first = objectOfLine(line.text);
    if (typeof first["type"] === "string" && (first["type"] === "start" || isPlainObject(first["rows"])))
      return { kind: "events", first };
    const isOurs = typeof first["run_id"] === "string" && isPlainObject(first["values"]);
    return { kind: isOurs ? "rows" : "flat", first };
  }
  return { kind: "empty", first: {} };
}

function objectOfLine(text: string): JsonObject {
  const value = fromEventJson(text);
  if (isPlainObject(value)) return value;
  throw new TrainlogError("import/bad-format", `expected a JSON object, got ${describeValue(value)}`, { status: 400 });
}

/** Reads each line by `read`; a line that it refuses becomes a bad piece. */
async function* eachLine<T>(
  file: InputFile,
  read: (line: JsonObject, index: number) => T | undefined,
): AsyncGenerator<T | BadPiece> {
  let index = 0;
  for await (const lines of linesOf(file)) {
    for (const { number, text } of lines) {
      try {
        const found = read(objectOfLine(text), index);
        index += 1;
        if (found !== undefined) yield found;
      } catch (error) {
        yield badPiece(`${file.name}, line ${number}`, error);
      }
    }
  }
}

/** The rows of a file that an export wrote. */
export function readJsonlRows(file: InputFile, keys: readonly string[]): AsyncGenerator<RunRow | BadPiece> {
  return eachLine(file, (line): RunRow | undefined => {
    const runId = checkRunId(line["run_id"], "run_id");
    const step = checkStep(line["step"]);
    const { wall_ms: wallMs, values } = line;
    if (typeof wallMs !== "number" || !Number.isFinite(wallMs))
      throw badValue("wall_ms", "milliseconds since 1970", wallMs);
    if (!isPlainObject(values)) throw badValue("values", "an object", values);
    const cells = Object.entries(values)
      .filter(([key]) => keys.length === 0 || keys.includes(key))
      .map(([key, value]): [string, JsonValue] => [checkKey(key), value]);
    return cells.length === 0 ? undefined : { kind: "row", runId, row: { step, wallMs, cells } };
  });
}

/** The rows of a file of flat objects. Lines may have different keys: the columns are looked at line by line. */
export function readFlatRows(
  file: InputFile,
  options: ImportOptions,
  runIdOf: (name: JsonValue | undefined) => string,
): AsyncGenerator<RunRow | BadPiece> {
  return eachLine(file, (line, index): RunRow | undefined => {
    const names = Object.keys(line);
    const wanted = options.keys?.filter((key) => names.includes(key));
    if (options.keys !== undefined && options.keys.length > 0 && wanted?.length === 0) return undefined;
    const roles = tableRoles(names, { ...options, ...(wanted === undefined ? {} : { keys: wanted }) });
    const cells = Object.values(line).map((value) => value ?? undefined);
    try {
      const row = rowOfLine({ cells, index }, roles, file.modifiedMs);
      for (const [key] of row.cells) checkKey(key);
      const runId = runIdOf(roles.run === undefined ? undefined : cells[roles.run]);
      return row.cells.length === 0 ? undefined : { kind: "row", runId, row };
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      throw badValue(names[error.column] ?? "", error.message, undefined);
    }
  });
}

/** The table of runs beside a file of rows. @throws TrainlogError `import/bad-table`, naming the line. */
export async function readJsonlRuns(file: InputFile): Promise<RunFacts[]> {
  const facts: RunFacts[] = [];
  for await (const item of eachLine(file, (line) => ({
    kind: "facts" as const,
    facts: factsOfRecord(objectFromEntries(Object.entries(line))),
  }))) {
    if (item.kind === "facts") facts.push(item.facts);
    else throw new TrainlogError("import/bad-table", `${item.place}: ${item.message}`, { status: 400 });
  }
  return facts;
}

function badValue(name: string, expected: string, value: unknown): TrainlogError {
  const message = value === undefined ? expected : `expected ${expected}, got ${describeValue(value)}`;
  return new TrainlogError("import/bad-value", `${name}: ${message}`, { status: 400 });
}
