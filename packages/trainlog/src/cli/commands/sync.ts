/** @file `trainlog sync`: what a run could not send while its server was away. */
import { type SyncReport, syncRuns } from "../../index.ts";
import { describeValue } from "../../run/error.ts";
import { type Command, type CommandContext, defineCommand, EXIT_OK, EXIT_PROBLEM } from "../command.ts";
import { DIR_OPTION } from "../option-types.ts";
import { usageError } from "../parse.ts";
import { readLogins } from "../place/login-file.ts";
import { SERVER_OPTIONS, serverAt } from "../place/where.ts";
import { runFolders } from "../run-folders.ts";
import { storeDirOf } from "../store-access.ts";
import { formatPlural } from "../terminal/format.ts";
import { visibleText } from "../terminal/text-width.ts";

const STATE_WORDS: Readonly<Record<SyncReport["state"], string>> = {
  sent: "sent",
  unchanged: "was there already",
  failed: "not sent",
};

/** `trainlog sync` */
export const syncCommand: Command = defineCommand({
  name: "sync",
  summary: "send runs to a trainlog server",
  details: ["Sends what the server has not got yet; sending twice changes nothing. The runs stay in the folder."],
  arguments: [
    {
      name: "RUN",
      help: "runs to send; those that were logged to this server and are not wholly there when none is named",
      many: true,
    },
  ],
  options: {
    ...DIR_OPTION,
    ...SERVER_OPTIONS,
    url: { ...SERVER_OPTIONS.url, help: "address of the server" },
    timeout: { type: "integer", value: "SECONDS", default: 600, min: 1, max: 86_400, help: "longest time for one run" },
  },
  examples: [
    ["trainlog sync --url http://gpu-box:5000", "what is left to send to that server"],
    ["trainlog sync baseline --url http://gpu-box:5000", "one run, also one that never knew the server"],
  ],
  exitCodes: { 1: "a run could not be sent, or not all of it; it is as it was and can be sent again" },
  run: async ({ options, args, context }) => {
    const { env, out } = context;
    const asked = options.url ?? (env["TRAINLOG_URL"] || readLogins(env).current);
    if (asked === undefined) throw usageError("where to? say --url URL (or set $TRAINLOG_URL, or trainlog login URL)");
    if (!/^https?:\/\//i.test(asked) || !URL.canParse(asked)) {
      throw usageError(`--url: expected an address such as http://gpu-box:5000, got ${describeValue(asked)}`);
    }
    const { url, token } = serverAt(asked, options.token, "option", context);
    const reports = await send(args, { ...options, url, token }, context);
    out.data({ runs: reports });
    for (const report of reports) out.text(reportLine(report));
    if (reports.length === 0) out.text(`nothing left to send to ${url}`);
    return reports.every(({ state, refused }) => state !== "failed" && refused === 0) ? EXIT_OK : EXIT_PROBLEM;
  },
});

async function send(
  args: readonly string[],
  options: {
    readonly dir: string | undefined;
    readonly url: string;
    readonly token: string | undefined;
    readonly timeout: number;
  },
  context: CommandContext,
): Promise<SyncReport[]> {
  const { dir, url, token, timeout } = options;
  const named = args.length === 0 ? undefined : (await runFolders(args, dir, context)).map(({ runId }) => runId);
  let bar: ReturnType<typeof context.out.progress> | undefined;
  try {
    return await syncRuns(storeDirOf(dir, context), {
      url,
      timeoutMs: timeout * 1000,
      warn: (message) => context.out.note(visibleText(message)),
      onRun: (runId, index, count) => {
        bar ??= context.out.progress("send", count);
        bar.update(index, runId);
      },
      ...(token === undefined ? {} : { token }),
      ...(named === undefined ? {} : { runIds: named }),
    });
  } finally {
    bar?.end();
  }
}

function reportLine({ runId, state, refused, message }: SyncReport): string {
  const lost = refused === 0 ? "" : `; the server refused ${formatPlural(refused, "batch", "batches")} for good`;
  return `${STATE_WORDS[state]}  ${visibleText(runId)}${lost}${message === undefined ? "" : `: ${visibleText(message)}`}`;
}
