/** @file Console output of a run: all of it, searched, and followed while it grows. */
import { type Signal, useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { Empty, ErrorNotice } from "../../components/notice.tsx";
import { useApp } from "../../state/app.ts";
import { ConsoleLog, type ConsoleStream } from "../../state/console-log.ts";
import type { TabProps } from "../run-page.tsx";
import { ConsoleList, type LineSource } from "./console/console-list.tsx";
import { ConsoleToolbar } from "./console/console-toolbar.tsx";
import { useConsoleDownload } from "./console/use-console-download.ts";
import { useConsoleSearch } from "./console/use-console-search.ts";
import { useRunPicker } from "./run-picker.tsx";

/** The tab. */
export function ConsoleTab(props: TabProps): JSX.Element {
  const { runId, picker } = useRunPicker(props);
  const stream = useSignal<ConsoleStream>("both");
  const { client } = useApp();
  const log = useMemo(() => new ConsoleLog(client, runId, stream.value), [runId, stream.value]);
  useEffect(() => () => log.close(), [log]);
  useEffect(() => props.store.listen((message) => log.onMessage(message)), [log]);
  const name = props.store.runs.value.get(runId)?.detail?.name ?? runId;
  return (
    <div class="console-tab">
      {picker}
      <RunConsole log={log} stream={stream} store={props.store} fileName={`${name} console.txt`} />
    </div>
  );
}

interface RunConsoleProps extends Pick<TabProps, "store"> {
  readonly log: ConsoleLog;
  readonly stream: Signal<ConsoleStream>;
  readonly fileName: string;
}

function RunConsole({ log, stream, store, fileName }: RunConsoleProps): JSX.Element {
  const follow = useSignal(true);
  const onlyHits = useSignal(false);
  const search = useConsoleSearch(log, store);
  const download = useConsoleDownload(log, fileName);
  const blocks = log.blocks.value;
  const error = log.error.value ?? download.error;
  const { hits } = search;
  const source = useMemo((): LineSource => {
    if (onlyHits.value && hits !== undefined) return { rowCount: hits.lines.length, lineAt: (row) => hits.lines[row] };
    return {
      rowCount: blocks?.rowCount ?? 0,
      lineAt: (row) => blocks?.lineAt(row),
      look: (first, end) => log.look(first, end),
    };
  }, [blocks, onlyHits.value && hits, log]);
  const hit = hits?.lines[search.at];
  const target =
    hit === undefined ? undefined : { line: hit, row: onlyHits.value ? search.at : (blocks?.rowOf(hit.line) ?? 0) };
  const isEmpty = useComputed(() => log.blocks.value?.rowCount === 0 && stream.value === "both");
  if (blocks === undefined && error === undefined) return <p class="muted">loading…</p>;
  return (
    <>
      {error !== undefined && <ErrorNotice error={error} onRetry={() => log.retry()} />}
      {isEmpty.value ? (
        <NoOutput />
      ) : (
        <>
          <ConsoleToolbar
            {...{ stream, follow, onlyHits, hits, download }}
            lineCount={blocks?.rowCount ?? 0}
            wanted={search.wanted}
            at={search.at}
            onStep={search.step}
          />
          <ConsoleList source={source} follow={follow} wanted={search.wanted.value} target={target} />
        </>
      )}
    </>
  );
}

function NoOutput(): JSX.Element {
  return (
    <Empty title="No console output">
      <p>
        What the script prints appears here while it runs. A script that was started with{" "}
        <code>{"init({ capture: false })"}</code> keeps its output to itself.
      </p>
    </Empty>
  );
}
