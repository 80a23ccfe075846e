/** @file The head of a run's page: what it is, how it is, and how long it has been. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { RunDetail } from "trainlog/api";
import { ErrorNotice } from "../../components/notice.tsx";
import { RunStateBadge } from "../../components/run-state.tsx";
import { formatCount } from "../../lib/number-format.ts";
import { formatAgo, formatDateTime, formatDuration } from "../../lib/time-format.ts";
import { DEFAULT_RUN_VIEW, DEFAULT_RUNS_VIEW, formatView, type RunView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";
import { RunEdits } from "../../state/run-edits.ts";
import type { RunOnPage, RunPageStore } from "../../state/run-page.ts";
import { RunMenu } from "./header/run-menu.tsx";
import { RunName } from "./header/run-name.tsx";
import { RunTags } from "./header/run-tags.tsx";
import { useRunCommands } from "./header/use-run-commands.ts";

interface RunHeaderProps {
  readonly view: RunView;
  readonly runs: readonly RunOnPage[];
  readonly store: RunPageStore;
}

/** The head: of the one run, or of the comparison. */
export function RunHeader({ view, runs, store }: RunHeaderProps): JSX.Element {
  useRunCommands(view, store);
  const [only] = runs;
  const projects = [...new Set(runs.flatMap((run) => (run.detail === undefined ? [] : [run.detail.project])))];
  return (
    <header class="run-header">
      <nav class="crumbs" aria-label="Breadcrumbs">
        <a href="/">Runs</a>
        {projects.length === 1 && projects[0] !== undefined && (
          <>
            <span aria-hidden="true">/</span>
            <a href={formatView({ ...DEFAULT_RUNS_VIEW, project: projects[0] })}>{projects[0]}</a>
          </>
        )}
      </nav>
      {runs.length === 1 && only !== undefined ? (
        <OneRun run={only} store={store} />
      ) : (
        <div class="run-title">
          <h1>{view.runIds.length} runs</h1>
        </div>
      )}
    </header>
  );
}

function OneRun({ run, store }: { readonly run: RunOnPage; readonly store: RunPageStore }): JSX.Element {
  const { client } = useApp();
  const edits = useMemo(() => new RunEdits(client, store, run.runId), [run.runId]);
  const { detail } = run;
  if (detail === undefined) {
    return (
      <div class="run-title">
        <h1>{run.runId}</h1>
      </div>
    );
  }
  return (
    <>
      <div class="run-title">
        <RunName name={detail.name} edits={edits} />
        <RunStateBadge state={detail.state} />
        {detail.archived && <span class="tag">archived</span>}
        <RunTags detail={detail} edits={edits} />
        <span class="grow" />
        <RunMenu detail={detail} edits={edits} />
      </div>
      {edits.error.value !== undefined && <ErrorNotice error={edits.error.value} />}
      <Facts detail={detail} />
    </>
  );
}

function Facts({ detail }: { readonly detail: RunDetail }): JSX.Element {
  const nowMs = useSeconds(detail.state === "running");
  const duration = detail.state === "running" ? nowMs - detail.createdMs : detail.durationMs;
  return (
    <dl class="facts">
      <Fact name="Started" value={formatAgo(detail.createdMs, nowMs)} title={formatDateTime(detail.createdMs)} />
      <Fact name={detail.state === "running" ? "Running for" : "Took"} value={formatDuration(duration)} />
      {detail.lastStep !== undefined && <Fact name="Step" value={formatCount(detail.lastStep)} />}
      <Fact name="Points" value={formatCount(detail.pointCount)} />
      <Fact name="Metrics" value={formatCount(detail.metricCount)} />
      <Fact name="Config" value={formatCount(Object.keys(detail.config).length)} />
      {detail.group !== undefined && <Fact name="Group" value={detail.group} />}
      {detail.jobType !== undefined && <Fact name="Job" value={detail.jobType} />}
      {detail.parentRunId !== undefined && (
        <div>
          <dt>Parent</dt>
          <dd>
            <a href={formatView({ ...DEFAULT_RUN_VIEW, runIds: [detail.parentRunId] })}>{detail.parentRunId}</a>
          </dd>
        </div>
      )}
      <Fact name="Id" value={detail.runId} />
    </dl>
  );
}

function Fact({
  name,
  value,
  title,
}: {
  readonly name: string;
  readonly value: string;
  readonly title?: string;
}): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd title={title}>{value}</dd>
    </div>
  );
}

function useSeconds(ticking: boolean): number {
  const nowMs = useSignal(Date.now());
  useEffect(() => {
    if (!ticking) return undefined;
    const timer = setInterval(() => {
      nowMs.value = Date.now();
    }, 1000);
    return () => clearInterval(timer);
  }, [ticking]);
  return nowMs.value;
}
