/**
 * @file The interface of a catalog: what can be asked about runs without reading their logs.
 *
 * Everything in it is derived from the run folders. Writing the same change twice is the same as once, so two processes that index one folder, or
 * one that dies between two writes, cannot make it wrong for longer than until the next look at the run. The embedded implementation is
 * `sqlite-catalog.ts`.
 */
import type { ArtifactEvent, ConsoleLine, MediaEvent, MetricEvent } from "../../run/event.ts";
import type { JsonValue } from "../../run/json.ts";
import type {
  AlertPage,
  AlertQuery,
  ArtifactName,
  ColumnPage,
  ColumnQuery,
  ConsolePage,
  ConsoleQuery,
  GroupPage,
  GroupQuery,
  MediaPage,
  MediaQuery,
  MetricQuery,
  MetricSummary,
  ProjectInfo,
  RunArtifact,
  RunDetail,
  RunInfo,
  RunPage,
  RunQuery,
} from "../types.ts";

/** Facts of a run that are shown only on its own page. */
export type RunExtras = Pick<RunDetail, "host" | "code" | "alerts" | "damage" | "sealed"> & {
  readonly definitions: readonly MetricEvent[];
};

/** A metric with what the run defined about it. */
export interface IndexedMetric extends MetricSummary {
  /** Which of its values stands for it in the summary. Default `last`. */
  readonly rule?: "last" | "min" | "max" | "mean" | "none";
}

/** What is to be written about one run. Absent parts stay as they are. */
export interface CatalogChange {
  readonly runId: string;
  /** Forget all that was known of the run before writing the rest. */
  readonly reset?: boolean;
  readonly info: RunInfo;
  /** The run's folder, absolute, when it is not in the store's own folder. */
  readonly dir?: string;
  readonly extras?: RunExtras;
  /** What the run's files looked like when this was derived: see `signature.ts`. */
  readonly signature?: string;
  /** The whole configuration. */
  readonly config?: ReadonlyMap<string, JsonValue>;
  /** The whole summary as set by name. */
  readonly summary?: ReadonlyMap<string, JsonValue>;
  /** Metrics that changed. */
  readonly metrics?: readonly IndexedMetric[];
  /** New console lines, in order of arrival. */
  readonly console?: readonly ConsoleLine[];
  /** New media, the first of which is number `firstMedia` of the run. */
  readonly media?: readonly MediaEvent[];
  readonly firstMedia?: number;
  /** New artifact events, the first of which is number `firstArtifact` of the run. */
  readonly artifacts?: readonly ArtifactEvent[];
  readonly firstArtifact?: number;
}

/** What the catalog knows about how fresh it is, for one run. */
export interface IndexedRun {
  readonly runId: string;
  readonly project: string;
  readonly state: RunInfo["state"];
  readonly signature: string;
  /** The run's folder, absolute, when it is not in the store's own folder. */
  readonly dir?: string;
}

/** Bytes that a run refers to. */
export interface BlobUse {
  readonly runId: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly use: "media" | "artifact";
}

/** Runs and what is derived from them. */
export interface Catalog {
  /** Writes changes, all or none. */
  write(changes: readonly CatalogChange[]): Promise<void>;
  remove(runId: string): Promise<void>;
  /** All runs that it knows. */
  indexed(): Promise<IndexedRun[]>;
  list(query: RunQuery): Promise<RunPage>;
  columns(query: ColumnQuery): Promise<ColumnPage>;
  groups(query: GroupQuery): Promise<GroupPage>;
  find(text: string, limit: number): Promise<RunInfo[]>;
  projects(): Promise<ProjectInfo[]>;
  run(runId: string): Promise<RunInfo | undefined>;
  extras(runId: string): Promise<RunExtras | undefined>;
  config(runId: string): Promise<[string, JsonValue][]>;
  summary(runId: string): Promise<[string, JsonValue][]>;
  metrics(runId: string, query: MetricQuery): Promise<MetricSummary[]>;
  console(runId: string, query: ConsoleQuery): Promise<ConsolePage>;
  media(runId: string, query: MediaQuery): Promise<MediaPage>;
  artifacts(runId: string): Promise<ArtifactEvent[]>;
  artifactNames(project: string): Promise<ArtifactName[]>;
  /** What the runs of a project said about one artifact. */
  artifactEvents(project: string, name: string): Promise<RunArtifact[]>;
  alerts(query: AlertQuery): Promise<AlertPage>;
  blobUses(): Promise<BlobUse[]>;
  /** Runs with damage in their files. */
  damaged(): Promise<string[]>;
  /** Runs of the store's own folder that ended before `beforeMs` and are not sealed, oldest first. */
  unsealed(beforeMs: number, limit: number): Promise<string[]>;
  close(): Promise<void>;
}
