/** @file What is known about a run that no script has to say. */
import type { JSX } from "preact";
import type { RunDetail } from "trainlog/api";
import { CopyButton } from "../../../components/copy-button.tsx";
import { formatCount } from "../../../lib/number-format.ts";
import { formatDateTime, formatDuration } from "../../../lib/time-format.ts";

/** The card. */
export function FactsCard({ detail }: { readonly detail: RunDetail }): JSX.Element {
  return (
    <section class="card">
      <h2>Run</h2>
      <dl class="fact-list">
        {factsOf(detail).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {value}
              {name === "Id" && <CopyButton label="Copy run id" text={() => value} />}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function factsOf(detail: RunDetail): [name: string, value: string][] {
  const { finishedMs, lastStep, exitCode, group, jobType, source, definitions } = detail;
  const facts: [string, string | undefined][] = [
    ["Id", detail.runId],
    ["Project", detail.project],
    ["Group", group],
    ["Job type", jobType],
    ["Logged by", source],
    ["Started", formatDateTime(detail.createdMs)],
    ["Finished", finishedMs === undefined ? undefined : formatDateTime(finishedMs)],
    ["Last heard of", finishedMs === undefined ? formatDateTime(detail.lastMs) : undefined],
    ["Duration", formatDuration(detail.durationMs)],
    ["Exit code", exitCode?.toString()],
    ["Last step", lastStep === undefined ? undefined : formatCount(lastStep)],
    ["Calls of log()", formatCount(detail.rowCount)],
    ["Metrics", `${formatCount(detail.metricCount)}, ${formatCount(detail.pointCount)} points`],
    ["Definitions", definitions.length === 0 ? undefined : definitions.map(definitionWords).join("; ")],
    ["Files", detail.sealed ? "compressed" : undefined],
  ];
  return facts.flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]));
}

function definitionWords({ key, goal, summary, stepMetric }: RunDetail["definitions"][number]): string {
  const words = [
    goal === undefined ? "" : `${goal === "min" ? "less" : "more"} is better`,
    summary === undefined ? "" : `summary ${summary}`,
    stepMetric === undefined ? "" : `over ${stepMetric}`,
  ];
  return `${key}: ${words.filter((word) => word !== "").join(", ")}`;
}
