/** @file A folder that `export --format events` wrote, or one file of event lines → pieces. */
import { createReadStream, existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describeValue, TrainlogError } from "../../run/error.ts";
import type { RunEvent } from "../../run/event.ts";
import { isPlainObject } from "../../run/json.ts";
import { checkRunId } from "../../run/limits.ts";
import { type InputFile, inputFile } from "../import/input-file.ts";
import { badPiece, type ImportPiece, type ImportReader } from "../import/piece.ts";
import { linesOf, type TextLine } from "../import/text-lines.ts";
import { parseEventLine } from "./event-line.ts";
import { blobPath, EVENTS_MANIFEST, EVENTS_VERSION, eventsPath } from "./layout.ts";

/**
 * Opens a folder of events.
 *
 * @throws TrainlogError `import/bad-format` when it is none, or was not finished; `import/not-found` when a run's file is missing.
 */
export async function openEventsFolder(dir: string, onRead: (bytes: number) => void): Promise<ImportReader> {
  const runs = await readManifest(dir);
  const files = await Promise.all(
    runs.map(async ({ runId, events }) => ({ events, file: await inputFile(join(dir, eventsPath(runId)), onRead) })),
  );
  return {
    format: "events",
    notes: [],
    async *pieces() {
      for (const { file, events } of files) yield* piecesOf(file, events);
    },
    async blob(sha256) {
      const path = join(dir, blobPath(sha256));
      return existsSync(path) ? createReadStream(path) : undefined;
    },
  };
}

/** Opens one file of event lines. */
export function openEventsFile(file: InputFile): ImportReader {
  return { format: "events", notes: [], pieces: () => piecesOf(file, undefined) };
}

function piecesOf(file: InputFile, expectedEvents: number | undefined): AsyncGenerator<ImportPiece> {
  return piecesOfLines(file.name, linesOf(file), expectedEvents);
}

/**
 * Event lines as pieces.
 *
 * @param name - What the lines are called in messages.
 * @param expectedEvents - Lines that there must be; `undefined` when nobody said.
 */
export async function* piecesOfLines(
  name: string,
  blocks: AsyncIterable<readonly TextLine[]>,
  expectedEvents: number | undefined,
): AsyncGenerator<ImportPiece> {
  let runId: string | undefined;
  let count = 0;
  for await (const lines of blocks) {
    for (const { number, text } of lines) {
      count += 1;
      try {
        const event = parseEventLine(text);
        runId = runOf(event, runId);
        yield { kind: "event", runId, event };
      } catch (error) {
        yield badPiece(`${name}, line ${number}`, error);
      }
    }
  }
  if (expectedEvents !== undefined && count < expectedEvents) {
    const message = `the file ends after ${count} of ${expectedEvents} lines; it was cut`;
    yield badPiece(`${name}, line ${count + 1}`, new TrainlogError("import/bad-format", message));
  }
}

/** The run that an event belongs to: the one whose `start` came last. */
function runOf(event: RunEvent, current: string | undefined): string {
  if (event.type === "start") return event.runId;
  if (current !== undefined) return current;
  throw new TrainlogError("import/bad-event", "expected the run's start event before any other", { status: 400 });
}

async function readManifest(dir: string): Promise<{ runId: string; events: number }[]> {
  const path = join(dir, EVENTS_MANIFEST);
  const bad = (message: string, cause?: unknown): TrainlogError =>
    new TrainlogError("import/bad-format", `${path}: ${message}`, { cause, status: 400 });
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw bad("it is not there: this folder is no export of events, or one that was not finished", cause);
  });
  const manifest = parseJson(text, bad);
  if (!isPlainObject(manifest) || manifest["format"] !== "trainlog-events")
    throw bad(`expected {"format":"trainlog-events", …}`);
  const { version, runs } = manifest;
  if (version !== EVENTS_VERSION)
    throw bad(`written in version ${describeValue(version)}, this trainlog reads ${EVENTS_VERSION}; update trainlog`);
  if (!Array.isArray(runs)) throw bad("runs: expected a list");
  return runs.map((run: unknown, i) => {
    const { runId, events } = isPlainObject(run) ? run : {};
    // Checked, because it becomes a path.
    const checked = checkRunId(runId, `${path}: runs[${i}].runId`);
    if (typeof events !== "number") throw bad(`runs[${i}].events: expected a number`);
    return { runId: checked, events };
  });
}

function parseJson(text: string, bad: (message: string, cause?: unknown) => TrainlogError): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw bad("it is not JSON", cause);
  }
}
