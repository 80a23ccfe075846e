/** @file Artifacts that a run produced or used, with their files. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { ArtifactFileInfo, ArtifactInfo, ArtifactsAnswer } from "trainlog/api";
import type { JsonObject } from "trainlog/run";
import { API_BASE } from "../../client/http.ts";
import { Empty, ErrorNotice } from "../../components/notice.tsx";
import { previewOf } from "../../lib/file-preview.ts";
import { formatBytes, formatCount } from "../../lib/number-format.ts";
import { formatDateTime } from "../../lib/time-format.ts";
import { useApp } from "../../state/app.ts";
import { useResource } from "../../state/resource.ts";
import type { TabProps } from "../run-page.tsx";
import { ArtifactVersions } from "./artifacts/artifact-versions.tsx";
import { FilePreview } from "./artifacts/file-preview.tsx";
import { useRunPicker } from "./run-picker.tsx";

/** Files listed of one artifact. */
const MAX_FILES = 500;

/** The tab. */
export function ArtifactsTab(props: TabProps): JSX.Element {
  const { runId, picker } = useRunPicker(props);
  return (
    <div class="artifacts-tab">
      {picker}
      <RunArtifacts key={runId} runId={runId} store={props.store} />
    </div>
  );
}

function RunArtifacts({ runId, store }: Pick<TabProps, "store"> & { readonly runId: string }): JSX.Element {
  const { client } = useApp();
  const path = `/runs/${encodeURIComponent(runId)}/artifacts`;
  const [answer, reload] = useResource(runId, (signal) => client.get<ArtifactsAnswer>(path, {}, signal));
  useEffect(
    () =>
      store.listen((message) => {
        if (message.type === "reset" || (message.type === "artifact" && message.runId === runId)) reload();
      }),
    [runId],
  );
  const { data, error } = answer.value;
  if (error !== undefined) return <ErrorNotice error={error} onRetry={reload} />;
  if (data === undefined) return <p class="muted">loading…</p>;
  if (data.artifacts.length === 0) {
    return (
      <Empty title="No artifacts">
        <p>
          <code>{'run.artifact("model", { path: "model.bin" })'}</code> keeps files with the run.
        </p>
      </Empty>
    );
  }
  return (
    <>
      {data.artifacts.map((artifact, i) => (
        <ArtifactCard
          key={`${artifact.digest} ${artifact.direction} ${i}`}
          artifact={artifact}
          project={store.runs.value.get(runId)?.detail?.project}
        />
      ))}
    </>
  );
}

interface ArtifactCardProps {
  readonly artifact: ArtifactInfo;
  /** Undefined until the run is loaded. */
  readonly project: string | undefined;
}

function ArtifactCard({ artifact, project }: ArtifactCardProps): JSX.Element {
  const sizeBytes = artifact.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return (
    <section class="card">
      <h2>
        {artifact.name} {artifact.version !== undefined && <span class="tag">{artifact.version}</span>}
        {artifact.aliases?.map((alias) => (
          <span key={alias} class="tag">
            {alias}
          </span>
        ))}
      </h2>
      <p class="muted">
        {artifact.direction} {artifact.kind} · {formatCount(artifact.files.length)} file
        {artifact.files.length === 1 ? "" : "s"}, {formatBytes(sizeBytes)} · {formatDateTime(artifact.wallMs)} ·{" "}
        <code title={artifact.digest}>{artifact.digest.slice(0, 12)}</code>
      </p>
      {artifact.description !== undefined && <p>{artifact.description}</p>}
      <ul class="files">
        {artifact.files.slice(0, MAX_FILES).map((file) => (
          <FileRow key={file.path} file={file} />
        ))}
      </ul>
      {artifact.files.length > MAX_FILES && (
        <p class="muted">{formatCount(artifact.files.length - MAX_FILES)} more files.</p>
      )}
      {artifact.metadata !== undefined && <Metadata values={artifact.metadata} />}
      {project !== undefined && <ArtifactVersions project={project} name={artifact.name} digest={artifact.digest} />}
    </section>
  );
}

function Metadata({ values }: { readonly values: JsonObject }): JSX.Element {
  return (
    <details>
      <summary>Metadata</summary>
      <pre class="file-text" tabIndex={0}>
        {JSON.stringify(values, null, 2)}
      </pre>
    </details>
  );
}

function FileRow({ file }: { readonly file: ArtifactFileInfo }): JSX.Element {
  const shown = useSignal(false);
  const preview = previewOf(file.path);
  return (
    <li>
      <div class="file-row">
        <FileLink file={file} />
        <span class="grow" />
        {preview !== undefined && file.sha256 !== undefined && (
          <button
            type="button"
            class="link"
            aria-expanded={shown.value}
            aria-label={`${shown.value ? "Hide" : "Preview"} ${file.path}`}
            onClick={() => (shown.value = !shown.value)}
          >
            {shown.value ? "Hide" : "Preview"}
          </button>
        )}
        <span class="muted">{formatBytes(file.sizeBytes)}</span>
      </div>
      {shown.value && preview !== undefined && file.sha256 !== undefined && (
        <div class="file-preview">
          <FilePreview path={file.path} sha256={file.sha256} sizeBytes={file.sizeBytes} preview={preview} />
        </div>
      )}
    </li>
  );
}

/** A reference to a place outside is told and not linked: its scheme is the script's choice. */
function FileLink({ file }: { readonly file: ArtifactFileInfo }): JSX.Element {
  if (file.sha256 === undefined) {
    return (
      <span>
        {file.path} <code>{file.uri}</code>
      </span>
    );
  }
  return (
    <a href={`${API_BASE}/blobs/${file.sha256}`} download={file.path.split("/").at(-1)}>
      {file.path}
    </a>
  );
}
