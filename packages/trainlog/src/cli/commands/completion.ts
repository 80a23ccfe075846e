/**
 * @file `trainlog completion`: scripts for shells. They ask the program itself what could come next, so they never go stale and know runs and projects.
 */
import { type Command, type CommandContext, defineCommand, EXIT_OK } from "../command.ts";
import { completeLine } from "../complete-line.ts";
import { usageError } from "../parse.ts";
import { didYouMean } from "../suggest.ts";

const BASH = `# trainlog completion for bash: put this line into ~/.bashrc:  source <(trainlog completion bash)
_trainlog() {
  local IFS=$'\\n' word
  COMPREPLY=()
  while read -r word; do COMPREPLY+=("$(printf '%q' "$word")"); done < <(
    "\${COMP_WORDS[0]}" completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null
  )
}
complete -o default -F _trainlog trainlog
`;

const ZSH = `#compdef trainlog
# trainlog completion for zsh: put this line into ~/.zshrc:  source <(trainlog completion zsh)
_trainlog() {
  local -a found
  found=("\${(@f)$("\${words[1]}" completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then compadd -a found; else _files; fi
}
compdef _trainlog trainlog
`;

const FISH = `# trainlog completion for fish:  trainlog completion fish > ~/.config/fish/completions/trainlog.fish
function __trainlog_words
  set -l tokens (commandline -opc)
  $tokens[1] completion words -- $tokens[2..-1] (commandline -ct) 2>/dev/null
end
complete -c trainlog -a '(__trainlog_words)'
`;

const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** `trainlog completion` */
export const completionCommand: Command = defineCommand({
  name: "completion",
  summary: "completion of command lines for bash, zsh and fish",
  details: [
    "Prints a script for the shell. It completes commands, options and their values, and the names of runs, projects and tags.",
  ],
  arguments: [
    { name: "bash|zsh|fish", help: "the shell (words: what the scripts ask)", required: true },
    { name: "WORD", help: "of words: the command line so far", many: true },
  ],
  examples: [
    ["source <(trainlog completion bash)", "in ~/.bashrc"],
    ["source <(trainlog completion zsh)", "in ~/.zshrc"],
    ["trainlog completion fish > ~/.config/fish/completions/trainlog.fish", "once"],
  ],
  run: async ({ args: [shell = "", ...words], context }) => {
    const { out } = context;
    if (shell === "words") {
      const found = await wordsOf(words, context);
      out.data({ words: found });
      if (!out.json && found.length > 0) out.text(found.join("\n"));
      return EXIT_OK;
    }
    const script = SCRIPTS[shell];
    if (script === undefined || words.length > 0) {
      const shells = Object.keys(SCRIPTS);
      throw usageError(
        `trainlog completion: expected ${shells.join(", ")}, got ${JSON.stringify([shell, ...words].join(" "))}${didYouMean(shell, shells)}`,
      );
    }
    out.data({ shell, script });
    out.text(script.trimEnd());
    return EXIT_OK;
  },
});

/** What cannot be completed, because there is no store or no server, gives nothing: whoever presses Tab wants no error. */
async function wordsOf(words: readonly string[], context: CommandContext): Promise<string[]> {
  const { COMMANDS } = await import("../commands.ts");
  try {
    const found = await completeLine(words, COMMANDS, context);
    return [...new Set(found)].filter((word) => !/[\p{Cc}\n]/u.test(word));
  } catch {
    return [];
  }
}
