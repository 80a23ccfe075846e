/** @file The search of the console tab: begun a moment after the last letter, ended when another begins. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ConsoleLog } from "../../../state/console-log.ts";
import { type ConsoleHits, ConsoleSearch } from "../../../state/console-search.ts";
import type { RunPageStore } from "../../../state/run-page.ts";

/** Time without another letter after which the search begins, in milliseconds. */
const SETTLE_MS = 150;

/** A search, and where in its hits the viewer is. */
export interface SearchView {
  readonly wanted: Signal<string>;
  /** Undefined when nothing is looked for. */
  readonly hits: ConsoleHits | undefined;
  /** Index of the hit that is shown; -1 before one is. */
  readonly at: number;
  readonly step: (by: 1 | -1) => void;
}

/** Looks through `log` for what is typed. */
export function useConsoleSearch(log: ConsoleLog, store: RunPageStore): SearchView {
  const wanted = useSignal("");
  const at = useSignal(-1);
  const search = useSignal<ConsoleSearch | undefined>(undefined);
  useEffect(() => {
    at.value = -1;
    search.value = undefined;
    if (wanted.value === "") return undefined;
    const timer = setTimeout(() => {
      search.value = new ConsoleSearch(log, wanted.value);
    }, SETTLE_MS);
    return () => {
      clearTimeout(timer);
      search.peek()?.close();
    };
  }, [log, wanted.value]);
  useEffect(() => store.listen((message) => search.peek()?.onMessage(message)), [store]);
  const hits = search.value?.hits.value;
  const step = (by: 1 | -1): void => {
    const count = hits?.lines.length ?? 0;
    if (count === 0) return;
    const from = at.peek() < 0 && by < 0 ? 0 : at.peek();
    at.value = (from + by + count) % count;
  };
  return { wanted, hits, at: at.value, step };
}
