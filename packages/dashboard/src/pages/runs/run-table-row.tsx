/** @file One run of the table. */
import type { JSX } from "preact";
import type { RunRow } from "trainlog/api";
import { LineSwatch } from "../../components/line-swatch.tsx";
import { RunStateBadge } from "../../components/run-state.tsx";
import { formatValue } from "../../lib/flatten.ts";
import { formatMetricValue } from "../../lib/metric-unit.ts";
import { formatCount } from "../../lib/number-format.ts";
import type { RunStyle } from "../../lib/run-colour.ts";
import { formatAgo, formatDateTime, formatDuration } from "../../lib/time-format.ts";
import { DEFAULT_RUN_VIEW, formatView, type RunsView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";
import type { FactColumn } from "./table-columns.ts";

/** Tags shown in a row, as far as they fit. */
const MAX_TAGS = 6;

interface RunTableRowProps {
  /** Undefined while it is being loaded. */
  readonly run: RunRow | undefined;
  readonly index: number;
  readonly columns: readonly string[];
  readonly facts: readonly FactColumn[];
  readonly view: RunsView;
  /** How the lines of a selected run will look beside those of the others. */
  readonly style: RunStyle | undefined;
  readonly nowMs: number;
  readonly top: number;
  readonly height: number;
}

/** A row; on narrow screens `runs.css` lays the same cells out as a card. */
export function RunTableRow(props: RunTableRowProps): JSX.Element {
  const { run, index, top, height, ...shared } = props;
  const place = { transform: `translateY(${top}px)`, height: `${height}px` };
  const selected = run !== undefined && props.view.selected.includes(run.runId);
  return (
    <div class={selected ? "run-row selected" : "run-row"} role="row" aria-rowindex={index + 2} style={place}>
      {run === undefined ? (
        <span role="cell" class="cell loading">
          loading…
        </span>
      ) : (
        <RunCells run={run} selected={selected} {...shared} />
      )}
    </div>
  );
}

interface RunCellsProps extends Omit<RunTableRowProps, "run" | "index" | "top" | "height"> {
  readonly run: RunRow;
  readonly selected: boolean;
}

function RunCells({ run, facts, columns, view, style, nowMs, selected }: RunCellsProps): JSX.Element {
  const shows = (sort: string): boolean => facts.some((fact) => fact.sort === sort);
  return (
    <>
      <SelectCell run={run} view={view} selected={selected} />
      <NameCell run={run} style={style} />
      <span role="cell" class="cell cell-state">
        <RunStateBadge state={run.state} />
      </span>
      {shows("project") && (
        <span role="cell" class="cell ellipsis cell-project">
          <a href={`/projects/${encodeURIComponent(run.project)}`}>{run.project}</a>
        </span>
      )}
      {shows("group") && (
        <span role="cell" class="cell ellipsis cell-group" title={run.group}>
          {run.group}
        </span>
      )}
      <span role="cell" class="cell cell-created" title={formatDateTime(run.createdMs)}>
        {formatAgo(run.createdMs, nowMs)}
      </span>
      <span role="cell" class="cell numeric cell-duration">
        {formatDuration(run.state === "running" ? nowMs - run.createdMs : run.durationMs)}
      </span>
      <span
        role="cell"
        class="cell numeric cell-step"
        title={`${formatCount(run.pointCount)} points in ${formatCount(run.metricCount)} metrics`}
      >
        {run.lastStep === undefined ? "" : formatCount(run.lastStep)}
      </span>
      {columns.map((key) => (
        <MetricCell key={key} metricKey={key} run={run} />
      ))}
    </>
  );
}

function SelectCell({ run, view, selected }: Pick<RunCellsProps, "run" | "view" | "selected">): JSX.Element {
  const { navigation } = useApp();
  const toggle = (): void => {
    const others = view.selected.filter((runId) => runId !== run.runId);
    navigation.updateRuns({ selected: selected ? others : [...others, run.runId] }, "replace");
  };
  return (
    <span role="cell" class="cell cell-select">
      <input type="checkbox" aria-label={`Select ${run.name}`} checked={selected} onChange={toggle} />
    </span>
  );
}

function NameCell({ run, style }: Pick<RunCellsProps, "run" | "style">): JSX.Element {
  const { runHues } = useApp();
  return (
    <span role="cell" class="cell cell-name">
      <LineSwatch style={style ?? { hue: runHues.of(run.runId), dash: 0 }} />
      <a
        class="ellipsis"
        href={formatView({ ...DEFAULT_RUN_VIEW, runIds: [run.runId] })}
        title={`${run.name} (${run.runId})`}
      >
        {run.name}
      </a>
      <span class="row-tags">
        {run.tags.slice(0, MAX_TAGS).map((tag) => (
          <TagLink key={tag} tag={tag} />
        ))}
      </span>
      {run.damageCount > 0 && <span class="damage-mark">damaged</span>}
    </span>
  );
}

function TagLink({ tag }: { readonly tag: string }): JSX.Element {
  const { navigation } = useApp();
  return (
    <button
      type="button"
      class="tag"
      title={`Show runs with tag ${tag}`}
      onClick={() => navigation.updateRuns({ tag })}
    >
      {tag}
    </button>
  );
}

function MetricCell({ metricKey, run }: { readonly metricKey: string; readonly run: RunRow }): JSX.Element {
  const metric = run.metrics?.find((known) => known.key === metricKey);
  const last = metric?.last;
  const text =
    last === undefined
      ? ""
      : metric?.kind === "number"
        ? formatMetricValue(metricKey, Number(last))
        : formatValue(last);
  const title = text === "" ? undefined : `${metricKey}: ${text}`;
  return (
    <span role="cell" class="cell numeric cell-metric ellipsis" data-label={metricKey} title={title}>
      {text}
    </span>
  );
}
