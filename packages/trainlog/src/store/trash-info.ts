/** @file What a list of deleted runs shows of each. */
import { RunLogReader } from "../run-log/read/index.ts";
import { RunFold } from "./run-fold.ts";
import { readIdentity } from "./run-folder.ts";
import { folderBytes, type TrashEntry } from "./trash.ts";
import type { TrashedRun } from "./types.ts";

/** Describes a deleted run; one that cannot be read shows by its id alone. */
export async function describeTrash(entry: TrashEntry): Promise<TrashedRun> {
  const { runId, deletedMs } = entry;
  return { runId, deletedMs, ...namesOf(entry), sizeBytes: await folderBytes(entry.dir) };
}

function namesOf({ runId, dir }: TrashEntry): { project: string; name: string } {
  try {
    const project = readIdentity(dir, runId)?.project ?? "";
    using reader = RunLogReader.open(dir);
    const fold = new RunFold();
    const { events } = reader.refresh();
    for (const event of events) fold.apply(event);
    fold.setEdits(events.slice(events.length - reader.position.edits));
    return { project, name: fold.fields().name ?? runId };
  } catch {
    return { project: "", name: runId };
  }
}
