/** @file Reads what a report shows of runs, within bounds, and makes the page. */

import type { ReportCurve, ReportMedia, ReportRun } from "../formats/html/report-data.ts";
import { reportHtml } from "../formats/html/report-html.ts";
import type { ExportSummary } from "../formats/index.ts";
import { TrainlogError } from "../run/error.ts";
import type { MediaEvent } from "../run/event.ts";
import type { MetricSummary, RunInfo } from "../store/index.ts";
import type { RunReader } from "./place/run-place.ts";

/** Runs of one report: what a chart can still show apart. */
const MAX_RUNS = 50;
/** Charts, and points per curve: what a page still opens with at once. */
const MAX_CHARTS = 200;
const CURVE_POINTS = 500;
const MAX_METRICS = 10_000;
const CONSOLE_LINES = 200;
/** Media keys of one run. */
const MAX_MEDIA = 60;
/** Bytes of one image, and of all images of a report. */
const IMAGE_BYTES = 2 * 1024 * 1024;
const ALL_IMAGE_BYTES = 24 * 1024 * 1024;

/** Kinds of image that run no code and that every browser shows. */
const IMAGE_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];

/** What a report needs of the place that holds the runs. */
export type ReportSource = Pick<
  RunReader,
  "getRun" | "metrics" | "series" | "media" | "artifacts" | "console" | "blobs"
>;

/** How a report is made. */
interface MakeOptions {
  /** Metrics to draw, by name or by `prefix*`; all when empty. */
  readonly metrics: readonly string[];
  readonly nowMs: number;
  readonly signal: AbortSignal;
  /** Whole runs that the page carries, as markup. */
  readonly embedded?: string;
}

/** What is counted while a report is made. */
interface Budget {
  imageBytes: number;
  readonly leftOut: string[];
}

/**
 * Makes the page of some runs.
 *
 * @throws TrainlogError `export/too-large` for more than 50 runs.
 */
export async function makeReport(
  source: ReportSource,
  runs: readonly RunInfo[],
  { metrics, nowMs, signal, embedded = "" }: MakeOptions,
): Promise<{ html: string; summary: ExportSummary }> {
  if (runs.length > MAX_RUNS) {
    throw new TrainlogError(
      "export/too-large",
      `a report shows at most ${MAX_RUNS} runs, these are ${runs.length}; choose some, or export --format parquet`,
      { status: 400 },
    );
  }
  const budget: Budget = { imageBytes: 0, leftOut: [] };
  const perRun = await Promise.all(runs.map(({ runId }) => source.metrics(runId, { limit: MAX_METRICS })));
  const keys = chosenKeys(perRun, metrics, budget);
  const shown: ReportRun[] = [];
  for (const [i, { runId }] of runs.entries()) {
    signal.throwIfAborted();
    shown.push(await reportRun(source, runId, { keys, metrics: perRun[i] ?? [], budget }));
  }
  const points = runs.reduce((sum, run) => sum + run.pointCount, 0);
  const { leftOut } = budget;
  return { html: reportHtml(shown, { nowMs, leftOut, embedded }), summary: { runs: runs.length, points, leftOut } };
}

/** Metrics that are drawn: numbers, the machine's own last. */
function chosenKeys(
  perRun: readonly (readonly MetricSummary[])[],
  patterns: readonly string[],
  { leftOut }: Budget,
): ReadonlySet<string> {
  const isWanted = (key: string): boolean =>
    patterns.length === 0 ||
    patterns.some((pattern) => (pattern.endsWith("*") ? key.startsWith(pattern.slice(0, -1)) : key === pattern));
  const all = new Set(
    perRun.flatMap((metrics) => metrics.filter(({ kind }) => kind === "number").map(({ key }) => key)),
  );
  const keys = [...all].filter(isWanted).sort((a, b) => Number(isSystem(a)) - Number(isSystem(b)));
  if (keys.length > MAX_CHARTS)
    leftOut.push(`charts of ${keys.length - MAX_CHARTS} more metrics (--metric KEY chooses)`);
  return new Set(keys.slice(0, MAX_CHARTS));
}

function isSystem(key: string): boolean {
  return key.startsWith("system/");
}

async function reportRun(
  source: ReportSource,
  runId: string,
  {
    keys,
    metrics,
    budget,
  }: { readonly keys: ReadonlySet<string>; readonly metrics: readonly MetricSummary[]; readonly budget: Budget },
): Promise<ReportRun> {
  const drawn = metrics.filter(({ key, kind }) => kind === "number" && keys.has(key)).map(({ key }) => key);
  return {
    facts: await source.getRun(runId),
    metrics,
    curves: await curvesOf(source, runId, drawn),
    media: await mediaOf(source, runId, budget),
    artifacts: await source.artifacts(runId),
    console: await source.console(runId, { last: CONSOLE_LINES }),
  };
}

async function curvesOf(source: ReportSource, runId: string, keys: readonly string[]): Promise<ReportCurve[]> {
  const targets = keys.map((key) => ({ runId, key }));
  const answers = await source.series(targets, { x: "step", buckets: CURVE_POINTS });
  return answers.flatMap((buckets, i): ReportCurve[] => {
    if (buckets === undefined) return [];
    // Raw values keep their infinities, which no mean can have.
    const values = buckets.exact ? buckets.values : buckets.mean;
    return [{ key: keys[i] ?? "", steps: buckets.x, values, totalPoints: buckets.totalPoints }];
  });
}

/** The last value of each media key; of values that were logged as a list, all of the last step. */
async function mediaOf(source: ReportSource, runId: string, budget: Budget): Promise<ReportMedia[]> {
  const { keys } = await source.media(runId, { limit: 1 });
  if (keys.length > MAX_MEDIA) budget.leftOut.push(`${runId}: media of ${keys.length - MAX_MEDIA} more keys`);
  const media: ReportMedia[] = [];
  for (const { key, count } of keys.slice(0, MAX_MEDIA)) {
    const event = await lastMedia(source, runId, key);
    if (event === undefined) continue;
    const image = await imageOf(source, event, runId, budget);
    media.push({ event, count, ...(image === undefined ? {} : { image }) });
  }
  return media;
}

async function lastMedia(source: ReportSource, runId: string, key: string): Promise<MediaEvent | undefined> {
  let last: MediaEvent | undefined;
  for (let after: number | undefined; ; ) {
    const page = await source.media(runId, { key, limit: 1000, ...(after === undefined ? {} : { after }) });
    last = page.media.at(-1) ?? last;
    after = page.nextAfter;
    if (after === undefined) return last;
  }
}

/** The image of a media value, unless it is none, too large, or gone. */
async function imageOf(
  source: ReportSource,
  { kind, blobs, key }: MediaEvent,
  runId: string,
  budget: Budget,
): Promise<ReportMedia["image"]> {
  const blob = blobs?.[0];
  if (kind !== "image" || blob === undefined) return undefined;
  const mime = IMAGE_TYPES.find((known) => known === blob.mime);
  const isTooLarge = blob.sizeBytes > IMAGE_BYTES || budget.imageBytes + blob.sizeBytes > ALL_IMAGE_BYTES;
  if (mime === undefined || isTooLarge) {
    const why = mime === undefined ? `of type ${blob.mime ?? "unknown"}` : `of ${blob.sizeBytes} bytes`;
    budget.leftOut.push(`${runId}: the image ${key} ${why}`);
    return undefined;
  }
  if ((await source.blobs.size(blob.sha256)) === undefined) {
    budget.leftOut.push(`${runId}: the image ${key}, which is not in the store any more`);
    return undefined;
  }
  budget.imageBytes += blob.sizeBytes;
  const bytes = Buffer.concat(await Array.fromAsync(await source.blobs.open(blob.sha256)));
  return { mime, base64: bytes.toString("base64") };
}
