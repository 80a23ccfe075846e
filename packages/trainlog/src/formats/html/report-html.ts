/** @file A report of one run, or of several side by side, as one self-contained page. */
import { escapeMarkup } from "../../log/render/markup.ts";
import { formatNumber } from "../../log/render/scale.ts";
import type { JsonValue } from "../../run/json.ts";
import { toEventJson } from "../../run-log/codec/index.ts";
import { reportCharts } from "./report-charts.ts";
import type { ReportMetric, ReportOptions, ReportRun } from "./report-data.ts";
import { mediaFigure } from "./report-media.ts";
import { factList, reportPage, section, type TableCell, table } from "./report-page.ts";
import { runColors } from "./run-colors.ts";

/**
 * Makes the page. Every text of the runs is escaped; the page has no script and asks for nothing from outside.
 *
 * @example
 * await writeFile("report.html", reportHtml(runs, { nowMs: Date.now(), leftOut: [] }));
 */
export function reportHtml(runs: readonly ReportRun[], { nowMs, leftOut, embedded = "" }: ReportOptions): string {
  const colors = runColors(runs.map(({ facts }) => facts.runId));
  const [only] = runs;
  const isOne = runs.length === 1 && only !== undefined;
  const title = isOne ? only.facts.name : `Comparison of ${runs.length} runs`;
  const body = [
    `<header><h1>${escapeMarkup(title)}</h1>${isOne ? runHeader(only) : ""}</header>\n`,
    isOne ? "" : section("Runs", runsTable(runs)),
    section("Results", isOne ? metricsOfRun(only) : metricsOfRuns(runs)),
    section("Charts", reportCharts(runs, colors)),
    section(
      isOne ? "Configuration" : "Configuration: what differs",
      isOne ? configOfRun(only) : configDifference(runs),
    ),
    ...runs.map((run) => runSections(run, isOne)),
    section("Not in this report", leftOut.map((sentence) => `<p>${escapeMarkup(sentence)}</p>`).join("")),
    `<footer>Made by trainlog, ${escapeMarkup(timeText(nowMs))}</footer>`,
    embedded,
  ];
  return reportPage(title, body.join(""));
}

/** What each run has to itself: notes, alerts, media, artifacts, console. */
function runSections(run: ReportRun, isOne: boolean): string {
  const { facts, media, artifacts, console } = run;
  const name = isOne ? "" : `: ${facts.name}`;
  const figures = media.map(mediaFigure).join("");
  const alerts = facts.alerts.map(
    ({ level, title, text }) => `<p class="warn">${escapeMarkup(`${level}: ${title}\n${text}`)}</p>`,
  );
  const lines = console.lines.map(({ text }) => text).join("\n");
  const hidden = console.totalLines - console.lines.length;
  const consoleText = `<pre>${escapeMarkup(hidden > 0 ? `… ${hidden} lines before\n${lines}` : lines)}</pre>`;
  return [
    section(`Notes${name}`, facts.notes === undefined ? "" : `<p class="notes">${escapeMarkup(facts.notes)}</p>`),
    section(`Alerts${name}`, alerts.join("")),
    section(`Media${name}`, figures === "" ? "" : `<div class="media">${figures}</div>`),
    section(`Files${name}`, artifacts.length === 0 ? "" : artifactsTable(run)),
    lines === ""
      ? ""
      : section(
          `Console${name}`,
          `<details><summary>${console.totalLines} line${console.totalLines === 1 ? "" : "s"}</summary>${consoleText}</details>`,
        ),
  ].join("");
}

function runHeader({ facts }: ReportRun): string {
  const chips = facts.tags.map((tag) => `<span>${escapeMarkup(tag)}</span>`).join("");
  const trouble = [
    ...(facts.error === undefined ? [] : [facts.error]),
    ...facts.damage.map(({ message }) => `damaged: ${message}`),
  ];
  return [
    factList([
      ["project", facts.project],
      ["run", facts.runId],
      ["state", facts.state],
      ["started", timeText(facts.createdMs)],
      ["took", durationText(facts.durationMs)],
      ["logged", `${facts.rowCount} rows, ${facts.pointCount} points in ${facts.metricCount} metrics`],
      ["last step", facts.lastStep === undefined ? "" : String(facts.lastStep)],
      ["group", facts.group ?? ""],
      ["job type", facts.jobType ?? ""],
      ["commit", textOf(facts.code?.["commit"])],
      ["host", textOf(facts.host?.["hostname"])],
    ]),
    chips === "" ? "" : `<p class="chips">${chips}</p>`,
    ...trouble.map((text) => `<p class="warn">${escapeMarkup(text)}</p>`),
  ].join("");
}

function runsTable(runs: readonly ReportRun[]): string {
  const head = ["run", "project", "state", "started", "took", "points", "last step", "tags", "id"].map((name) => ({
    text: name,
  }));
  const lines = runs.map(({ facts }): TableCell[] => [
    { text: facts.name },
    { text: facts.project },
    { text: facts.state },
    { text: timeText(facts.createdMs) },
    { text: durationText(facts.durationMs), isNumber: true },
    { text: String(facts.pointCount), isNumber: true },
    { text: facts.lastStep === undefined ? "" : String(facts.lastStep), isNumber: true },
    { text: facts.tags.join(", ") },
    { text: facts.runId },
  ]);
  return table(head, lines, "Runs");
}

const STATISTICS = ["last", "min", "max", "mean"] as const;

function metricsOfRun({ metrics }: ReportRun): string {
  const shown = metrics.filter(({ key }) => !key.startsWith("system/"));
  if (shown.length === 0) return "";
  const head = [{ text: "metric" }, ...[...STATISTICS, "points"].map((name) => ({ text: name, isNumber: true }))];
  const lines = shown.map((metric): TableCell[] => [
    { text: metric.key },
    ...STATISTICS.map((name) => ({ text: valueText(metric[name]), isNumber: true })),
    { text: String(metric.count), isNumber: true },
  ]);
  return table(head, lines, "Metrics");
}

/** The last value of each metric, one column per run. */
function metricsOfRuns(runs: readonly ReportRun[]): string {
  const byRun = runs.map(
    ({ metrics }) => new Map(metrics.map((metric): [string, ReportMetric] => [metric.key, metric])),
  );
  const keys = [...new Set(byRun.flatMap((metrics) => [...metrics.keys()]))].filter(
    (key) => !key.startsWith("system/"),
  );
  if (keys.length === 0) return "";
  const head = [{ text: "last value" }, ...runs.map(({ facts }) => ({ text: facts.name, isNumber: true }))];
  const lines = keys.map((key): TableCell[] => [
    { text: key },
    ...byRun.map((metrics) => ({ text: valueText(metrics.get(key)?.last), isNumber: true })),
  ]);
  return table(head, lines, "Last values");
}

function configOfRun({ facts }: ReportRun): string {
  const entries = flatten(facts.config);
  if (entries.length === 0) return "";
  return table(
    [{ text: "setting" }, { text: "value" }],
    entries.map(([key, value]) => [{ text: key }, { text: value }]),
    "Configuration",
  );
}

/** Settings that differ as a table; those that are equal folded away. */
function configDifference(runs: readonly ReportRun[]): string {
  const configs = runs.map(({ facts }) => new Map(flatten(facts.config)));
  const keys = [...new Set(configs.flatMap((config) => [...config.keys()]))];
  if (keys.length === 0) return "";
  const differs = keys.filter((key) => new Set(configs.map((config) => config.get(key))).size > 1);
  const equal = keys.filter((key) => !differs.includes(key));
  const head = [{ text: "setting" }, ...runs.map(({ facts }) => ({ text: facts.name }))];
  const lines = differs.map((key): TableCell[] => [
    { text: key },
    ...configs.map((config) => ({ text: config.get(key) ?? "–" })),
  ]);
  const difference =
    differs.length === 0 ? "<p>The runs have the same configuration.</p>" : table(head, lines, "Configuration");
  if (equal.length === 0) return difference;
  const same = table(
    [{ text: "setting" }, { text: "value" }],
    equal.map((key) => [{ text: key }, { text: configs[0]?.get(key) ?? "" }]),
    "Equal configuration",
  );
  return `${difference}<details><summary>The same in all runs (${equal.length})</summary>${same}</details>`;
}

/** Nested settings as `a.b.c` with texts, in order. */
function flatten(value: JsonValue, prefix = ""): [key: string, text: string][] {
  const isBranch =
    value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length > 0;
  if (!isBranch) return prefix === "" ? [] : [[prefix, typeof value === "string" ? value : toEventJson(value)]];
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, prefix === "" ? key : `${prefix}.${key}`));
}

function artifactsTable({ artifacts }: ReportRun): string {
  const head = ["artifact", "kind", "direction", "version", "files"].map((name) => ({ text: name }));
  const lines = artifacts.map(({ name, kind, direction, version, files }) => [
    { text: name },
    { text: kind },
    { text: direction },
    { text: version ?? "" },
    { text: String(files.length), isNumber: true },
  ]);
  return table(
    [...head, { text: "bytes", isNumber: true }],
    lines.map((line, i) => [...line, { text: bytesOf(artifacts[i]!.files), isNumber: true }]),
    "Files",
  );
}

function bytesOf(files: readonly { readonly sizeBytes: number }[]): string {
  return String(files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
}

function valueText(value: JsonValue | undefined): string {
  if (value === undefined) return "–";
  return typeof value === "number" ? formatNumber(value) : textOf(value);
}

function textOf(value: JsonValue | undefined): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : toEventJson(value);
}

/** `2026-11-21 08:00:00 UTC`: the same for every reader. */
function timeText(wallMs: number): string {
  const date = new Date(wallMs);
  if (Number.isNaN(date.getTime())) return String(wallMs);
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function durationText(durationMs: number): string {
  if (durationMs < 1000) return `${Math.max(0, Math.round(durationMs))} ms`;
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0
    ? `${minutes} min ${seconds % 60} s`
    : `${(durationMs / 1000).toFixed(durationMs < 10_000 ? 1 : 0)} s`;
}
