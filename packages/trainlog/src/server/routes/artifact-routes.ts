/** @file Routes of artifacts: those of a run, and those of a project with their versions; files by their path. */
import {
  type ArtifactNameList,
  type ArtifactsAnswer,
  type ArtifactVersionDetail,
  type ArtifactVersionInfo,
  type ArtifactVersionList,
  artifactNameList,
  artifactsAnswer,
  artifactVersionDetail,
  artifactVersionList,
  type BlobQuery,
  blobQuery,
} from "../../api/index.ts";
import { describeValue, TrainlogError } from "../../run/error.ts";
import type { ArtifactEvent } from "../../run/event.ts";
import { findVersion } from "../../store/artifact-versions.ts";
import type { Store } from "../../store/store.ts";
import type { ArtifactVersion } from "../../store/types.ts";
import { artifactAnswerOf } from "../answers.ts";
import { blobAnswer, OCTETS } from "../blob-answer.ts";
import { type Route, type RouteRequest, route } from "./route.ts";

/** Artifacts. */
export const artifactRoutes: readonly Route[] = [
  route<ArtifactsAnswer>({
    method: "GET",
    path: "/runs/:runId/artifacts",
    summary: "Artifacts that a run produced or used",
    answer: artifactsAnswer,
    handle: async ({ parts, param }) => {
      const runId = param("runId");
      return { runId, artifacts: (await parts.store().artifacts(runId)).map(artifactAnswerOf) };
    },
  }),
  route<never, BlobQuery>({
    method: "GET",
    path: "/runs/:runId/artifacts/:name/files/:path{.+}",
    summary: "A file of an artifact of a run, by its path in the artifact; ranges and If-None-Match are honoured",
    query: blobQuery,
    media: { answer: OCTETS },
    handle: async (request) => {
      const { parts, param } = request;
      const runId = param("runId");
      const name = param("name");
      const artifact = (await parts.store().artifacts(runId)).findLast((said) => said.name === name);
      if (artifact === undefined) throw noSuchArtifact(`run ${runId}`, name);
      return sendFile(request, artifact);
    },
  }),
  route<ArtifactNameList>({
    method: "GET",
    path: "/projects/:project/artifacts",
    summary: "Artifacts that runs of a project produced or used, by name",
    answer: artifactNameList,
    handle: async ({ parts, param }) => ({ artifacts: await parts.store().artifactNames(param("project")) }),
  }),
  route<ArtifactVersionList>({
    method: "GET",
    path: "/projects/:project/artifacts/:name",
    summary: "Versions of an artifact with their aliases, makers and users, the oldest first",
    answer: artifactVersionList,
    handle: async ({ parts, param }) => {
      const versions = await versionsAt(parts.store(), param("project"), param("name"));
      return { name: param("name"), versions: versions.map(versionAnswer) };
    },
  }),
  route<ArtifactVersionDetail>({
    method: "GET",
    path: "/projects/:project/artifacts/:name/:version",
    summary: "A version of an artifact, by number (v3), the script's own label, alias or digest, with its files",
    answer: artifactVersionDetail,
    handle: async ({ parts, param }) => {
      const version = await versionAt(parts.store(), param);
      return { ...versionAnswer(version), files: version.artifact.files };
    },
  }),
  route<never, BlobQuery>({
    method: "GET",
    path: "/projects/:project/artifacts/:name/:version/files/:path{.+}",
    summary: "A file of a version of an artifact, by its path in the artifact; ranges and If-None-Match are honoured",
    query: blobQuery,
    media: { answer: OCTETS },
    handle: async (request) =>
      sendFile(request, (await versionAt(request.parts.store(), (name) => request.param(name))).artifact),
  }),
];

async function versionsAt(store: Store, project: string, name: string): Promise<ArtifactVersion[]> {
  const versions = await store.artifactVersions(project, name);
  if (versions.length === 0) throw noSuchArtifact(`project ${describeValue(project)}`, name);
  return versions;
}

async function versionAt(store: Store, param: (name: string) => string): Promise<ArtifactVersion> {
  return findVersion(await versionsAt(store, param("project"), param("name")), param("version"));
}

async function sendFile(
  { parts, raw, param, query }: RouteRequest<BlobQuery, undefined>,
  artifact: ArtifactEvent,
): Promise<Response> {
  const path = param("path");
  const file = artifact.files.find((candidate) => candidate.path === path);
  if (file === undefined) {
    const message = `artifact ${describeValue(artifact.name)} has no file ${describeValue(path)}`;
    throw new TrainlogError("artifact/no-file", message, { status: 404 });
  }
  if (file.sha256 === undefined) {
    const message = `${describeValue(path)} was not stored: the artifact says that it is at ${describeValue(file.uri ?? "an unknown place")}`;
    throw new TrainlogError("artifact/elsewhere", message, { status: 404 });
  }
  const filename = path.split("/").at(-1) || "file";
  // Another version may have another file under this path.
  return blobAnswer(raw, parts.store().blobs, file.sha256, { ...query, filename, immutable: false });
}

function versionAnswer({ artifact, ...version }: ArtifactVersion): ArtifactVersionInfo {
  const { kind, files, description, metadata } = artifact;
  return {
    ...version,
    kind,
    fileCount: files.length,
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    ...(description === undefined ? {} : { description }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function noSuchArtifact(where: string, name: string): TrainlogError {
  return new TrainlogError("artifact/unknown", `${where} has no artifact ${describeValue(name)}`, { status: 404 });
}
