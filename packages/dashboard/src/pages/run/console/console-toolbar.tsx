/** @file What stands above console output: search, stream, follow, download. */
import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "../../../components/icons.tsx";
import { formatCount } from "../../../lib/number-format.ts";
import type { ConsoleStream } from "../../../state/console-log.ts";
import type { ConsoleHits } from "../../../state/console-search.ts";
import type { Download } from "./use-console-download.ts";

interface ToolbarProps {
  readonly lineCount: number;
  readonly stream: Signal<ConsoleStream>;
  readonly wanted: Signal<string>;
  readonly onlyHits: Signal<boolean>;
  readonly follow: Signal<boolean>;
  /** Of the search under way. */
  readonly hits: ConsoleHits | undefined;
  /** Index of the hit that is shown. */
  readonly at: number;
  readonly onStep: (by: 1 | -1) => void;
  readonly download: Download;
}

/** The toolbar. */
export function ConsoleToolbar(props: ToolbarProps): JSX.Element {
  const { lineCount, stream, follow, download } = props;
  return (
    <div class="console-toolbar">
      <Search {...props} />
      <select
        aria-label="Stream"
        value={stream.value}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          stream.value = chosen === "stdout" || chosen === "stderr" ? chosen : "both";
        }}
      >
        <option value="both">All output</option>
        <option value="stdout">stdout</option>
        <option value="stderr">stderr</option>
      </select>
      <span class="muted">
        {formatCount(lineCount)} line{lineCount === 1 ? "" : "s"}
      </span>
      <span class="grow" />
      <label class="check">
        <input
          type="checkbox"
          checked={follow.value}
          onChange={(event) => (follow.value = event.currentTarget.checked)}
        />
        Follow
      </label>
      <button type="button" class="button" disabled={download.lines !== undefined} onClick={download.start}>
        <Icon name="download" />
        {download.lines === undefined ? "Download" : `${formatCount(download.lines)} lines…`}
      </button>
    </div>
  );
}

function Search({ wanted, onlyHits, hits, at, onStep }: ToolbarProps): JSX.Element {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter") onStep(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape" && wanted.value !== "") wanted.value = "";
    else return;
    event.preventDefault();
  };
  const none = (hits?.lines.length ?? 0) === 0;
  return (
    <div class="console-search" role="search">
      <input
        type="search"
        data-shortcut="search"
        placeholder="Search output, or /pattern/"
        aria-label="Search output"
        value={wanted.value}
        onInput={(event) => (wanted.value = event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {hits !== undefined && (
        <>
          <span class="count" role="status">
            {hitWords(hits, at)}
          </span>
          <button
            type="button"
            class="icon-button up"
            aria-label="Hit before"
            disabled={none}
            onClick={() => onStep(-1)}
          >
            <Icon name="down" />
          </button>
          <button type="button" class="icon-button" aria-label="Next hit" disabled={none} onClick={() => onStep(1)}>
            <Icon name="down" />
          </button>
          <label class="check">
            <input
              type="checkbox"
              checked={onlyHits.value}
              onChange={(event) => (onlyHits.value = event.currentTarget.checked)}
            />
            Only hits
          </label>
        </>
      )}
    </div>
  );
}

function hitWords({ lines, more, done, error }: ConsoleHits, at: number): string {
  if (error !== undefined) return error.message;
  if (lines.length === 0) return done ? "not found" : "searching…";
  const place = at >= 0 ? `${formatCount(at + 1)} of ` : "";
  return `${place}${formatCount(lines.length)}${more ? "+" : ""}${done ? "" : "…"}`;
}
