/**
 * @file Versions of an artifact, from what the runs of a project said about it. Pure.
 *
 * Equal content is one version, whoever made it: versions are counted in the order in which their content was first seen, `v0`, `v1`, … An alias belongs to the
 * version for which it was given last; `latest` is the version that was produced last, unless a run gave that alias itself.
 */
import { describeValue, TrainlogError } from "../run/error.ts";
import type { ArtifactEvent } from "../run/event.ts";
import type { ArtifactVersion, RunArtifact } from "./types.ts";

/**
 * Counts the versions.
 *
 * @param events - What runs of one project said about one artifact, in any order.
 */
export function versionsOf(events: readonly RunArtifact[]): ArtifactVersion[] {
  const inOrder = events.toSorted((a, b) => a.artifact.wallMs - b.artifact.wallMs);
  const aliases = aliasesOf(inOrder);
  const byDigest = Map.groupBy(inOrder, ({ artifact }) => artifact.digest);
  return Array.from(byDigest, ([digest, said], i) => versionOf(digest, i, said, aliases.get(digest) ?? []));
}

/**
 * The version that a text means: a label of the script's own, `v3`, an alias, or a digest.
 *
 * @throws TrainlogError `artifact/no-version` (404).
 */
export function findVersion(versions: readonly ArtifactVersion[], wanted: string): ArtifactVersion {
  const found =
    versions.findLast(({ label }) => label === wanted) ??
    versions.find(({ version }) => version === wanted) ??
    versions.find(({ aliases }) => aliases.includes(wanted)) ??
    versions.find(({ digest }) => digest === wanted);
  if (found !== undefined) return found;
  const there = versions.slice(-5).map(({ version, aliases }) => [version, ...aliases].join(" = "));
  const message = `artifact ${describeValue(versions[0]?.artifact.name)} has no version ${describeValue(wanted)}; it has ${there.join(", ")}`;
  throw new TrainlogError("artifact/no-version", message, { status: 404 });
}

function versionOf(
  digest: string,
  index: number,
  said: readonly RunArtifact[],
  aliases: readonly string[],
): ArtifactVersion {
  const last = said.findLast(({ artifact }) => artifact.direction === "produced") ?? said.at(-1)!;
  const label = said.findLast(({ artifact }) => artifact.version !== undefined)?.artifact.version;
  return {
    version: `v${index}`,
    ...(label === undefined ? {} : { label }),
    digest,
    aliases,
    createdMs: said[0]!.artifact.wallMs,
    artifact: last.artifact,
    producedBy: runsOf(said, "produced"),
    usedBy: runsOf(said, "used"),
  };
}

function runsOf(said: readonly RunArtifact[], direction: ArtifactEvent["direction"]): string[] {
  return [...new Set(said.filter(({ artifact }) => artifact.direction === direction).map(({ runId }) => runId))];
}

/** Aliases by digest. */
function aliasesOf(inOrder: readonly RunArtifact[]): Map<string, string[]> {
  const owners = new Map<string, string>();
  const latest = inOrder.findLast(({ artifact }) => artifact.direction === "produced");
  if (latest !== undefined) owners.set("latest", latest.artifact.digest);
  for (const { artifact } of inOrder) for (const alias of artifact.aliases ?? []) owners.set(alias, artifact.digest);
  const byDigest = new Map<string, string[]>();
  for (const [alias, digest] of owners) byDigest.set(digest, [...(byDigest.get(digest) ?? []), alias]);
  return byDigest;
}
