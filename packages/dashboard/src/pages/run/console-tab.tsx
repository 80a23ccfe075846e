/** @file Console output of a run: the tail, followed while it grows. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { ConsoleAnswer, ConsoleLineInfo } from "trainlog/api";
import { Empty, ErrorNotice } from "../../components/notice.tsx";
import { MAX_CONSOLE_LINES, mergeConsole, plainText } from "../../lib/console-lines.ts";
import { formatCount } from "../../lib/number-format.ts";
import { formatTimeOfDay } from "../../lib/time-format.ts";
import { useApp } from "../../state/app.ts";
import { useResource } from "../../state/resource.ts";
import type { TabProps } from "../run-page.tsx";
import { useVirtualRows } from "../runs/use-virtual-rows.ts";
import { useRunPicker } from "./run-picker.tsx";

/** Height of a line in CSS pixels; `run.css` says the same. */
const LINE_HEIGHT = 20;

/** Distance from the end, in CSS pixels, up to which the view counts as "at the end". */
const END_DISTANCE = 40;

/** The tab. */
export function ConsoleTab(props: TabProps): JSX.Element {
  const { runId, picker } = useRunPicker(props);
  return (
    <div class="console-tab">
      {picker}
      <RunConsole key={runId} runId={runId} store={props.store} />
    </div>
  );
}

function RunConsole({ runId, store }: Pick<TabProps, "store"> & { readonly runId: string }): JSX.Element {
  const { client } = useApp();
  const path = `/runs/${encodeURIComponent(runId)}/console`;
  const [answer, reload] = useResource(runId, (signal) =>
    client.get<ConsoleAnswer>(path, { last: MAX_CONSOLE_LINES }, signal),
  );
  const live = useSignal<readonly ConsoleLineInfo[]>([]);
  useEffect(
    () =>
      store.listen((message) => {
        if (message.type === "console" && message.runId === runId)
          live.value = mergeConsole(live.peek(), message.lines);
        if (message.type === "reset") reload();
      }),
    [runId],
  );
  const { data, error } = answer.value;
  if (error !== undefined && data === undefined) return <ErrorNotice error={error} onRetry={reload} />;
  const lines = mergeConsole(data?.lines ?? [], live.value);
  if (lines.length > 0) return <Lines lines={lines} />;
  if (data === undefined) return <p class="muted">loading…</p>;
  return (
    <Empty title="No console output">
      <p>What the script prints appears here while it runs.</p>
    </Empty>
  );
}

function Lines({ lines }: { readonly lines: readonly ConsoleLineInfo[] }): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const follow = useSignal(true);
  const rows = useVirtualRows(scroller, lines.length, LINE_HEIGHT);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (follow.value && box !== null) box.scrollTop = box.scrollHeight;
  }, [lines, follow.value]);
  const onScroll = (): void => {
    const box = scroller.current;
    if (box !== null) follow.value = box.scrollHeight - box.scrollTop - box.clientHeight < END_DISTANCE;
  };
  return (
    <>
      <div class="console-toolbar">
        <span class="muted">
          {formatCount(lines.length)} line{lines.length === 1 ? "" : "s"}
        </span>
        <label class="check">
          <input
            type="checkbox"
            checked={follow.value}
            onChange={(event) => (follow.value = event.currentTarget.checked)}
          />
          Follow
        </label>
      </div>
      <div
        class="console"
        ref={scroller}
        tabIndex={0}
        role="log"
        aria-label="Console output"
        aria-live="off"
        onScroll={onScroll}
      >
        <div class="console-lines" style={{ height: `${rows.totalHeight}px` }}>
          {rows.items.map(({ index, start }) => {
            const line = lines[index];
            return line === undefined ? null : <Line key={`${line.stream} ${line.line}`} line={line} top={start} />;
          })}
        </div>
      </div>
    </>
  );
}

function Line({ line, top }: { readonly line: ConsoleLineInfo; readonly top: number }): JSX.Element {
  return (
    <div class={`console-line ${line.stream}`} style={{ transform: `translateY(${top}px)` }}>
      <span class="line-number">{line.line + 1}</span>
      <time title={new Date(line.wallMs).toISOString()}>{formatTimeOfDay(line.wallMs).slice(0, 8)}</time>
      {line.stream === "stderr" && <span class="visually-hidden">error output: </span>}
      <span>{plainText(line.text)}</span>
    </div>
  );
}
