/** @file Artifacts: named, versioned sets of files that a run produced or used. */
import { TrainlogError } from "../run/error.ts";
import type { ArtifactEvent, ArtifactFile } from "../run/event.ts";
import type { JsonObject } from "../run/json.ts";
import { toJson } from "../run/to-json.ts";
import type { ArtifactSource, RunBackend } from "./sink.ts";

/** Options of `run.artifact` and `run.useArtifact`. */
export interface ArtifactOptions {
  /** Name; the last part of the path when absent. */
  readonly name?: string;
  /** `"model"`, `"dataset"`, …; `"file"` when absent. */
  readonly kind?: string;
  /** A version of the script's own; viewers number versions by content otherwise. */
  readonly version?: string;
  readonly aliases?: readonly string[];
  readonly description?: string;
  readonly metadata?: { readonly [key: string]: unknown };
  readonly step?: number;
}

/** A reference to a place outside: a scheme of two letters or more (one letter is a drive) and `://`. */
const REFERENCE = /^[a-z][a-z0-9+.-]+:\/\//i;

/**
 * Keeps the files of an artifact and makes its event.
 *
 * @throws TrainlogError `artifact/bad-source`, `run/bad-options`, `run/bad-step`, `artifact/unsupported` where the platform cannot read `source`, and
 *   what `backend.collectFiles` throws.
 */
export async function artifactEvent(
  direction: "produced" | "used",
  source: ArtifactSource,
  options: ArtifactOptions,
  backend: RunBackend,
): Promise<ArtifactEvent> {
  const wallMs = Date.now();
  backend.checkOptions?.("artifact", options);
  const { name, kind = "file", metadata, ...rest } = options;
  const json = metadata === undefined ? undefined : toJson(metadata, "artifact metadata", () => {});
  const files = await filesOf(source, backend);
  return {
    type: "artifact",
    direction,
    name: name ?? nameOf(source),
    kind,
    wallMs,
    digest: await manifestDigest(files),
    files,
    ...rest,
    // `toJson` of an object gives an object.
    ...(json === undefined ? {} : { metadata: json as JsonObject }),
  };
}

async function filesOf(source: ArtifactSource, backend: RunBackend): Promise<readonly ArtifactFile[]> {
  if (typeof source === "string" && REFERENCE.test(source))
    return [{ path: nameOf(source), sizeBytes: 0, uri: source }];
  if (backend.collectFiles === undefined) {
    if (backend.sinks.length === 0) return []; // a disabled run keeps nothing and refuses nothing
    throw new TrainlogError("artifact/unsupported", "artifact: this run has no blob store to keep files in");
  }
  return sortByPath(await backend.collectFiles(source));
}

/** By code units, so that every machine sorts alike. */
function sortByPath(files: readonly ArtifactFile[]): ArtifactFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
}

function nameOf(source: ArtifactSource): string {
  const first =
    typeof source === "string" ? source : Array.isArray(source) ? String(source[0] ?? "") : Object.keys(source)[0];
  return (first ?? "").split(/[/\\]/).findLast((part) => part !== "" && part !== ".") ?? "artifact";
}

/**
 * Digest of a manifest: SHA-256 over one line per file, sorted by path: the path as JSON text, a space, then the content's SHA-256 or the reference.
 *
 * Two artifacts of equal content have equal digests whatever they are called.
 */
export async function manifestDigest(files: readonly ArtifactFile[]): Promise<string> {
  const lines = sortByPath(files).map((file) => `${JSON.stringify(file.path)} ${file.sha256 ?? file.uri ?? ""}\n`);
  return await subtleSha256(new TextEncoder().encode(lines.join("")));
}

/** SHA-256 by Web Crypto, 64 hexadecimal digits. */
export async function subtleSha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
