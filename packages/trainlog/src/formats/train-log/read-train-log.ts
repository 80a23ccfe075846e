/**
 * @file A TrainLog document → one run.
 *
 * NaN in a document also means "not reported", so a NaN becomes a point only where nothing else says that the row was logged: in rows of nothing but NaN, and
 * in series of nothing but NaN. Writing the run as a document again gives the same document.
 */
import { parseNotes, readLogFile, type TrainLog } from "../../log/index.ts";
import { TrainlogError } from "../../run/error.ts";
import { type JsonValue, objectFromEntries } from "../../run/json.ts";
import { checkKey, checkRunId } from "../../run/limits.ts";
import { fromEventJson } from "../../run-log/codec/index.ts";
import type { InputFile } from "../import/input-file.ts";
import { type BadPiece, badPiece, type ImportOptions } from "../import/piece.ts";
import { bareFacts, type RunRow } from "../import/rows-to-pieces.ts";
import type { Cell } from "../logged-rows.ts";
import type { RunFacts } from "../run-facts.ts";

/** Reads a document. @throws TrainlogError `log/…` as the reader of training logs; `import/bad-format` for a confusion matrix. */
export async function readTrainLog(file: InputFile, onNote: (message: string) => void): Promise<TrainLog> {
  const document = await readLogFile(file.path, { onWarning: onNote });
  if (document.kind === "train-log") return document.content;
  throw new TrainlogError(
    "import/bad-format",
    `${file.name}: it holds a confusion matrix, and a run is made of curves; look at it with: trainlog show ${file.name}`,
    { status: 400 },
  );
}

/** The facts of the run, from the document's notes. `fallbackId` is taken when they hold no id. */
export function factsOfTrainLog(log: TrainLog, fallbackId: string, options: ImportOptions): RunFacts {
  const { run, notes } = parseNotes(log.notes);
  const runId = run.runId === "" ? fallbackId : checkRunId(run.runId, "run_id in the notes");
  const project = options.project ?? (run.project === "" ? undefined : run.project);
  return {
    ...bareFacts(runId, {
      project,
      name: options.name ?? (run.name === "" ? log.title : run.name),
      source: "train-log",
    }),
    ...(run.group === "" ? {} : { group: run.group }),
    ...(notes.length === 0 ? {} : { notes: notes.join("\n") }),
    tags: run.tags,
    config: objectFromEntries(run.config.map(({ key, value }) => [key, configValue(value)])),
  };
}

/** Notes hold texts: what reads as JSON (a number, true, a list) is taken as such. */
function configValue(text: string): JsonValue {
  try {
    return fromEventJson(text);
  } catch {
    return text;
  }
}

/** The rows of a document. */
export async function* trainLogRows(
  log: TrainLog,
  { file, runId, keys }: { readonly file: InputFile; readonly runId: string; readonly keys: readonly string[] },
): AsyncGenerator<RunRow | BadPiece> {
  const series = log.series.filter(({ name }) => keys.length === 0 || keys.includes(name));
  const rowCount = log.steps.length > 0 ? log.steps.length : Math.max(0, ...series.map(({ values }) => values.length));
  const isAllNaN = series.map(({ values }) => values.every(Number.isNaN));
  for (const [i, { name, values }] of series.entries()) {
    try {
      checkKey(name, `series[${i}].name`);
      if (series.findIndex((other) => other.name === name) < i) throw badSeries(`a second series is called ${name}`);
      if (values.length > rowCount) throw badSeries(`${values.length} values for ${rowCount} steps`);
    } catch (error) {
      yield badPiece(`${file.name}, series[${i}]`, error);
    }
  }
  for (let row = 0; row < rowCount; row++) {
    const all = series.flatMap(({ name, values }, i): { cell: Cell; isKept: boolean }[] => {
      const value = values[row];
      return value === undefined || name === ""
        ? []
        : [{ cell: [name, value], isKept: !Number.isNaN(value) || isAllNaN[i] === true }];
    });
    const kept = all.some(({ isKept }) => isKept) ? all.filter(({ isKept }) => isKept) : all;
    if (kept.length === 0) continue;
    const cells = kept.map(({ cell }) => cell);
    yield { kind: "row", runId, row: { step: log.steps[row] ?? row, wallMs: file.modifiedMs, cells } };
  }
}

function badSeries(message: string): TrainlogError {
  return new TrainlogError("import/bad-value", message, { status: 400 });
}
