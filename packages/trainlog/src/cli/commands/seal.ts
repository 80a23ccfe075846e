/** @file `trainlog seal`: the logs of ended runs, compressed. */

import { isTrainlogError } from "../../run/error.ts";
import type { RunInfo } from "../../store/index.ts";
import { type Command, defineCommand, EXIT_OK, EXIT_PROBLEM } from "../command.ts";
import { DIR_OPTION } from "../option-types.ts";
import type { Output } from "../output.ts";
import { FOR_ONE_CHANGE, findRuns, withStore } from "../store-access.ts";
import { formatBytes, formatPlural } from "../terminal/format.ts";
import { visibleText } from "../terminal/text-width.ts";

interface Sealed {
  readonly runId: string;
  readonly beforeBytes: number;
  readonly afterBytes: number;
}

interface Failure {
  readonly runId: string;
  readonly code: string;
  readonly message: string;
}

/** `trainlog seal` */
export const sealCommand: Command = defineCommand({
  name: "seal",
  summary: "compress ended runs",
  details: [
    "Rewrites a run's log into one compressed file with the same content, checks it, and only then removes the original. A server does this by itself; running runs are left alone, and so are runs of which a part waits to be sent (trainlog sync).",
  ],
  arguments: [{ name: "RUN", help: "runs to compress; all that ended when none is named", many: true }],
  options: { ...DIR_OPTION },
  examples: [
    ["trainlog seal", "compresses every run that ended"],
    ["trainlog seal baseline", "compresses one run"],
  ],
  exitCodes: { 1: "a run could not be compressed; it is as it was" },
  run: async ({ options, args, context }) => {
    const { out } = context;
    const { sealed, failures } = await withStore(options.dir, context, FOR_ONE_CHANGE, async (store) => {
      const named = await findRuns(store, args);
      const runs = args.length > 0 ? named : named.filter((run) => run.state !== "running");
      return sealAll(runs, (runId) => store.sealRun(runId), context);
    });
    out.data({ sealed, failures });
    out.text(sealedText(sealed));
    for (const failure of failures) out.note(`not compressed: ${failure.runId}: ${visibleText(failure.message)}`);
    return failures.length === 0 ? EXIT_OK : EXIT_PROBLEM;
  },
});

/** A run whose size stayed as it was had been compressed before. */
function sealedText(sealed: readonly Sealed[]): string {
  const changed = sealed.filter((run) => run.beforeBytes !== run.afterBytes);
  const already = sealed.length - changed.length;
  const before = changed.reduce((sum, run) => sum + run.beforeBytes, 0);
  const after = changed.reduce((sum, run) => sum + run.afterBytes, 0);
  const done = `compressed ${formatPlural(changed.length, "run")}: ${formatBytes(before)} → ${formatBytes(after)}`;
  const rest = already === 0 ? [] : [`${formatPlural(already, "run")} compressed already`];
  return (changed.length === 0 ? (already === 0 ? ["no run to compress"] : rest) : [done, ...rest]).join("; ");
}

/** One run that cannot be sealed does not keep the others from it; Ctrl-C ends between two runs. */
async function sealAll(
  runs: readonly RunInfo[],
  seal: (runId: string) => Promise<Omit<Sealed, "runId">>,
  { out, signal }: { readonly out: Output; readonly signal: AbortSignal },
): Promise<{ sealed: Sealed[]; failures: Failure[] }> {
  const sealed: Sealed[] = [];
  const failures: Failure[] = [];
  using bar = out.progress("compress", runs.length);
  for (const [i, { runId, name }] of runs.entries()) {
    if (signal.aborted) break;
    bar.update(i, visibleText(name));
    try {
      sealed.push({ runId, ...(await seal(runId)) });
    } catch (error) {
      if (!isTrainlogError(error)) throw error;
      failures.push({ runId, code: error.code, message: error.message });
    }
  }
  return { sealed, failures };
}
