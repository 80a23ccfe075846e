/** @file One check or repair after the other: a run that cannot even be read does not keep the others from theirs, and Ctrl-C ends between two. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { isTrainlogError } from "../run/error.ts";
import type { CommandContext } from "./command.ts";
import type { RunFolder } from "./run-folders.ts";
import { visibleText } from "./terminal/text-width.ts";

/** What became of one run: a report, or why there is none. */
export type RunOutcome<Report> = RunFolder &
  ({ readonly report: Report; readonly error?: never } | { readonly report?: never; readonly error: RunFailure });

/** Why nothing could be done with a run. */
interface RunFailure {
  readonly code: string;
  readonly message: string;
}

/** Works through run folders with a progress bar. */
export async function forEachRun<Report>(
  label: string,
  folders: readonly RunFolder[],
  { out, signal }: CommandContext,
  work: (dir: string) => Report,
): Promise<RunOutcome<Report>[]> {
  using bar = out.progress(label, folders.length);
  const outcomes: RunOutcome<Report>[] = [];
  for (const [i, folder] of folders.entries()) {
    // The work keeps the thread busy; between two runs Ctrl-C is heard.
    await nextTurn();
    signal.throwIfAborted();
    bar.update(i, visibleText(folder.runId));
    outcomes.push(outcomeOf(folder, work));
  }
  return outcomes;
}

function outcomeOf<Report>(folder: RunFolder, work: (dir: string) => Report): RunOutcome<Report> {
  try {
    return { ...folder, report: work(folder.dir) };
  } catch (error) {
    if (!isTrainlogError(error)) throw error;
    return { ...folder, error: { code: error.code, message: error.message } };
  }
}
