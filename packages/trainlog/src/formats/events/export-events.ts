/**
 * @file Whole runs as a folder: everything that each run said, and the bytes it refers to.
 *
 *     export.json          {"format":"trainlog-events","version":1,"runs":[{"runId","project","name","events","points"}…],"missingBlobs":[…]}
 *     runs/<runId>.jsonl   one run event per line, in order
 *     blobs/ab/cdef…       media and artifacts by SHA-256, as in a store
 *
 * `export.json` is written last: a folder without it is an export that was not finished.
 */
import { isTrainlogError } from "../../run/error.ts";
import type { ExportJob, ExportSummary, FileTree } from "../run-source.ts";
import { TextSink } from "../text-sink.ts";
import { eventLine } from "./event-line.ts";
import { blobPath, blobsOf, EVENTS_MANIFEST, type EventsManifest, eventsPath, pointsOf } from "./layout.ts";

/** Writes the runs of a job into a folder. All metrics are written: an export that is to be lossless leaves nothing out. */
export async function exportEvents(job: ExportJob, tree: FileTree): Promise<ExportSummary> {
  const blobs = new Set<string>();
  const runs: EventsManifest["runs"][number][] = [];
  let points = 0;
  for (const runId of job.runIds) {
    const file = await tree.begin(eventsPath(runId));
    const run = await writeRun(job, runId, new TextSink(file), blobs, points);
    await file.close();
    points += run.points;
    runs.push(run);
  }
  const missingBlobs = await writeBlobs(job, tree, blobs);
  await writeManifest(tree, { format: "trainlog-events", version: 1, runs, missingBlobs });
  const leftOut = missingBlobs.map((sha256) => `the stored file ${sha256}, which is not in the store any more`);
  return { runs: runs.length, points, leftOut };
}

/** Writes the events of one run as lines. The stored files that they refer to are not among them. */
export async function exportEventLines(job: ExportJob, runId: string, sink: TextSink): Promise<ExportSummary> {
  const blobs = new Set<string>();
  const { points } = await writeRun(job, runId, sink, blobs, 0);
  const leftOut = blobs.size === 0 ? [] : [`the bytes of ${blobs.size} stored files`];
  return { runs: 1, points, leftOut };
}

async function writeRun(
  { source, signal, onProgress }: ExportJob,
  runId: string,
  sink: TextSink,
  blobs: Set<string>,
  pointsBefore: number,
): Promise<EventsManifest["runs"][number]> {
  const { project, name } = await source.facts(runId);
  let [events, points] = [0, 0];
  for await (const event of source.events(runId)) {
    signal?.throwIfAborted();
    await sink.add(`${eventLine(event)}\n`);
    for (const sha256 of blobsOf(event)) blobs.add(sha256);
    events += 1;
    points += pointsOf(event);
    if (event.type === "rows") onProgress?.(pointsBefore + points);
  }
  await sink.flush();
  return { runId, project, name, events, points };
}

/** Copies stored files; gives the hashes of those that are gone. */
async function writeBlobs({ source, signal }: ExportJob, tree: FileTree, blobs: Iterable<string>): Promise<string[]> {
  const missing: string[] = [];
  for (const sha256 of blobs) {
    signal?.throwIfAborted();
    const bytes = await source.blob(sha256).catch((error: unknown) => {
      if (isTrainlogError(error, "blob/not-found")) return undefined;
      throw error;
    });
    if (bytes === undefined) missing.push(sha256);
    else await writeFile(tree, blobPath(sha256), bytes);
  }
  return missing;
}

async function writeManifest(tree: FileTree, manifest: EventsManifest): Promise<void> {
  await writeFile(tree, EVENTS_MANIFEST, [`${JSON.stringify(manifest, null, 2)}\n`]);
}

async function writeFile(
  tree: FileTree,
  path: string,
  parts: AsyncIterable<Uint8Array> | Iterable<string>,
): Promise<void> {
  const file = await tree.begin(path);
  for await (const part of parts) await file.write(part);
  await file.close();
}
