/** @file What is wrong with a filter, and ways out of it. */
import type { JSX } from "preact";
import type { RunSearch } from "../../lib/run-search.ts";
import { quoted } from "../../lib/run-search.ts";

/** One line under the filter bar; empty when all is well. */
export function FilterProblemLine({
  text,
  search,
  onText,
}: {
  readonly text: string;
  readonly search: RunSearch;
  readonly onText: (text: string) => void;
}): JSX.Element {
  if (search.kind !== "problem") return <div id="filter-problem" role="status" />;
  const { message, from, to, suggestion } = search.problem;
  // Someone who has not typed it to the end has made no mistake yet.
  const unfinished = to >= text.trimEnd().length;
  return (
    <div id="filter-problem" class={unfinished ? "filter-problem unfinished" : "filter-problem"} role="status">
      <span>
        {unfinished ? "" : `Character ${from + 1}: `}
        {message}
      </span>
      {suggestion !== undefined && (
        <button
          type="button"
          class="link"
          onClick={() => onText(text.slice(0, from) + suggestion + text.slice(Math.max(to, from)))}
        >
          Use {suggestion}
        </button>
      )}
      <button type="button" class="link" onClick={() => onText(quoted(text.trim()))}>
        Search for these words
      </button>
    </div>
  );
}
