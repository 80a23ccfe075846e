/** @file A store in memory for the tests of this folder: real semantics where HTTP shows them, and hooks to make it slow or broken. */
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { TrainlogError } from "../run/error.ts";
import type { Rows, RunEvent } from "../run/event.ts";
import { versionsOf } from "../store/artifact-versions.ts";
import type { Blobs } from "../store/blobs/blobs.ts";
import type { Store } from "../store/store.ts";
import type * as stored from "../store/types.ts";

interface FakeRun {
  info: stored.RunInfo;
  readonly events: RunEvent[];
  readonly origins: Set<string>;
  deleted: boolean;
}

/** A store in memory. */
export class FakeStore implements Store {
  readonly dir = "/fake";
  readonly mode = "serve" as const;
  readonly notes: readonly string[] = [];
  readonly blobs: FakeBlobs = new FakeBlobs();
  readonly runs: Map<string, FakeRun> = new Map();
  readonly listeners: Map<stored.StoreListener, stored.SubscribeOptions> = new Map();
  readonly heartbeats: string[] = [];
  /** What the last `listRuns` was asked. */
  lastQuery: stored.RunQuery | undefined;
  /** What the last `groups` was asked. */
  lastGroups: stored.GroupQuery | undefined;
  /** Awaited by every append: lets a test hold it back or make it fail. */
  beforeAppend: () => Promise<void> = async () => {};
  closed = false;

  async folders(): Promise<stored.StoreFolder[]> {
    return [{ dir: this.dir, present: true, runCount: this.#all().length, renamed: [] }];
  }

  async projects(): Promise<stored.ProjectInfo[]> {
    const names = new Set(this.#all().map(({ info }) => info.project));
    return Array.from(names, (project) => {
      const runs = this.#all().filter(({ info }) => info.project === project);
      return { project, runCount: runs.length, runningCount: runs.length, archivedCount: 0, lastMs: 1 };
    });
  }

  async listRuns(query: stored.RunQuery = {}): Promise<stored.RunPage> {
    this.lastQuery = query;
    const matching = this.#all().filter(({ info }) => query.runIds?.includes(info.runId) ?? true);
    const runs = matching.map((run) => ({
      ...run.info,
      metrics: (query.metrics ?? []).map((key) => this.#metric(run, key)),
      config: {},
      summary: {},
    }));
    return { runs: runs.slice(0, query.limit ?? 100), total: runs.length };
  }

  async columns({ project }: stored.ColumnQuery): Promise<stored.ColumnPage> {
    const runs = this.#all().filter(({ info }) => info.project === project);
    const keys = new Set(runs.flatMap(rowsOf).flatMap((rows) => rows.columns.map((column) => column.key)));
    const columns = Array.from(keys, (key) => ({
      what: "metric" as const,
      key,
      types: [{ type: "number" as const, runCount: runs.length }],
    }));
    return { columns, total: columns.length };
  }

  async groups(query: stored.GroupQuery): Promise<stored.GroupPage> {
    this.lastGroups = query;
    const runCount = this.#all().length;
    const numbers = (query.reduce ?? []).map(() => ({ count: 0 }));
    return { groups: [{ values: query.by.map(() => "x"), runCount, runningCount: runCount, numbers }], total: 1 };
  }

  async projectNote(project: string): Promise<stored.ProjectNote> {
    return { project, notesRevision: "0" };
  }

  async editProject(project: string, { notes }: { readonly notes: string }): Promise<stored.ProjectNote> {
    return { project, notes, notesRevision: "1" };
  }

  async getRun(runId: string): Promise<stored.RunDetail> {
    const { info, events } = this.#run(runId);
    const config = events.flatMap((event) => (event.type === "config" ? Object.entries(event.set) : []));
    return {
      ...info,
      config: Object.fromEntries(config),
      ...{ summary: { nan: Number.NaN }, definitions: [], alerts: [], damage: [], sealed: false, dir: "/secret/place" },
      notesRevision: "0",
    };
  }

  async findRuns(): Promise<stored.RunInfo[]> {
    return [];
  }

  async metrics(runId: string): Promise<stored.MetricSummary[]> {
    const run = this.#run(runId);
    const keys = new Set(rowsOf(run).flatMap((rows) => rows.columns.map((column) => column.key)));
    return Array.from(keys, (key) => this.#metric(run, key));
  }

  async series(targets: readonly stored.SeriesTarget[]): Promise<(stored.SeriesAnswer | undefined)[]> {
    return targets.map(({ runId, key }) => {
      const points = this.#points(runId, key);
      return points === undefined ? undefined : exactBuckets(points.steps, points.values);
    });
  }

  async points(runId: string, key: string, query: stored.PointQuery = {}): Promise<stored.RawPoints | undefined> {
    this.#run(runId);
    const points = this.#points(runId, key);
    if (points === undefined) return undefined;
    const total = points.steps.length;
    const start = query.last === undefined ? (query.after ?? 0) : Math.max(0, total - query.last);
    const cut = <T extends Float64Array>(values: T) => values.subarray(start, start + (query.limit ?? total));
    return {
      kind: "number",
      firstIndex: start,
      totalPoints: total,
      steps: cut(points.steps),
      wallMs: cut(points.wallMs),
      values: cut(points.values),
    };
  }

  async *events(runId: string): AsyncIterable<RunEvent> {
    yield* this.#run(runId).events;
  }

  async console(runId: string): Promise<stored.ConsolePage> {
    const lines = this.#run(runId).events.flatMap((event) => (event.type === "console" ? event.lines : []));
    return { lines, totalLines: lines.length };
  }

  async searchConsole(runId: string, { search }: stored.ConsoleSearch): Promise<stored.ConsoleSearchPage> {
    const { lines, totalLines } = await this.console(runId);
    return { lines: lines.filter(({ text }) => text.includes(search)), totalLines };
  }

  async media(runId: string): Promise<stored.MediaPage> {
    const media = this.#run(runId).events.filter((event) => event.type === "media");
    return { media, keys: media.map(({ key, kind }) => ({ key, kind, count: 1 })) };
  }

  async artifacts(runId: string): ReturnType<Store["artifacts"]> {
    return this.#run(runId).events.filter((event) => event.type === "artifact");
  }

  async artifactNames(): Promise<stored.ArtifactName[]> {
    return [];
  }

  async artifactVersions(_project: string, name: string): Promise<stored.ArtifactVersion[]> {
    const said = this.#all().flatMap(({ info: { runId }, events }) =>
      events.flatMap((event) => (event.type === "artifact" && event.name === name ? [{ runId, artifact: event }] : [])),
    );
    return versionsOf(said);
  }

  async alerts(): Promise<stored.AlertPage> {
    return { alerts: [] };
  }

  async createRun({ runId = "made", project, createdMs = 1 }: stored.NewRun): Promise<stored.CreatedRun> {
    const former = this.runs.get(runId);
    if (former !== undefined) return { runId, project: former.info.project, created: false };
    this.runs.set(runId, { info: infoOf(runId, project, createdMs), events: [], origins: new Set(), deleted: false });
    this.#tellRun(runId);
    return { runId, project, created: true };
  }

  async append(runId: string, batches: readonly stored.IngestBatch[]): Promise<stored.AppendResult[]> {
    const run = this.#run(runId);
    await this.beforeAppend();
    return batches.map(({ origin, events }) => {
      const id = origin === undefined ? undefined : `${origin.writerId} ${origin.seq}`;
      if (id !== undefined && run.origins.has(id)) return { duplicate: true };
      if (id !== undefined) run.origins.add(id);
      for (const event of events) this.#appendEvent(run, event);
      this.#tellRun(runId);
      return { duplicate: false };
    });
  }

  async heartbeat(runId: string): Promise<void> {
    this.heartbeats.push(this.#run(runId).info.runId);
  }

  async finishRun(): Promise<void> {}

  async editRun(runId: string, edit: stored.RunEdit): Promise<stored.RunInfo> {
    const run = this.#run(runId);
    const { addTags: _, removeTags: __, config: ___, summary: ____, notesRevision: _____, ...fields } = edit;
    run.info = { ...run.info, ...fields };
    this.#tellRun(runId);
    return run.info;
  }

  async deleteRun(runId: string): Promise<stored.DeletedRun> {
    const run = this.#run(runId);
    run.deleted = true;
    this.#tell({ type: "removed", runId, project: run.info.project });
    return { runId, trashDir: "/fake/trash" };
  }

  async restoreRun(runId: string): Promise<stored.RunInfo> {
    const run = this.runs.get(runId);
    if (run?.deleted !== true) throw notFound(runId);
    run.deleted = false;
    return run.info;
  }

  async trash(): Promise<stored.TrashedRun[]> {
    return [];
  }

  async sealRun(): Promise<{ readonly beforeBytes: number; readonly afterBytes: number }> {
    return { beforeBytes: 0, afterBytes: 0 };
  }

  async gc(): Promise<stored.GcReport> {
    return { dryRun: false, items: [], freedBytes: 0, problems: [] };
  }

  async du(): Promise<stored.StoreUsage> {
    return { runs: [], runBytes: 0, blobBytes: 0, trashBytes: 0, walBytes: 0, catalogBytes: 0, totalBytes: 0 };
  }

  announce(): void {}

  async refresh(): Promise<void> {}

  subscribe(listener: stored.StoreListener, options: stored.SubscribeOptions = {}): () => void {
    this.listeners.set(listener, options);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #all(): FakeRun[] {
    return [...this.runs.values()].filter((run) => !run.deleted);
  }

  #run(runId: string): FakeRun {
    const run = this.runs.get(runId);
    if (run === undefined || run.deleted) throw notFound(runId);
    return run;
  }

  #points(runId: string, key: string): { steps: Float64Array; wallMs: Float64Array; values: Float64Array } | undefined {
    const run = this.runs.get(runId);
    const tables =
      run === undefined ? [] : rowsOf(run).filter((rows) => rows.columns.some((column) => column.key === key));
    if (tables.length === 0) return undefined;
    const values = tables.flatMap((rows) =>
      rows.columns.flatMap((column) => (column.key === key ? [...column.values] : [])),
    );
    return {
      steps: Float64Array.from(tables.flatMap((rows) => [...rows.steps])),
      wallMs: Float64Array.from(tables.flatMap((rows) => [...rows.wallMs])),
      values: Float64Array.from(values, Number),
    };
  }

  #metric(run: FakeRun, key: string): stored.MetricSummary {
    const values = this.#points(run.info.runId, key)?.values ?? new Float64Array();
    const last = values.at(-1);
    return {
      key,
      kind: "number",
      count: values.length,
      finiteCount: values.length,
      ...(last === undefined ? {} : { last }),
    };
  }

  #appendEvent(run: FakeRun, event: RunEvent): void {
    const { runId, project } = run.info;
    if (event.type === "rows") {
      const firstIndex = event.rows.columns.map(({ key }) => this.#points(runId, key)?.steps.length ?? 0);
      run.events.push(event);
      this.#tell({ type: "rows", runId, project, rows: event.rows, firstIndex });
    } else {
      run.events.push(event);
      this.#tell({ type: "events", runId, project, events: [event] });
    }
  }

  #tellRun(runId: string): void {
    const { info } = this.#run(runId);
    this.#tell({ type: "run", runId, project: info.project, run: info });
  }

  #tell(change: stored.StoreChange): void {
    for (const [listener, { rows = true }] of this.listeners) {
      if (change.type === "rows" && (rows === false || (typeof rows === "function" && !rows(change.runId)))) continue;
      listener(change);
    }
  }
}

/** Blobs in memory. */
export class FakeBlobs implements Blobs {
  readonly bytes: Map<string, Uint8Array> = new Map();

  async put(
    source: Uint8Array | AsyncIterable<Uint8Array>,
    options: { readonly expectedSha256?: string; readonly maxBytes?: number } = {},
  ): Promise<{ readonly sha256: string; readonly sizeBytes: number }> {
    const chunks: Uint8Array[] = [];
    if (source instanceof Uint8Array) chunks.push(source);
    else for await (const chunk of source) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    if (bytes.length > (options.maxBytes ?? Infinity))
      throw new TrainlogError("blob/too-large", "too large", { status: 413 });
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    if (options.expectedSha256 !== undefined && options.expectedSha256 !== sha256) {
      throw new TrainlogError("blob/wrong-hash", `the content is ${sha256}`, { status: 422 });
    }
    this.bytes.set(sha256, bytes);
    return { sha256, sizeBytes: bytes.length };
  }

  async size(sha256: string): Promise<number | undefined> {
    return this.bytes.get(sha256)?.length;
  }

  async open(sha256: string, range: { readonly start?: number; readonly end?: number } = {}): Promise<Readable> {
    return Readable.from([this.bytes.get(sha256)!.subarray(range.start, range.end)]);
  }

  async delete(sha256: string): Promise<boolean> {
    return this.bytes.delete(sha256);
  }

  async *list(): AsyncIterable<never> {}
}

function rowsOf(run: FakeRun): Rows[] {
  return run.events.flatMap((event) => (event.type === "rows" ? [event.rows] : []));
}

function infoOf(runId: string, project: string, createdMs: number): stored.RunInfo {
  return {
    ...{ runId, project, name: runId, tags: [], archived: false, state: "running", createdMs, lastMs: createdMs },
    ...{ durationMs: 0, rowCount: 0, pointCount: 0, metricCount: 0, damageCount: 0 },
  };
}

function exactBuckets(x: Float64Array, values: Float64Array): stored.SeriesAnswer {
  const finite = values.map((value) => (Number.isFinite(value) ? value : Number.NaN));
  return {
    ...{ x, xEnd: x, min: finite, max: finite, mean: finite, first: finite, last: finite },
    count: Uint32Array.from(values, (value) => (Number.isFinite(value) ? 1 : 0)),
    nonFinite: Uint32Array.from(values, (value) => (Number.isFinite(value) ? 0 : 1)),
    totalPoints: x.length,
    metricPoints: x.length,
    exact: true,
    values,
  };
}

function notFound(runId: string): TrainlogError {
  return new TrainlogError("run/not-found", `there is no run ${runId}`, { status: 404 });
}
