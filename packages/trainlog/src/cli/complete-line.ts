/** @file What could stand next in a command line: commands, options, their values, runs, projects, tags. */
import type { Command, CommandContext } from "./command.ts";
import type { CommandEntry } from "./commands.ts";
import { COMMON_OPTIONS, type OptionSpec, type OptionTable } from "./option-types.ts";
import { parseLine } from "./parse.ts";
import { type PlaceValues, SERVER_OPTIONS } from "./place/where.ts";
import { withPlace } from "./place/with-place.ts";

/** Most runs that are offered: a list that is longer helps nobody. */
const MAX_RUNS = 200;

/**
 * Words that can complete the last one.
 *
 * @param words - The words after `trainlog`; the last one is completed and may be empty.
 */
export async function completeLine(
  words: readonly string[],
  commands: readonly CommandEntry[],
  context: CommandContext,
): Promise<string[]> {
  const current = words.at(-1) ?? "";
  const [name, ...before] = words.slice(0, -1);
  if (name === undefined) return beginning([...commands.map((command) => command.name), "help"], current);
  if (name === "help")
    return beginning(
      commands.map((command) => command.name),
      current,
    );
  const command = await commands.find((entry) => entry.name === name)?.load();
  if (command === undefined) return [];
  const table: OptionTable = { ...command.options, ...COMMON_OPTIONS };
  const asked = optionNamed(table, before.at(-1) ?? "");
  if (asked !== undefined && asked.spec.type !== "boolean") {
    return beginning(await valuesOf(asked.name, asked.spec, placeOf(before), context), current);
  }
  if (current.startsWith("-"))
    return beginning(
      Object.keys(table).map((option) => `--${option}`),
      current,
    );
  return beginning(await argumentsOf(command, before, context), current);
}

function beginning(words: readonly string[], current: string): string[] {
  return words.filter((word) => word.startsWith(current));
}

function optionNamed(
  table: OptionTable,
  word: string,
): { readonly name: string; readonly spec: OptionSpec } | undefined {
  const found = Object.entries(table).find(
    ([name, { short }]) => word === `--${name}` || (short !== undefined && word === `-${short}`),
  );
  return found === undefined ? undefined : { name: found[0], spec: found[1] };
}

async function valuesOf(
  name: string,
  spec: OptionSpec,
  place: PlaceValues,
  context: CommandContext,
): Promise<readonly string[]> {
  if (spec.type === "text" && spec.choices !== undefined) return spec.choices;
  if (name === "project")
    return withPlace(place, context, async ({ runs }) => (await runs.projects()).map(({ project }) => project));
  if (name === "tag") return (await runsOf(place, context)).flatMap(({ tags }) => tags);
  return [];
}

/** Arguments of a command, by what its description calls them. */
async function argumentsOf(
  command: Command,
  before: readonly string[],
  context: CommandContext,
): Promise<readonly string[]> {
  const specs = command.arguments ?? [];
  const index = positionals(command, before);
  const spec = specs[Math.min(index, specs.length - 1)];
  if (spec === undefined || (index >= specs.length && spec.many !== true)) return [];
  if (/^[a-z]+(?:\|[a-z]+)+$/.test(spec.name)) return spec.name.split("|");
  const runs =
    /\b(?:RUN|TAG)\b/.test(spec.name) && "dir" in command.options ? await runsOf(placeOf(before), context) : [];
  if (spec.name === "TAG") return [...new Set(runs.flatMap(({ tags }) => tags))];
  return [...new Set(runs.flatMap(({ runId, name }) => (name === runId ? [runId] : [name, runId])))];
}

/** How many arguments stand before. */
function positionals(command: Command, before: readonly string[]): number {
  try {
    return parseLine({ ...command, arguments: [{ name: "WORD", help: "", many: true }] }, before).args.length;
  } catch {
    return 0;
  }
}

/** The place that a half line names. */
function placeOf(before: readonly string[]): PlaceValues {
  const valueAfter = (option: string): string | undefined => {
    const at = before.lastIndexOf(option);
    return at < 0 ? before.findLast((word) => word.startsWith(`${option}=`))?.slice(option.length + 1) : before[at + 1];
  };
  const [url, token] = Object.keys(SERVER_OPTIONS).map((name) => valueAfter(`--${name}`));
  return { dir: valueAfter("--dir"), url, token };
}

async function runsOf(place: PlaceValues, context: CommandContext) {
  return withPlace(place, context, async ({ runs }) => (await runs.listRuns({ limit: MAX_RUNS })).runs);
}
