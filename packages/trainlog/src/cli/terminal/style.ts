/** @file Colours: asked for once per stream, so that a pipe, a file and `NO_COLOR` get plain text. */

/** Functions that colour a text, or give it back as it is. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/** Environment variables, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Says whether colours are wanted on a stream.
 *
 * `FORCE_COLOR` (anything but `0` and `false`) wins, as in Node; then a non-empty `NO_COLOR` (https://no-color.org) and `TERM=dumb` say no; else a
 * terminal has colours and a pipe or a file has none.
 */
export function wantsColour(isTerminal: boolean, env: Environment): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if ((env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb") return false;
  return isTerminal;
}

/** Makes the colouring functions; with `coloured` false each gives its text back unchanged. */
export function makeStyle(coloured: boolean): Style {
  const sgr = (on: number, off: number) => (text: string) => (coloured ? `\u001b[${on}m${text}\u001b[${off}m` : text);
  return {
    bold: sgr(1, 22),
    dim: sgr(2, 22),
    red: sgr(31, 39),
    green: sgr(32, 39),
    yellow: sgr(33, 39),
    cyan: sgr(36, 39),
  };
}
