/**
 * @file Files of an artifact from disk: folders walked, contents streamed into the blob folder.
 *
 * A symbolic link is followed while it stays inside the folder that was named; one that leaves it is refused by name, because it would take in files that
 * nobody listed. The path that the script itself names may be a link.
 */
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { describeValue, TrainlogError } from "../run/error.ts";
import type { ArtifactFile } from "../run/event.ts";
import { isPlainObject } from "../run/json.ts";
import { bytesOf } from "./bytes-of.ts";
import type { LocalBlobs } from "./local-blobs.ts";
import { messageOf } from "./reporter.ts";
import type { ArtifactSource } from "./sink.ts";

/** A file to keep: where it is and what it is called in the artifact. */
interface FoundFile {
  readonly path: string;
  readonly name: string;
}

/**
 * Keeps the files of an artifact.
 *
 * @throws TrainlogError `artifact/bad-source`, `artifact/not-found`, `artifact/outside`, `artifact/bad-path` (a name with `..`, `\` or an absolute one), `artifact/empty`.
 */
export async function collectFiles(source: ArtifactSource, blobs: LocalBlobs): Promise<ArtifactFile[]> {
  checkSource(source);
  if (isContents(source)) return await keepContents(source, blobs);
  const paths = typeof source === "string" ? [source] : source;
  const files: ArtifactFile[] = [];
  for (const path of paths) {
    for (const { path: from, name } of await findFiles(path, paths.length > 1)) {
      files.push({ path: name, ...blobs.putFile(from) });
      await yieldToTimers(); // hundreds of files must not stop the training loop's other work
    }
  }
  if (files.length === 0)
    throw new TrainlogError("artifact/empty", `artifact: ${paths.join(", ")}: no files in it`, { status: 400 });
  return files;
}

function checkSource(source: unknown): void {
  const isPath = (path: unknown): boolean => typeof path === "string" && path !== "";
  if (isPath(source) || (Array.isArray(source) && source.every(isPath))) return;
  if (isPlainObject(source) && Object.values(source).every(isContent)) return;
  const expected = 'a path, several, contents such as { "model.bin": bytes }, or a reference such as s3://bucket/key';
  throw new TrainlogError("artifact/bad-source", `artifact: expected ${expected}, got ${describeValue(source)}`, {
    status: 400,
  });
}

function isContent(value: unknown): boolean {
  return typeof value === "string" || value instanceof Uint8Array || value instanceof Blob;
}

type Contents = Exclude<ArtifactSource, string | readonly string[]>;

function isContents(source: ArtifactSource): source is Contents {
  return typeof source === "object" && !Array.isArray(source);
}

async function keepContents(contents: Contents, blobs: LocalBlobs): Promise<ArtifactFile[]> {
  const files: ArtifactFile[] = [];
  for (const [path, content] of Object.entries(contents)) {
    files.push({ path: checkArtifactPath(path), ...blobs.putBytes(await bytesOf(content)) });
  }
  return files;
}

/** A relative path inside an artifact. @throws TrainlogError `artifact/bad-path`. */
export function checkArtifactPath(path: string): string {
  const parts = path.split("/");
  const isBad =
    path.includes("\\") || path.includes("\0") || parts.some((part) => part === "" || part === "." || part === "..");
  if (!isBad) return path;
  const expected = "expected a relative path with / and without . and ..";
  throw new TrainlogError("artifact/bad-path", `artifact: ${JSON.stringify(path)}: ${expected}`, { status: 400 });
}

async function findFiles(path: string, underOwnName: boolean): Promise<FoundFile[]> {
  const root = await resolveExisting(path);
  if ((await stat(root)).isFile()) return [{ path: root, name: basename(path) }];
  const prefix = underOwnName ? `${basename(path)}/` : "";
  return await walk(root, root, prefix, new Set([root]));
}

async function walk(dir: string, root: string, prefix: string, seen: ReadonlySet<string>): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const name = prefix + entry.name;
    const path = entry.isSymbolicLink() ? await resolveInside(join(dir, entry.name), root) : join(dir, entry.name);
    const facts = await stat(path);
    if (facts.isFile()) found.push({ path, name });
    // A folder met again on its own way down is a link upwards: its files are there already.
    else if (facts.isDirectory() && !seen.has(path))
      found.push(...(await walk(path, root, `${name}/`, new Set([...seen, path]))));
  }
  return found;
}

async function resolveInside(link: string, root: string): Promise<string> {
  const target = await resolveExisting(link);
  const way = relative(root, target);
  if (way !== ".." && !way.startsWith(`..${sep}`)) return target;
  throw new TrainlogError(
    "artifact/outside",
    `artifact: ${link} is a link to ${target}, outside ${root}; name that file itself or copy it`,
    { status: 400 },
  );
}

async function resolveExisting(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    const advice = "name a file or folder that is there, or a reference such as s3://bucket/key";
    const message = `artifact: ${JSON.stringify(path)}: ${messageOf(cause)}; ${advice}`;
    throw new TrainlogError("artifact/not-found", message, { cause, status: 400 });
  }
}

function yieldToTimers(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
