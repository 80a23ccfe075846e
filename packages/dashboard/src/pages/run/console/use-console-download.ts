/** @file All console output as a text file, fetched in pages. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { saveFile } from "../../../client/save-file.ts";
import { plainText } from "../../../lib/ansi-text.ts";
import type { ConsoleLog } from "../../../state/console-log.ts";

/** Lines per request. */
const PAGE_LINES = 50_000;

/** A download that may be under way. */
export interface Download {
  /** Lines fetched so far; undefined when nothing is under way. */
  readonly lines: number | undefined;
  readonly error: Error | undefined;
  readonly start: () => void;
}

/** Gathers the lines and hands them to the browser as `fileName`. */
export function useConsoleDownload(log: ConsoleLog, fileName: string): Download {
  const lines = useSignal<number | undefined>(undefined);
  const error = useSignal<Error | undefined>(undefined);
  const abort = useRef(new AbortController());
  useEffect(() => () => abort.current.abort(), []);
  const start = async (): Promise<void> => {
    const { signal } = abort.current;
    const parts: string[] = [];
    lines.value = 0;
    error.value = undefined;
    try {
      for await (const page of log.pages(PAGE_LINES, signal)) {
        for (const line of page.lines) parts.push(`${plainText(line.text)}\n`);
        lines.value = parts.length;
      }
      saveFile(new Blob(parts, { type: "text/plain" }), fileName);
    } catch (problem) {
      if (!signal.aborted) error.value = problem instanceof Error ? problem : new Error(String(problem));
    } finally {
      lines.value = undefined;
    }
  };
  return { lines: lines.value, error: error.value, start: () => void start() };
}
