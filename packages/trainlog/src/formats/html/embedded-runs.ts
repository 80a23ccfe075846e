/**
 * @file Whole runs inside of a report, so that the page alone can be imported again.
 *
 * They lie in a `<template>`, which browsers neither show nor run: event lines, compressed, as base64. Only who asks for it gets it, because a run says more than its report
 * shows (the command line, the console, the code's changes).
 */
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { TrainlogError } from "../../run/error.ts";
import { eventLine } from "../events/event-line.ts";
import { piecesOfLines } from "../events/read-events.ts";
import type { InputFile } from "../import/input-file.ts";
import type { ImportReader } from "../import/piece.ts";
import type { TextLine } from "../import/text-lines.ts";
import type { ExportJob } from "../run-source.ts";

const OPEN = '<template id="trainlog-runs">';
const CLOSE = "</template>";

/** Characters of event lines that one page carries at most; about a tenth of it compressed. */
const MAX_CHARACTERS = 64 * 1024 * 1024;
/** Bytes of a page that is read back. */
const MAX_PAGE_BYTES = 256 * 1024 * 1024;

/**
 * The runs of a job as markup for the end of a page.
 *
 * @throws TrainlogError `export/too-large` when they are more than a page should carry.
 */
export async function embedRuns({ source, runIds, signal }: ExportJob): Promise<string> {
  const lines: string[] = [];
  let characters = 0;
  for (const runId of runIds) {
    for await (const event of source.events(runId)) {
      signal?.throwIfAborted();
      const line = eventLine(event);
      characters += line.length + 1;
      if (characters > MAX_CHARACTERS) throw tooLarge();
      lines.push(line);
    }
  }
  const bytes = await promisify(gzip)(lines.join("\n"));
  return `${OPEN}${bytes.toString("base64")}${CLOSE}\n`;
}

function tooLarge(): TrainlogError {
  return new TrainlogError(
    "export/too-large",
    "the runs are too large to be carried by a page (64 MiB of events); leave out --with-events, or export --format events",
    { status: 400 },
  );
}

/**
 * Opens a page that carries runs.
 *
 * @throws TrainlogError `import/bad-format` when it carries none, or damaged ones.
 */
export async function openReport(file: InputFile): Promise<ImportReader> {
  const lines = (await eventText(file)).split("\n").map((text, i): TextLine => ({ number: i + 1, text }));
  return {
    format: "html",
    notes: [],
    pieces: () => piecesOfLines(file.name, oneBlock(lines), undefined),
  };
}

async function* oneBlock(lines: TextLine[]): AsyncGenerator<TextLine[]> {
  yield lines;
}

async function eventText(file: InputFile): Promise<string> {
  if (file.sizeBytes > MAX_PAGE_BYTES) throw badPage(file, `larger than ${MAX_PAGE_BYTES} bytes, so it is no report`);
  const page = Buffer.concat(await Array.fromAsync(file.bytes())).toString("utf8");
  // Text of runs is escaped in a page, so only the page's own markup can look like this.
  const start = page.lastIndexOf(OPEN);
  const end = page.indexOf(CLOSE, start);
  if (start < 0 || end < 0)
    throw badPage(file, "it carries no runs; export it with --with-events to be able to import it");
  try {
    const bytes = Buffer.from(page.slice(start + OPEN.length, end), "base64");
    return (await promisify(gunzip)(bytes, { maxOutputLength: 4 * MAX_CHARACTERS })).toString("utf8");
  } catch (cause) {
    throw badPage(file, `the runs in it are damaged: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}

function badPage(file: InputFile, message: string, cause?: unknown): TrainlogError {
  return new TrainlogError("import/bad-format", `${file.name}: ${message}`, { cause, status: 400 });
}
