/** @file What a run holds besides points: console, media, artifacts. */
import { z } from "zod";
import type { MediaKind } from "../run/event.ts";
import type { JsonObject } from "../run/json.ts";
import { count, jsonObject, sha256, step, wallMs } from "./wire.ts";

/** Every kind of media. */
export const MEDIA_KINDS: readonly MediaKind[] = [
  "histogram",
  "image",
  "audio",
  "video",
  "table",
  "text",
  "html",
  "figure",
  "confusion-matrix",
  "generations",
  "file",
];

/** One line of console output. */
export interface ConsoleLineInfo {
  readonly line: number;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
  readonly wallMs: number;
}

/** {@link ConsoleLineInfo}. */
export const consoleLine: z.ZodType<ConsoleLineInfo> = z.object({
  line: count,
  stream: z.enum(["stdout", "stderr"]),
  text: z.string(),
  wallMs,
});

/** Answer of `GET /runs/:id/console`: lines by number, the newest text of each; with `search` those that were found. */
export interface ConsoleAnswer {
  readonly runId: string;
  readonly lines: readonly ConsoleLineInfo[];
  /** Lines in all, found or not. */
  readonly totalLines: number;
  /** Give it back as `from` for the next page; absent on the last one. A long search may give a page with few lines, or none, and go on there. */
  readonly nextFrom?: number;
}

/** {@link ConsoleAnswer}. */
export const consoleAnswer: z.ZodType<ConsoleAnswer> = z.object({
  runId: z.string(),
  lines: z.array(consoleLine),
  totalLines: count,
  nextFrom: count.exactOptional(),
});

/** Bytes in the blob store; fetch them at `/api/v1/blobs/<sha256>`. */
export interface BlobInfo {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly mime?: string;
}

/** {@link BlobInfo}. */
export const blobInfo: z.ZodType<BlobInfo> = z.object({ sha256, sizeBytes: count, mime: z.string().exactOptional() });

/** One media value. */
export interface MediaItem {
  readonly key: string;
  readonly step: number;
  readonly wallMs: number;
  readonly kind: MediaKind;
  /** Inline payload and description, by kind: see `run/media.ts`. */
  readonly data: JsonObject;
  readonly blobs?: readonly BlobInfo[];
}

/** {@link MediaItem}. */
export const mediaItem: z.ZodType<MediaItem> = z.object({
  key: z.string(),
  step,
  wallMs,
  kind: z.enum(MEDIA_KINDS),
  data: jsonObject,
  blobs: z.array(blobInfo).exactOptional(),
});

/** One media key of a run, its kind, and how many values it has. */
export interface MediaKey {
  readonly key: string;
  /** The kind of its newest value: a {@link MediaKind}. */
  readonly kind: string;
  readonly count: number;
}

/** {@link MediaKey}. */
export const mediaKey: z.ZodType<MediaKey> = z.object({
  key: z.string(),
  kind: z.string(),
  count,
});

/** Answer of `GET /runs/:id/media`: all keys of the run, and the items asked for in order of step and arrival. */
export interface MediaAnswer {
  readonly runId: string;
  readonly keys: readonly MediaKey[];
  readonly items: readonly MediaItem[];
  /** Give it back as `after` for the next page; absent on the last one. */
  readonly nextAfter?: number;
}

/** {@link MediaAnswer}. */
export const mediaAnswer: z.ZodType<MediaAnswer> = z.object({
  runId: z.string(),
  keys: z.array(mediaKey),
  items: z.array(mediaItem),
  nextAfter: count.exactOptional(),
});

/** One file of an artifact. */
export interface ArtifactFileInfo {
  readonly path: string;
  readonly sizeBytes: number;
  /** The blob that holds it; absent for a reference. */
  readonly sha256?: string;
  /** A place outside that holds it. */
  readonly uri?: string;
}

/** An artifact that a run produced or used. */
export interface ArtifactInfo {
  readonly direction: "produced" | "used";
  readonly name: string;
  readonly kind: string;
  readonly wallMs: number;
  readonly digest: string;
  readonly files: readonly ArtifactFileInfo[];
  readonly version?: string;
  readonly aliases?: readonly string[];
  readonly description?: string;
  readonly metadata?: JsonObject;
  readonly step?: number;
}

/** {@link ArtifactInfo}. */
export const artifactInfo: z.ZodType<ArtifactInfo> = z.object({
  direction: z.enum(["produced", "used"]),
  name: z.string(),
  kind: z.string(),
  wallMs,
  digest: z.string(),
  files: z.array(
    z.object({ path: z.string(), sizeBytes: count, sha256: sha256.exactOptional(), uri: z.string().exactOptional() }),
  ),
  version: z.string().exactOptional(),
  aliases: z.array(z.string()).exactOptional(),
  description: z.string().exactOptional(),
  metadata: jsonObject.exactOptional(),
  step: step.exactOptional(),
});

/** An artifact of a project, in a list. */
export interface ArtifactNameInfo {
  readonly name: string;
  readonly kind: string;
  readonly versionCount: number;
  /** Runs that produced or used it. */
  readonly runCount: number;
  readonly lastMs: number;
}

/** Answer of `GET /projects/:project/artifacts`, by name. */
export interface ArtifactNameList {
  readonly artifacts: readonly ArtifactNameInfo[];
}

/** {@link ArtifactNameList}. */
export const artifactNameList: z.ZodType<ArtifactNameList> = z.object({
  artifacts: z.array(
    z.object({ name: z.string(), kind: z.string(), versionCount: count, runCount: count, lastMs: wallMs }),
  ),
});

/** One content of an artifact. */
export interface ArtifactVersionInfo {
  /** `v0`, `v1`, … in the order in which contents were first seen. */
  readonly version: string;
  /** What the script itself called the version. */
  readonly label?: string;
  readonly digest: string;
  readonly kind: string;
  /** `latest` is among those of the version that was produced last. */
  readonly aliases: readonly string[];
  readonly createdMs: number;
  readonly fileCount: number;
  readonly sizeBytes: number;
  /** Ids of runs, the first one first. */
  readonly producedBy: readonly string[];
  readonly usedBy: readonly string[];
  readonly description?: string;
  readonly metadata?: JsonObject;
}

/** One content of an artifact with its files. */
export interface ArtifactVersionDetail extends ArtifactVersionInfo {
  readonly files: readonly ArtifactFileInfo[];
}

const artifactFile = z.object({
  path: z.string(),
  sizeBytes: count,
  sha256: sha256.exactOptional(),
  uri: z.string().exactOptional(),
});
const versionShape = {
  version: z.string(),
  label: z.string().exactOptional(),
  digest: z.string(),
  kind: z.string(),
  aliases: z.array(z.string()),
  createdMs: wallMs,
  fileCount: count,
  sizeBytes: count,
  producedBy: z.array(z.string()),
  usedBy: z.array(z.string()),
  description: z.string().exactOptional(),
  metadata: jsonObject.exactOptional(),
};

/** {@link ArtifactVersionInfo}. */
export const artifactVersionInfo: z.ZodType<ArtifactVersionInfo> = z.object(versionShape);

/** {@link ArtifactVersionDetail}. */
export const artifactVersionDetail: z.ZodType<ArtifactVersionDetail> = z.object({
  ...versionShape,
  files: z.array(artifactFile),
});

/** Answer of `GET /projects/:project/artifacts/:name`: the oldest version first. */
export interface ArtifactVersionList {
  readonly name: string;
  readonly versions: readonly ArtifactVersionInfo[];
}

/** {@link ArtifactVersionList}. */
export const artifactVersionList: z.ZodType<ArtifactVersionList> = z.object({
  name: z.string(),
  versions: z.array(artifactVersionInfo),
});

/** Answer of `GET /runs/:id/artifacts`. */
export interface ArtifactsAnswer {
  readonly runId: string;
  readonly artifacts: readonly ArtifactInfo[];
}

/** {@link ArtifactsAnswer}. */
export const artifactsAnswer: z.ZodType<ArtifactsAnswer> = z.object({
  runId: z.string(),
  artifacts: z.array(artifactInfo),
});
