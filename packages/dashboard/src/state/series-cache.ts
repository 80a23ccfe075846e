/**
 * @file The lines of the charts on the page: fetched in groups, grown by live rows, fetched anew for a zoomed range.
 *
 * Each line is held for the whole range (`overview`) and, while zoomed, for that range too (`detail`). Live rows never cause a request: a line that grows
 * too long is merged in place. A request is made again only when rows are missing or go back behind merged buckets, at most once per second.
 */
import { batch, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { LiveColumn, RowsMessage, Series, SeriesAnswer, SeriesAxis, SeriesRequest } from "trainlog/api";
import type { ApiClient } from "../client/http.ts";
import type { Zoom } from "../lib/chart-view.ts";
import { HeldLine } from "../lib/held-line.ts";
import { lineFromSeries, type NewPoints, type SeriesLine, spliceDetail } from "../lib/series-line.ts";

/** Buckets per line: about two per CSS pixel of a chart in the grid. */
const BUDGET = 600;

/** Buckets per line of an overlay of many runs, where answers grow with runs × charts: about one per CSS pixel. */
const OVERLAY_BUDGET = 300;

/** Runs up to which lines get the full budget. */
const FEW_RUNS = 4;

/** Series per request: an answer of 100 × 600 buckets is about 3 MB of JSON. */
const SERIES_PER_REQUEST = 100;

/** Time that requests of one instant wait for each other. */
const GATHER_MS = 15;

/** Time that changes of what is looked at are gathered: someone scrolls. */
const WATCH_MS = 250;

/** Least time between two requests for lines that became stale. */
const REFETCH_MS = 1000;

/** One line as charts see it. */
export interface LineState {
  readonly runId: string;
  readonly key: string;
  /** Buckets to draw; undefined until the first answer. The same object may come again with more in it. */
  readonly line: SeriesLine | undefined;
  /** Answers of the server that went into it. Live rows do not count. */
  readonly answers: number;
  /** Why there is no line, in words. */
  readonly error?: string;
}

interface Entry {
  readonly runId: string;
  readonly key: string;
  readonly state: Signal<LineState>;
  readonly overview: HeldLine;
  readonly detail: HeldLine;
  /** Wall time of the first point: zero of the relative axis. */
  originMs: number | undefined;
  /** Whether a chart looks at it. */
  watched: boolean;
}

/** Lines of one page of runs. */
export class SeriesCache {
  readonly #budget: number;
  readonly #client: ApiClient;
  readonly #entries = new Map<string, Entry>();
  readonly #loading = signal(0);
  readonly #watchedKeys = signal<readonly string[]>([]);
  #watchTimer: ReturnType<typeof setTimeout> | undefined;
  #narrowed: boolean = false;
  #axis: SeriesAxis;
  #zoom: Zoom | undefined;
  #overviewsToAsk = new Set<Entry>();
  #detailsToAsk = new Set<Entry>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  /** Answers to questions of an older axis or zoom are dropped. */
  #axisGeneration = 0;
  #zoomGeneration = 0;
  #closed: boolean = false;

  /** @param runCount - Runs over each other in the charts. */
  constructor(client: ApiClient, axis: SeriesAxis, zoom: Zoom | undefined, runCount = 1) {
    this.#budget = runCount <= FEW_RUNS ? BUDGET : OVERLAY_BUDGET;
    this.#client = client;
    this.#axis = axis;
    this.#zoom = zoom;
  }

  /** Requests under way. */
  get loading(): ReadonlySignal<number> {
    return this.#loading;
  }

  /** Metrics that charts look at, in order, a moment late while someone scrolls; when none does (on another tab), those of the last time. */
  get watchedKeys(): ReadonlySignal<readonly string[]> {
    return this.#watchedKeys;
  }

  /** Says whether live rows come for watched metrics only. Then a line that nobody looked at is fetched again when somebody does. */
  setNarrowed(narrowed: boolean): void {
    if (this.#narrowed && !narrowed) this.refetch();
    this.#narrowed = narrowed;
  }

  /** The line of one metric of one run, fetched at the first call and kept up to date from then on. */
  line(runId: string, key: string): ReadonlySignal<LineState> {
    const id = entryId(runId, key);
    const known = this.#entries.get(id);
    if (known !== undefined) return known.state;
    const state = signal<LineState>({ runId, key, line: undefined, answers: 0 });
    const parts = { overview: new HeldLine(this.#budget), detail: new HeldLine(this.#budget) };
    const entry: Entry = { runId, key, state, ...parts, originMs: undefined, watched: true };
    this.#entries.set(id, entry);
    this.#askOverview(entry);
    this.#askDetail(entry);
    this.#tellWatched();
    return state;
  }

  /** Says whether a chart looks at a line: lines that nobody sees are not fetched for a new zoom until somebody does. */
  setWatched(runId: string, key: string, watched: boolean): void {
    const entry = this.#entries.get(entryId(runId, key));
    if (entry === undefined || entry.watched === watched) return;
    entry.watched = watched;
    this.#tellWatched();
    if (watched && this.#narrowed) this.#askOverview(entry);
    if (entry.detail.line === undefined) this.#askDetail(entry);
  }

  /** Changes the x axis (then everything is fetched anew) or the zoomed range (then the details are). */
  setRange(axis: SeriesAxis, zoom: Zoom | undefined): void {
    const sameZoom = zoom?.from === this.#zoom?.from && zoom?.to === this.#zoom?.to;
    if (axis === this.#axis && sameZoom) return;
    const sameAxis = axis === this.#axis;
    this.#axis = axis;
    this.#zoom = zoom;
    if (sameAxis) {
      this.#askDetails(0);
      return;
    }
    for (const entry of this.#entries.values()) entry.overview.drop();
    this.refetch();
  }

  /** Fetches everything anew, for example after messages were lost. Lines stay drawn until the answers come. */
  refetch(): void {
    this.#axisGeneration++;
    for (const entry of this.#entries.values()) this.#askOverview(entry);
    this.#askDetails();
  }

  /** Fetches again what could not be had, for example because the server was gone. */
  retryFailed(): void {
    for (const entry of this.#entries.values()) if (entry.state.peek().error !== undefined) this.#askOverview(entry);
  }

  /** Adds live rows to the lines that are held. */
  applyRows(message: RowsMessage): void {
    for (const column of message.columns) {
      const entry = this.#entries.get(entryId(message.runId, column.key));
      if (entry === undefined || column.kind !== "number") continue;
      const points = this.#pointsOf(entry, message, column);
      const overview = entry.overview.grow(points);
      const detail = entry.detail.grow(points, this.#zoom);
      if (overview === "refetch") this.#askOverview(entry, REFETCH_MS);
      if (detail === "refetch") this.#askDetail(entry, REFETCH_MS);
      if (overview === "appended" || detail === "appended") this.#publish(entry);
    }
  }

  /** Stops asking; what is on its way is dropped. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#watchTimer);
  }

  #tellWatched(): void {
    clearTimeout(this.#watchTimer);
    this.#watchTimer = setTimeout(() => {
      const watched = [...this.#entries.values()].filter((entry) => entry.watched);
      if (watched.length > 0) this.#watchedKeys.value = [...new Set(watched.map((entry) => entry.key))].sort();
    }, WATCH_MS);
  }

  #askOverview(entry: Entry, delayMs = GATHER_MS): void {
    entry.overview.await();
    this.#overviewsToAsk.add(entry);
    this.#schedule(delayMs);
  }

  #askDetail(entry: Entry, delayMs = GATHER_MS): void {
    if (this.#zoom === undefined || !entry.watched) return;
    // Where the zero of relative time is, the answer with the whole line says.
    if (this.#axis === "relative" && entry.originMs === undefined) return;
    entry.detail.await();
    this.#detailsToAsk.add(entry);
    this.#schedule(delayMs);
  }

  #askDetails(delayMs = GATHER_MS): void {
    this.#zoomGeneration++;
    this.#detailsToAsk.clear();
    for (const entry of this.#entries.values()) {
      entry.detail.drop();
      this.#askDetail(entry, delayMs);
      this.#publish(entry);
    }
  }

  #pointsOf(entry: Entry, message: RowsMessage, column: LiveColumn): NewPoints {
    const rows = column.rowIndex ?? column.values.map((_, i) => i);
    const x = rows.map((row) => this.#xOf(entry, message.steps[row] ?? 0, message.wallMs[row] ?? 0));
    return { firstIndex: column.firstIndex, x, values: column.values.map(Number) };
  }

  #xOf(entry: Entry, step: number, wallMs: number): number {
    if (this.#axis === "step") return step;
    // While the answer with the first point is awaited, relative rows wait as wall times; `#takeOverview` shifts them with the line.
    return this.#axis === "wall" ? wallMs : wallMs - (entry.originMs ?? 0);
  }

  /** Runs the waiting questions after a while; a later call with less patience brings them forward. */
  #schedule(delayMs: number): void {
    const atMs = performance.now() + delayMs;
    if (this.#closed || atMs >= this.#timerAtMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(() => {
      this.#timerAtMs = Number.POSITIVE_INFINITY;
      this.#askWaiting();
    }, delayMs);
  }

  #askWaiting(): void {
    const overviews = [...this.#overviewsToAsk];
    const details = [...this.#detailsToAsk];
    this.#overviewsToAsk.clear();
    this.#detailsToAsk.clear();
    // The wall axis serves the relative one too, because its first point says where live rows count from.
    const x = this.#axis === "relative" ? "wall" : this.#axis;
    for (const chunk of chunks(overviews)) void this.#fetchOverviews(chunk, { x });
    const zoom = this.#zoom;
    if (zoom === undefined) return;
    // A metric's relative time counts from its own first point; those of a run mostly have it in common.
    const offsets = Map.groupBy(details, ({ originMs = 0 }) => (this.#axis === "relative" ? originMs : 0));
    for (const [offset, entries] of offsets)
      for (const chunk of chunks(entries)) void this.#fetchDetails(chunk, zoom, { x, offset });
  }

  async #fetchOverviews(entries: readonly Entry[], range: Omit<SeriesRequest, "series">): Promise<void> {
    const generation = this.#axisGeneration;
    const answer = await this.#ask(entries, range);
    if (this.#closed || generation !== this.#axisGeneration) return;
    batch(() => {
      for (const [i, entry] of entries.entries())
        this.#takeOverview(entry, answer instanceof Error ? answer : answer.series[i]);
    });
  }

  /** @param on - The server's axis, and where the zero of ours is on it. */
  async #fetchDetails(entries: readonly Entry[], zoom: Zoom, on: { x: SeriesAxis; offset: number }): Promise<void> {
    const generation = this.#zoomGeneration;
    const answer = await this.#ask(entries, { x: on.x, from: zoom.from + on.offset, to: zoom.to + on.offset });
    if (this.#closed || generation !== this.#zoomGeneration) return;
    batch(() => {
      for (const [i, entry] of entries.entries())
        this.#takeDetail(entry, answer instanceof Error ? answer : answer.series[i], zoom);
    });
  }

  async #ask(entries: readonly Entry[], range: Omit<SeriesRequest, "series">): Promise<SeriesAnswer | Error> {
    const request: SeriesRequest = {
      series: entries.map(({ runId, key }) => ({ runId, key })),
      buckets: this.#budget,
      ...range,
    };
    this.#loading.value++;
    try {
      return await this.#client.post<SeriesAnswer>("/series", request);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#loading.value--;
    }
  }

  #takeOverview(entry: Entry, series: Series | Error | undefined): void {
    const line = lineOf(series);
    if (line instanceof Error) {
      entry.overview.take(undefined);
      entry.state.value = { ...entry.state.peek(), error: line.message };
      return;
    }
    if (this.#axis === "relative") this.#countFromFirst(entry, line);
    if (entry.overview.take(line) === "refetch") this.#askOverview(entry, REFETCH_MS);
    this.#publish(entry, 1);
  }

  #takeDetail(entry: Entry, series: Series | Error | undefined, zoom: Zoom): void {
    const line = lineOf(series);
    if (!(line instanceof Error)) moveLine(line, this.#axis === "relative" ? -(entry.originMs ?? 0) : 0);
    if (entry.detail.take(line instanceof Error ? undefined : line, zoom) === "refetch")
      this.#askDetail(entry, REFETCH_MS);
    this.#publish(entry, 1);
  }

  /** Makes wall times relative to the first point. */
  #countFromFirst(entry: Entry, line: SeriesLine): void {
    const before = entry.originMs ?? 0;
    const origin = line.x[0] ?? before;
    entry.originMs = origin;
    entry.overview.shiftPending(before - origin);
    entry.detail.shiftPending(before - origin);
    moveLine(line, -origin);
    if (before === 0 && origin !== 0) this.#askDetail(entry);
  }

  #publish(entry: Entry, answers = 0): void {
    const overview = entry.overview.line;
    const detail = entry.detail.line;
    const zoom = this.#zoom;
    const whole = overview === undefined || detail === undefined || zoom === undefined;
    const line = whole ? overview : spliceDetail(overview, detail, zoom);
    const before = entry.state.peek().answers;
    entry.state.value = { runId: entry.runId, key: entry.key, line, answers: before + answers };
  }
}

/** Moves a line along x, in place. */
function moveLine(line: SeriesLine, by: number): void {
  if (by === 0) return;
  for (let i = 0; i < line.x.length; i++) {
    line.x[i] = line.x[i]! + by;
    line.xEnd[i] = line.xEnd[i]! + by;
  }
}

/** `\0` can be in no run id. */
function entryId(runId: string, key: string): string {
  return `${runId}\0${key}`;
}

function chunks(entries: readonly Entry[]): Entry[][] {
  const parts: Entry[][] = [];
  for (let i = 0; i < entries.length; i += SERIES_PER_REQUEST) parts.push(entries.slice(i, i + SERIES_PER_REQUEST));
  return parts;
}

function lineOf(series: Series | Error | undefined): SeriesLine | Error {
  if (series instanceof Error) return series;
  if (series === undefined) return new Error("The server did not answer for this metric.");
  return series.form === "failed" ? new Error(series.problem.detail) : lineFromSeries(series);
}
