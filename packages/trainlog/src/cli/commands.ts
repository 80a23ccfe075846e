/** @file The table of commands. A command's file is loaded when it is asked for, so that `trainlog ls` does not wait for the server's code. */
import type { Command } from "./command.ts";

/** One line of the table. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** All commands, in the order in which the help lists them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "serve",
    summary: "serve a store: dashboard, HTTP API, live updates",
    load: async () => (await import("./commands/serve.ts")).serveCommand,
  },
  {
    name: "demo",
    summary: "train small real models and watch them live",
    load: async () => (await import("./commands/demo.ts")).demoCommand,
  },
  {
    name: "train",
    summary: "train a built-in example: quickstart or digits",
    load: async () => (await import("./commands/train.ts")).trainCommand,
  },
  { name: "ls", summary: "list runs", load: async () => (await import("./commands/ls.ts")).lsCommand },
  {
    name: "query",
    summary: "find runs by a filter, with the columns that you choose",
    load: async () => (await import("./commands/query.ts")).queryCommand,
  },
  {
    name: "show",
    summary: "show a run, or a training log file, in the terminal",
    load: async () => (await import("./commands/show.ts")).showCommand,
  },
  {
    name: "view",
    summary: "make a page or a picture of a training log file or a run",
    load: async () => (await import("./commands/view.ts")).viewCommand,
  },
  {
    name: "tail",
    summary: "print the last lines and points of a run, and follow it",
    load: async () => (await import("./commands/tail.ts")).tailCommand,
  },
  {
    name: "plot",
    summary: "draw curves of runs in the terminal",
    load: async () => (await import("./commands/plot.ts")).plotCommand,
  },
  {
    name: "compare",
    summary: "put runs side by side: what differs, and how they came out",
    load: async () => (await import("./commands/compare.ts")).compareCommand,
  },
  {
    name: "export",
    summary: "write runs as Parquet, CSV, JSON, HTML, or whole",
    load: async () => (await import("./commands/export.ts")).exportCommand,
  },
  {
    name: "import",
    summary: "make runs of files: an export, CSV, Parquet, JSON lines",
    load: async () => (await import("./commands/import.ts")).importCommand,
  },
  {
    name: "verify",
    summary: "check every byte of runs and name every damage",
    load: async () => (await import("./commands/verify.ts")).verifyCommand,
  },
  {
    name: "repair",
    summary: "rebuild damaged runs from what is readable",
    load: async () => (await import("./commands/repair.ts")).repairCommand,
  },
  { name: "seal", summary: "compress ended runs", load: async () => (await import("./commands/seal.ts")).sealCommand },
  {
    name: "sync",
    summary: "send runs to a trainlog server",
    load: async () => (await import("./commands/sync.ts")).syncCommand,
  },
  {
    name: "tag",
    summary: "add tags to runs, or remove them",
    load: async () => (await import("./commands/tag.ts")).tagCommand,
  },
  {
    name: "rename",
    summary: "give a run another name",
    load: async () => (await import("./commands/rename.ts")).renameCommand,
  },
  {
    name: "rm",
    summary: "move runs to the store's trash",
    load: async () => (await import("./commands/rm.ts")).rmCommand,
  },
  {
    name: "backup",
    summary: "copy a store while it is in use, or bring a copy up to date",
    load: async () => (await import("./commands/backup.ts")).backupCommand,
  },
  {
    name: "restore",
    summary: "bring runs back from the trash, or from a backup",
    load: async () => (await import("./commands/restore.ts")).restoreCommand,
  },
  {
    name: "gc",
    summary: "free the disk space of removed runs and unused files",
    load: async () => (await import("./commands/gc.ts")).gcCommand,
  },
  {
    name: "du",
    summary: "say what takes how much disk space",
    load: async () => (await import("./commands/du.ts")).duCommand,
  },
  {
    name: "token",
    summary: "make, list and revoke the tokens of a server",
    load: async () => (await import("./commands/token.ts")).tokenCommand,
  },
  {
    name: "login",
    summary: "remember a server, so that verbs work on its runs",
    load: async () => (await import("./commands/login.ts")).loginCommand,
  },
  {
    name: "logout",
    summary: "forget a server and its token",
    load: async () => (await import("./commands/login.ts")).logoutCommand,
  },
  {
    name: "doctor",
    summary: "check machine, store and server, and say what to do",
    load: async () => (await import("./commands/doctor.ts")).doctorCommand,
  },
  {
    name: "completion",
    summary: "completion of command lines for bash, zsh and fish",
    load: async () => (await import("./commands/completion.ts")).completionCommand,
  },
];
