/** @file What a run is called: its line's look, its name as a link, its tags. */
import type { JSX } from "preact";
import type { RunRow } from "trainlog/api";
import { LineSwatch } from "../../components/line-swatch.tsx";
import { DEFAULT_RUN_VIEW, formatView } from "../../lib/view-state.ts";
import type { RunActions } from "./run-actions.ts";
import { TagLink } from "./tag-link.tsx";

/** Tags shown beside a name, as far as they fit. */
const MAX_TAGS = 6;

interface NameCellProps {
  readonly run: RunRow;
  /** How the run's line looks in charts. */
  readonly hue: number;
  readonly dash: number;
  readonly actions: RunActions;
}

/** Content of a name's cell. */
export function NameCell({ run, hue, dash, actions }: NameCellProps): JSX.Element {
  return (
    <>
      <LineSwatch style={{ hue, dash }} />
      <a
        class="ellipsis"
        tabIndex={-1}
        href={formatView({ ...DEFAULT_RUN_VIEW, runIds: [run.runId] })}
        title={`${run.name} (${run.runId})`}
      >
        {run.name}
      </a>
      <span class="row-tags">
        {run.tags.slice(0, MAX_TAGS).map((tag) => (
          <TagLink key={tag} tag={tag} onTag={actions.onTag} />
        ))}
      </span>
      {run.folder !== undefined && (
        <span class="folder-mark" title={`In the watched folder ${run.folder}`}>
          {run.folder}
        </span>
      )}
      {run.damageCount > 0 && <span class="damage-mark">damaged</span>}
    </>
  );
}
