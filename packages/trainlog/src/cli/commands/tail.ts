/** @file `trainlog tail`: the last console lines and rows of a run, and with -f those that come. */
import { pause } from "../../client/index.ts";
import { isTrainlogError } from "../../run/error.ts";
import type { RunInfo } from "../../store/index.ts";
import { type Command, type CommandContext, defineCommand, EXIT_OK, EXIT_PROBLEM } from "../command.ts";
import { RunTail, type TailFilter, type TailItem } from "../follow-run.ts";
import { keyPattern } from "../key-pattern.ts";
import type { RunPlace } from "../place/run-place.ts";
import { PLACE_OPTIONS } from "../place/where.ts";
import { withPlace } from "../place/with-place.ts";
import { paintState, stateText } from "../run-state.ts";
import { findRun } from "../store-access.ts";
import { formatCount, formatNumber } from "../terminal/format.ts";
import { visibleText } from "../terminal/text-width.ts";

/** How long to wait before a server that is away is asked again. */
const RETRY_MS = 1000;

/** `trainlog tail` */
export const tailCommand: Command = defineCommand({
  name: "tail",
  summary: "print the last lines and points of a run, and follow it",
  details: [
    "Prints the console output and the logged rows of a run. With -f it goes on until the run ends, or Ctrl-C; a lost connection is made again, and nothing is missed.",
    'With --json each line is one object: {"type": "console"|"row"|"alert"|"state", …}.',
  ],
  arguments: [{ name: "RUN", help: "id, beginning of an id, or name of a run", required: true }],
  options: {
    ...PLACE_OPTIONS,
    follow: { type: "boolean", short: "f", help: "go on while the run does" },
    lines: {
      type: "integer",
      short: "n",
      value: "N",
      default: 10,
      min: 0,
      max: 10_000,
      help: "lines and rows from the past",
    },
    metric: {
      type: "text",
      short: "m",
      value: "KEY",
      multiple: true,
      help: "only this metric; loss/* takes all that begin so",
      defaultText: "all but the machine's own",
    },
    console: { type: "boolean", help: "console output alone" },
    points: { type: "boolean", help: "points alone" },
  },
  examples: [
    ["trainlog tail -f baseline", "watch a run"],
    ["trainlog tail -f baseline -m loss --points --json", "one metric, for a program"],
    ["trainlog tail baseline --console -n 100", "its last 100 lines"],
  ],
  exitCodes: { 1: "there is no such run; with -f: it failed, crashed, was killed or removed" },
  run: ({ options, args: [text = ""], context }) =>
    withPlace(options, context, async (place) => {
      const run = await findRun(place.runs, text);
      const both = options.console === options.points;
      const filter: TailFilter = {
        console: both || options.console,
        points: both || options.points,
        wantsKey: options.metric.length === 0 ? (key) => !key.startsWith("system/") : keyPattern(options.metric),
      };
      const tail = new RunTail(place.runs, run.runId, filter);
      if (!options.follow) {
        for (const item of options.lines === 0 ? [] : await tail.begin(options.lines)) print(item, context);
        return EXIT_OK;
      }
      return follow(place, run, tail, options.lines, context);
    }),
});

async function follow(
  place: RunPlace,
  run: RunInfo,
  tail: RunTail,
  lines: number,
  context: CommandContext,
): Promise<number> {
  const { signal, out } = context;
  let hasBegun = false;
  const onLost = (message: string): void => out.note(`${visibleText(message.split("\n")[0] ?? "")}; trying again`);
  for await (const change of place.follow([run.runId], { signal, onLost })) {
    if (change.type === "removed") {
      out.note(`the run ${run.runId} was removed`);
      return EXIT_PROBLEM;
    }
    const again = <T>(read: () => Promise<T>): Promise<T> => untilAnswered(read, signal, onLost);
    // What was said before the first look is the past; from then on nothing is left out.
    if (!hasBegun) {
      const past = await again(() => tail.begin(Math.max(1, lines)));
      if (lines > 0) for (const item of past) print(item, context);
    }
    hasBegun = true;
    for (const item of await again(() => tail.changed(change))) {
      print(item, context);
      if (item.type === "state" && item.run.state !== "running")
        return item.run.state === "finished" ? EXIT_OK : EXIT_PROBLEM;
    }
  }
  signal.throwIfAborted();
  return EXIT_OK;
}

/** Reads; again and again while the server is away. */
async function untilAnswered<T>(
  read: () => Promise<T>,
  signal: AbortSignal,
  onLost: (message: string) => void,
): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!isTrainlogError(error) || ![502, 503, 504].includes(error.status)) throw error;
      onLost(error.message);
      await pause(RETRY_MS, signal);
    }
  }
}

function print(item: TailItem, { out }: CommandContext): void {
  if (out.json) {
    out.bytes(`${JSON.stringify(plain(item), nonFinite)}\n`);
    return;
  }
  out.text(lineOf(item, out.style));
}

function plain(item: TailItem): object {
  if (item.type === "row") return { type: "row", step: item.step, values: Object.fromEntries(item.values) };
  if (item.type === "console") return { type: "console", ...item.line };
  return item.type === "state" ? { type: "state", runId: item.run.runId, state: item.run.state } : item;
}

function nonFinite(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

function lineOf(item: TailItem, style: CommandContext["out"]["style"]): string {
  switch (item.type) {
    case "console":
      return visibleText(item.line.text);
    case "row": {
      const values = item.values.map(
        ([key, value]) =>
          `${visibleText(key)} ${typeof value === "number" ? formatNumber(value) : visibleText(JSON.stringify(value))}`,
      );
      return `${style.dim(`step ${formatCount(item.step)}`)}  ${values.join("  ")}`;
    }
    case "alert":
      return style.yellow(`! ${visibleText(item.title)}${item.text === "" ? "" : `: ${visibleText(item.text)}`}`);
    case "state":
      return paintState(stateText(item.run.state), item.run.state, style);
  }
}
