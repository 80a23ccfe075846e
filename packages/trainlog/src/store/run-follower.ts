/**
 * @file Follows one run: reads what was appended, folds it, and knows what the catalog still has to be told.
 *
 * What the catalog was told once is not told again: its entry says up to which event it goes (`upTo`), so opening a run with a million console lines
 * reads them, but does not write them a second time.
 */
import type { ArtifactEvent, ConsoleLine, MediaEvent, RunEvent, RunState } from "../run/event.ts";
import type { JsonValue } from "../run/json.ts";
import { type ChunkCache, type MetricStats, RunLogReader } from "../run-log/read/index.ts";
import type { CatalogChange, IndexedMetric } from "./catalog/catalog.ts";
import { definitionOf, goalOf, RunFold, ruleOf } from "./run-fold.ts";
import { logGeneration, type RunIdentity } from "./run-folder.ts";
import { dirAt, type RunPlace } from "./run-places.ts";
import type { MetricSummary, RunInfo, StoreDamage } from "./types.ts";

/** What the catalog holds of a run. */
export interface IndexedUpTo {
  /** Events other than rows that were written. */
  readonly events: number;
  /** Rows that were counted. */
  readonly rows: number;
  /** See `logGeneration`. */
  readonly generation: string;
}

/** What a look at the run found. */
export interface FollowerUpdate {
  /** New events, `rows` only when asked for. */
  readonly events: readonly RunEvent[];
  /** Anything is different from before. */
  readonly changed: boolean;
}

/** How a run is followed. */
export interface FollowerOptions {
  /** Cache of decoded points. */
  readonly cache: ChunkCache;
  /** What the catalog holds of the run, if anything. */
  readonly upTo?: IndexedUpTo | undefined;
  /** Whether the rows that are there at the first look count as new: for a run that began while somebody was listening. */
  readonly rowsFromStart: boolean;
}

interface Pending {
  console: ConsoleLine[];
  media: MediaEvent[];
  artifacts: ArtifactEvent[];
  config: boolean;
  summary: boolean;
}

/** One run, as far as it has been read. */
export class RunFollower {
  readonly identity: RunIdentity;
  readonly reader: RunLogReader;
  #fold: RunFold = new RunFold();
  readonly #dir: string;
  readonly #place: RunPlace;
  #upTo: IndexedUpTo | undefined;
  #generation: string;
  #eventCount = 0;
  #edits: RunEvent[] = [];
  #mediaCount = 0;
  #artifactCount = 0;
  /** Points of each metric when the catalog was last told. */
  #told = new Map<string, number>();
  #pending: Pending = { console: [], media: [], artifacts: [], config: true, summary: true };
  #first = true;
  #reset: boolean;
  readonly #rowsFromStart: boolean;

  private constructor(place: RunPlace, identity: RunIdentity, options: FollowerOptions) {
    const { upTo, cache } = options;
    this.identity = identity;
    this.#place = place;
    this.#dir = dirAt(place);
    this.#generation = logGeneration(this.#dir);
    this.#upTo = upTo?.generation === this.#generation ? upTo : undefined;
    this.#reset = this.#upTo === undefined;
    this.#rowsFromStart = options.rowsFromStart || this.#upTo !== undefined;
    // Rows that came since the catalog was written are news to those who listen; events are needed from the start, to be folded.
    const after = { rows: this.#upTo?.rows ?? 0, events: 0, edits: 0 };
    this.reader = RunLogReader.open(this.#dir, { cache, after });
  }

  /** The events so far, folded. */
  get fold(): RunFold {
    return this.#fold;
  }

  /**
   * Opens a run.
   *
   * @throws TrainlogError `run/not-found`.
   */
  static open(place: RunPlace, identity: RunIdentity, options: FollowerOptions): RunFollower {
    return new RunFollower(place, identity, options);
  }

  /**
   * Reads what was appended.
   *
   * @param rows - Whether to decode new rows.
   * @throws TrainlogError `run/not-found` when the folder is gone, `store/newer-format`.
   */
  refresh(rows: boolean): FollowerUpdate {
    const { length } = this.reader;
    const { events, damage, restarted } = this.reader.refresh({ rows: rows && (this.#rowsFromStart || !this.#first) });
    const grown = this.reader.length.rows !== length.rows;
    const changed = this.#first || restarted || grown || events.length > 0 || damage.length > 0;
    this.#first = false;
    if (restarted) this.#startOver();
    const { edits } = this.reader.position;
    const newEdits = edits - this.#edits.length;
    this.#take(events, newEdits);
    return { events, changed };
  }

  /** The facts of the run as of the last refresh. */
  info(state: RunState): RunInfo {
    const { runId, project, createdMs } = this.identity;
    const { fold } = this;
    const { name = runId, ...fields } = fold.fields();
    const metrics = this.#totals();
    const lastMs = Math.max(fold.lastMs, metrics.lastMs, createdMs);
    const { finish } = fold;
    return {
      runId,
      project,
      name,
      ...fields,
      ...optional("jobType", fold.jobType),
      ...optional("parentRunId", fold.parentRunId),
      ...optional("source", fold.source),
      ...optional("folder", this.#place.label),
      state,
      createdMs,
      ...optional("finishedMs", finish?.wallMs),
      lastMs,
      durationMs: Math.max(0, (finish?.wallMs ?? lastMs) - createdMs),
      ...optional("exitCode", finish?.exitCode),
      ...optional("error", finish?.error),
      rowCount: this.reader.length.rows,
      pointCount: metrics.points,
      metricCount: metrics.count,
      ...optional("lastStep", metrics.lastStep),
      damageCount: this.reader.damage.length,
    };
  }

  /**
   * What the catalog is to be told. It counts as told: when writing it fails, this follower has to be opened again.
   *
   * @param files - State of the run's files from before the last refresh.
   */
  takeChange(state: RunState, files: string, sealed: boolean): CatalogChange {
    const pending = this.#pending;
    this.#pending = { console: [], media: [], artifacts: [], config: false, summary: false };
    const reset = this.#reset;
    this.#reset = false;
    const { fold } = this;
    return {
      runId: this.identity.runId,
      ...(this.#place.label === undefined ? {} : { dir: this.#dir }),
      reset,
      info: this.info(state),
      signature: JSON.stringify({
        files,
        events: this.#eventCount,
        rows: this.reader.length.rows,
        generation: this.#generation,
      }),
      extras: {
        ...optional("host", fold.host),
        ...optional("code", fold.code),
        definitions: [...fold.definitions.values()],
        alerts: fold.alerts,
        damage: this.#damage(),
        sealed,
      },
      ...(pending.config ? { config: fold.config } : {}),
      ...(pending.summary ? { summary: fold.summary } : {}),
      metrics: this.#changedMetrics(),
      console: pending.console,
      media: pending.media,
      firstMedia: this.#mediaCount - pending.media.length,
      artifacts: pending.artifacts,
      firstArtifact: this.#artifactCount - pending.artifacts.length,
    };
  }

  /** Lets go of memory. */
  close(): void {
    this.reader.close();
  }

  #startOver(): void {
    this.#fold = new RunFold();
    this.#generation = logGeneration(this.#dir);
    this.#upTo = undefined;
    this.#eventCount = 0;
    this.#edits = [];
    this.#mediaCount = 0;
    this.#artifactCount = 0;
    this.#told = new Map();
    this.#pending = { console: [], media: [], artifacts: [], config: true, summary: true };
    this.#reset = true;
  }

  /** Folds new events; the last `editCount` of them come from the log of edits. */
  #take(events: readonly RunEvent[], editCount: number): void {
    const own = events.length - editCount;
    for (const event of events.slice(0, own)) {
      this.fold.apply(event);
      if (event.type !== "rows") this.#note(event);
    }
    if (editCount > 0) {
      const edits = events.slice(own);
      this.#edits.push(...edits);
      this.#pending.config ||= edits.some((event) => event.type === "config");
      this.#pending.summary ||= edits.some((event) => event.type === "summary");
      this.fold.setEdits(this.#edits);
    }
  }

  #note(event: RunEvent): void {
    const isNew = ++this.#eventCount > (this.#upTo?.events ?? 0);
    switch (event.type) {
      case "config":
        this.#pending.config = true;
        break;
      case "summary":
        this.#pending.summary = true;
        break;
      case "metric":
        // What is best and what stands in the summary may be another value now.
        this.#told.clear();
        break;
      case "console":
        if (isNew) this.#pending.console.push(...event.lines);
        break;
      case "media":
        this.#mediaCount++;
        if (isNew) this.#pending.media.push(event);
        break;
      case "artifact":
        this.#artifactCount++;
        if (isNew) this.#pending.artifacts.push(event);
        break;
      default:
    }
  }

  #totals(): { points: number; count: number; lastMs: number; lastStep: number | undefined } {
    let points = 0;
    let count = 0;
    let lastMs = 0;
    let lastStep = -Infinity;
    for (const stats of this.reader.metrics().values()) {
      points += pointsOf(stats);
      count += stats.count > 0 && stats.jsonCount > 0 && stats.kind === "number" ? 2 : 1;
      if (stats.lastWallMs > lastMs) lastMs = stats.lastWallMs;
      if (stats.maxStep > lastStep) lastStep = stats.maxStep;
    }
    return { points, count, lastMs, lastStep: Number.isFinite(lastStep) ? lastStep : undefined };
  }

  #changedMetrics(): IndexedMetric[] {
    const changed: IndexedMetric[] = [];
    const definitions = [...this.fold.definitions.values()];
    for (const [key, stats] of this.reader.metrics()) {
      const points = pointsOf(stats);
      if (this.#told.get(key) === points) continue;
      this.#told.set(key, points);
      const definition = definitionOf(key, definitions);
      const defined = { rule: ruleOf(definition), ...optional("goal", goalOf(definition)) };
      changed.push(...metricSummaries(key, stats).map((summary) => ({ ...summary, ...defined })));
    }
    return changed;
  }

  #damage(): StoreDamage[] {
    const prefix = `runs/${this.#place.name}`;
    return this.reader.damage.map((damage) => ({ ...damage, file: `${prefix}/${damage.file}` }));
  }
}

/** A key that was logged with numbers and with other JSON is two metrics. */
function metricSummaries(key: string, stats: MetricStats): MetricSummary[] {
  const summaries: MetricSummary[] = [];
  if (stats.kind === "number") {
    summaries.push({
      key,
      kind: "number",
      count: stats.count,
      finiteCount: stats.finiteCount,
      last: stats.last,
      ...(stats.finiteCount > 0 ? { min: stats.min, max: stats.max, mean: stats.sum / stats.finiteCount } : {}),
      lastStep: stats.lastStep,
      lastWallMs: stats.lastWallMs,
    });
  }
  if (stats.jsonCount > 0) {
    const place = stats.kind === "json" ? { lastStep: stats.lastStep, lastWallMs: stats.lastWallMs } : {};
    summaries.push({
      key,
      kind: "json",
      count: stats.jsonCount,
      finiteCount: 0,
      ...optional("last", stats.lastJson),
      ...place,
    });
  }
  return summaries;
}

function pointsOf(stats: MetricStats): number {
  return (stats.kind === "number" ? stats.count : 0) + stats.jsonCount;
}

function optional<K extends string, V extends JsonValue>(key: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]: V });
}
