/**
 * @file The code version from git: commit, branch, remote and the diff of the work tree.
 *
 * A repository is data that may come from anywhere, and its configuration can name programs (pagers, diff drivers, filters, fsmonitor, hooks). All of
 * them are switched off, so that looking at a repository runs nothing but git.
 */
import type { JsonObject, JsonValue } from "../../run/json.ts";
import { objectFromEntries } from "../../run/json.ts";
import { type CommandOutput, runCommand } from "./run-command.ts";

/** Largest diff kept, bytes. */
const MAX_DIFF_BYTES = 1_048_576;

/** Longest time for one git command. A huge work tree must not hold up training. */
const TIMEOUT_MS = 1_500;

const SAFE = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "core.pager=cat",
  "diff.external=",
  "core.sshCommand=false",
];

/**
 * Facts about the repository that `cwd` lies in: `commit`, `branch`, `remote` (without credentials), `dirty`, `diff` (of tracked files, at most 1 MiB).
 *
 * @returns An empty object outside a repository or without git.
 */
export async function gitFacts(cwd: string): Promise<JsonObject> {
  const head = await git(cwd, ["rev-parse", "--show-toplevel", "HEAD"]);
  const [root, commit] = head.stdout.trim().split("\n");
  if (!head.ok || root === undefined || commit === undefined) return {};
  const filters = await filterOverrides(cwd);
  const [branch, remote, diff] = await Promise.all([
    git(cwd, ["symbolic-ref", "--short", "-q", "HEAD"]),
    git(cwd, ["config", "--get", "remote.origin.url"]),
    git(root, ["diff", "HEAD", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=all"], filters),
  ]);
  const facts: [string, JsonValue | undefined][] = [
    ["commit", commit],
    ["branch", branch.ok ? branch.stdout.trim() : undefined],
    ["remote", remote.ok ? withoutCredentials(remote.stdout.trim()) : undefined],
    ...diffFacts(diff),
  ];
  return objectFromEntries(
    facts.flatMap(([key, value]): [string, JsonValue][] => (value === undefined ? [] : [[key, value]])),
  );
}

function diffFacts(diff: CommandOutput): [string, JsonValue | undefined][] {
  if (!diff.ok && !diff.cut) return [["diffSkipped", `git diff failed or took longer than ${TIMEOUT_MS} ms`]];
  const text = diff.stdout.toWellFormed();
  return [
    ["dirty", text !== ""],
    ["diff", text === "" ? undefined : text],
    ["diffCut", diff.cut ? `only the first ${MAX_DIFF_BYTES} bytes are kept` : undefined],
  ];
}

/** `-c` settings that empty every content filter of the configuration (git-lfs and whatever a stranger put there). */
async function filterOverrides(cwd: string): Promise<string[]> {
  const names = await git(cwd, [
    "config",
    "--name-only",
    "--get-regexp",
    "^filter\\..*\\.(clean|smudge|process|required)$",
  ]);
  return names.stdout
    .split("\n")
    .filter((name) => name !== "")
    .map((name) => (name.endsWith(".required") ? `${name}=false` : `${name}=`));
}

function git(cwd: string, args: readonly string[], settings: readonly string[] = []): Promise<CommandOutput> {
  const overrides = [...SAFE, ...settings].flatMap((setting) => ["-c", setting]);
  return runCommand("git", [...overrides, ...args], {
    cwd,
    env: { ...process.env, GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0", GIT_PAGER: "cat", LC_ALL: "C" },
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_DIFF_BYTES,
  });
}

/** A remote's address without user name, password and query (`https://user:token@host/…` is how tokens leak). */
export function withoutCredentials(remote: string): string {
  try {
    const url = new URL(remote);
    if (url.protocol === "ssh:") return remote.replace(/:[^:@/]*@/, "@"); // the user name of ssh is part of the address
    url.username = "";
    url.password = "";
    url.search = "";
    url.hash = "";
    return url.href;
  } catch {
    return remote; // scp-like `git@host:path` or a local path
  }
}
