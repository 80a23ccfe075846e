/** @file The reference of the command line as Markdown, made of the same tables as `--help`: a test holds `docs/cli.md` to it. */
import type { Command } from "../packages/trainlog/src/cli/command.ts";
import { COMMANDS } from "../packages/trainlog/src/cli/commands.ts";
import { commandHelp } from "../packages/trainlog/src/cli/help.ts";
import { makeStyle } from "../packages/trainlog/src/cli/terminal/style.ts";

/** Where the reference begins in the page; all before it is written by hand. */
export const REFERENCE_MARK = "<!-- From here on: made of the help texts by scripts/cli-reference.ts. -->";

/** The help of every command, as sections. */
export async function cliReference(): Promise<string> {
  const commands = await Promise.all(COMMANDS.map((entry) => entry.load()));
  return [REFERENCE_MARK, "", "## Commands", "", ...commands.flatMap(section)].join("\n");
}

function section(command: Command): string[] {
  const help = commandHelp(command, { width: 100, style: makeStyle(false) });
  return [`### ${command.name}`, "", "```text", help.trimEnd(), "```", ""];
}

if (import.meta.main) {
  const { readFileSync, writeFileSync } = await import("node:fs");
  const page = new URL("../docs/cli.md", import.meta.url);
  const [written = ""] = readFileSync(page, "utf8").split(REFERENCE_MARK);
  writeFileSync(page, `${written}${await cliReference()}`);
}
