/** @file The command line that sends what is left of a run. */

/** The exact command for a shell. */
export function syncCommand(storeDir: string, url: string, runId: string): string {
  return `npx trainlog sync ${quoted(runId)} --dir ${quoted(storeDir)} --url ${quoted(url)}`;
}

/** In single quotes when a shell would read it otherwise. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
