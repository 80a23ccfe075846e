/** @file Lines of console output in a box that scrolls, however many there are; at its end it follows what comes. */
import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { ConsoleLineInfo } from "trainlog/api";
import { scrollTopOf } from "../../../lib/long-list.ts";
import { useApp } from "../../../state/app.ts";
import { Line } from "./console-line.tsx";
import { useLongList } from "./use-long-list.ts";

/** Height of a line in CSS pixels; `run.css` says the same. */
const LINE_HEIGHT = 20;

/** Distance from the end, in CSS pixels, up to which the view counts as "at the end". */
const END_DISTANCE = 40;

/** Where the lines come from. */
export interface LineSource {
  readonly rowCount: number;
  /** Undefined when the line is not there yet. */
  readonly lineAt: (row: number) => ConsoleLineInfo | undefined;
  /** Called with the rows that are in view. */
  readonly look?: (firstRow: number, endRow: number) => void;
}

interface ConsoleListProps {
  readonly source: LineSource;
  readonly follow: Signal<boolean>;
  readonly wanted: string;
  /** A row to bring into view, when it changes. */
  readonly target: { readonly row: number; readonly line: ConsoleLineInfo } | undefined;
}

/** The box. */
export function ConsoleList({ source, follow, wanted, target }: ConsoleListProps): JSX.Element {
  const theme = useApp().preferences.theme.value;
  const scroller = useRef<HTMLDivElement>(null);
  const { first, end, top, height } = useLongList(scroller, source.rowCount, LINE_HEIGHT);
  useEffect(() => source.look?.(first, end));
  useLayoutEffect(() => {
    const box = scroller.current;
    if (follow.value && box !== null) box.scrollTop = box.scrollHeight;
  }, [source, follow.value]);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (target === undefined || box === null) return;
    follow.value = false;
    const place = { viewHeight: box.clientHeight, rowCount: source.rowCount, rowHeight: LINE_HEIGHT };
    box.scrollTop = scrollTopOf(target.row, place);
  }, [target?.line]);
  const onScroll = (): void => {
    const box = scroller.current;
    if (box !== null) follow.value = box.scrollHeight - box.scrollTop - box.clientHeight < END_DISTANCE;
  };
  const rows = Array.from({ length: end - first }, (_, i) => first + i);
  return (
    <div
      class="console"
      ref={scroller}
      tabIndex={0}
      role="log"
      aria-label="Console output"
      aria-live="off"
      onScroll={onScroll}
    >
      <div class="console-lines" style={{ height: `${height}px` }}>
        <div class="console-window" style={{ transform: `translateY(${top}px)` }}>
          {rows.map((row) => {
            const line = source.lineAt(row);
            if (line === undefined) return <div key={`row ${row}`} class="console-line waiting" />;
            const current = target?.line.line === line.line && target.line.stream === line.stream;
            const key = `${line.stream} ${line.line}`;
            return <Line key={key} line={line} theme={theme} wanted={wanted} current={current} />;
          })}
        </div>
      </div>
    </div>
  );
}
