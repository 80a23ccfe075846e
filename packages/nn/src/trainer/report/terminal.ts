/** @file Where progress and notes are shown. */

/** A place for lines of text. */
export interface Terminal {
  /** Whether it shows one line after the other over the same place. */
  readonly isInteractive: boolean;
  /** Width in characters. */
  readonly columns: number;
  write(text: string): void;
}

/** Writes nothing. */
export const NO_TERMINAL: Terminal = { isInteractive: false, columns: 80, write: () => {} };

/** The standard error output of this process; nothing in a browser. */
export function standardError(): Terminal {
  const stream = globalThis.process?.stderr;
  if (stream === undefined || typeof stream.write !== "function") return NO_TERMINAL;
  return {
    isInteractive: stream.isTTY === true,
    columns: stream.columns ?? 80,
    write: (text) => {
      stream.write(text);
    },
  };
}
