/** @file Help texts, made from the command table. */
import type { ArgumentSpec, Command } from "./command.ts";
import { COMMON_OPTIONS, type OptionSpec } from "./option-types.ts";
import type { Style } from "./terminal/style.ts";
import { padText, textWidth, wrapText } from "./terminal/text-width.ts";

/** How to lay out a help text. */
export interface HelpOptions {
  readonly width: number;
  readonly style: Style;
}

/** Widest help text: longer lines are hard to read, however wide the terminal is. */
const MAX_HELP_WIDTH = 100;
/** Widest left column; a longer term gets a line of its own. */
const MAX_TERM_WIDTH = 28;

type Entry = readonly [term: string, meaning: string];

/** Help of the whole program: its commands, one line each. */
export function programHelp(
  commands: readonly { readonly name: string; readonly summary: string }[],
  options: HelpOptions,
): string {
  const { style } = options;
  return sections([
    ["trainlog keeps training runs in plain files and shows them live."],
    [
      style.bold("Usage:"),
      "  trainlog                      serve ./trainlog (or $TRAINLOG_DIR) at http://127.0.0.1:5000",
      "  trainlog COMMAND [options]",
    ],
    [
      style.bold("Commands:"),
      ...entries(
        commands.map(({ name, summary }): Entry => [name, summary]),
        options,
      ),
    ],
    [
      style.bold("Everywhere:"),
      ...entries(
        [
          ["--help, -h", "help of a command"],
          ["--version", "version of trainlog"],
          ["--json", "JSON instead of text"],
        ],
        options,
      ),
    ],
    ["Exit codes: 0 done, 1 failed or a problem was found, 2 the command line was wrong."],
  ]);
}

/** Help of one command: usage, arguments, options with defaults, examples, exit codes. */
export function commandHelp(command: Command, options: HelpOptions): string {
  const { style } = options;
  const width = Math.min(options.width, MAX_HELP_WIDTH);
  const args = command.arguments ?? [];
  const own = Object.entries(command.options);
  return sections([
    wrapText(`trainlog ${command.name}: ${command.summary}`, width),
    [style.bold("Usage:"), `  ${usageLine(command)}`],
    (command.details ?? []).flatMap((paragraph) => wrapText(paragraph, width)),
    args.length === 0
      ? []
      : [
          style.bold("Arguments:"),
          ...entries(
            args.map((arg): Entry => [arg.name, arg.help]),
            options,
          ),
        ],
    [
      style.bold("Options:"),
      ...entries(
        [...own, ...Object.entries(COMMON_OPTIONS)].map(([name, spec]) => optionEntry(name, spec)),
        options,
      ),
    ],
    [
      style.bold("Examples:"),
      ...command.examples.flatMap(([line, meaning]) => [`  ${line}`, `      ${style.dim(meaning)}`]),
    ],
    [style.bold("Exit codes:"), ...entries(exitCodeEntries(command), options)],
  ]);
}

/** `trainlog show RUN|FILE [options]` */
function usageLine(command: Command): string {
  return ["trainlog", command.name, ...(command.arguments ?? []).map(usageOfArgument), "[options]"].join(" ");
}

function usageOfArgument(spec: ArgumentSpec): string {
  const name = spec.many === true ? `${spec.name}…` : spec.name;
  return spec.required === true ? name : `[${name}]`;
}

function optionEntry(name: string, spec: OptionSpec): Entry {
  const value = spec.type === "boolean" ? "" : ` ${spec.value}`;
  const short = spec.short === undefined ? "" : `, -${spec.short}`;
  const choices = spec.type === "text" && spec.choices !== undefined ? `: ${spec.choices.join(" | ")}` : "";
  const fallback = spec.defaultText ?? (spec.type === "boolean" ? undefined : spec.default);
  const repeat = spec.type === "text" && spec.multiple === true ? " (may be repeated)" : "";
  return [
    `--${name}${value}${short}`,
    `${spec.help}${choices}${repeat}${fallback === undefined ? "" : ` (default: ${fallback})`}`,
  ];
}

function exitCodeEntries(command: Command): Entry[] {
  const meanings = { 0: "done", 1: "failed", 2: "the command line was wrong; nothing was done", ...command.exitCodes };
  return Object.entries(meanings);
}

function sections(parts: readonly (readonly string[])[]): string {
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

/** Two columns: terms on the left, their meaning wrapped on the right. */
function entries(list: readonly Entry[], options: HelpOptions): string[] {
  const width = Math.min(options.width, MAX_HELP_WIDTH);
  const termWidth = Math.min(MAX_TERM_WIDTH, Math.max(0, ...list.map(([term]) => textWidth(term))));
  const indent = " ".repeat(termWidth + 4);
  return list.flatMap(([term, meaning]) => {
    const [first = "", ...rest] = wrapText(meaning, Math.max(20, width - indent.length));
    const head =
      textWidth(term) > termWidth ? [`  ${term}`, indent + first] : [`  ${padText(term, termWidth)}  ${first}`];
    return [...head, ...rest.map((line) => indent + line)];
  });
}
