/** @file All versions of an artifact: which run made them, which ones used them. Fetched when it is opened. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { ArtifactVersionList } from "trainlog/api";
import { ErrorNotice } from "../../../components/notice.tsx";
import { formatBytes, formatCount } from "../../../lib/number-format.ts";
import { formatDateTime } from "../../../lib/time-format.ts";
import { DEFAULT_RUN_VIEW, formatView } from "../../../lib/view-state.ts";
import { useApp } from "../../../state/app.ts";
import { useResource } from "../../../state/resource.ts";

interface ArtifactVersionsProps {
  readonly project: string;
  readonly name: string;
  /** Content of the version that the card is about. */
  readonly digest: string;
}

/** The folded part of the card. */
export function ArtifactVersions(props: ArtifactVersionsProps): JSX.Element {
  const opened = useSignal(false);
  return (
    <details
      class="artifact-versions"
      onToggle={(event) => {
        if (event.currentTarget.open) opened.value = true;
      }}
    >
      <summary>Versions, makers and users</summary>
      {opened.value && <Versions {...props} />}
    </details>
  );
}

function Versions({ project, name, digest }: ArtifactVersionsProps): JSX.Element {
  const { client } = useApp();
  const path = `/projects/${encodeURIComponent(project)}/artifacts/${encodeURIComponent(name)}`;
  const [answer, reload] = useResource(path, (signal) => client.get<ArtifactVersionList>(path, {}, signal));
  const { data, error } = answer.value;
  if (error !== undefined) return <ErrorNotice error={error} onRetry={reload} />;
  if (data === undefined) return <p class="muted">loading…</p>;
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={`Versions of ${name}`}>
      <table class="values">
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Made by</th>
            <th scope="col">Used by</th>
            <th scope="col">Content</th>
            <th scope="col">First seen</th>
          </tr>
        </thead>
        <tbody>
          {data.versions.map((version) => (
            <tr key={version.digest} class={version.digest === digest ? "differs" : ""}>
              <th scope="row">
                {version.version} {version.digest === digest && <span class="muted">(this)</span>}{" "}
                {version.aliases.map((alias) => (
                  <span key={alias} class="tag">
                    {alias}
                  </span>
                ))}
              </th>
              <td>
                <Runs ids={version.producedBy} />
              </td>
              <td>
                <Runs ids={version.usedBy} />
              </td>
              <td>
                {formatCount(version.fileCount)} files, {formatBytes(version.sizeBytes)}
              </td>
              <td>{formatDateTime(version.createdMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Runs({ ids }: { readonly ids: readonly string[] }): JSX.Element {
  if (ids.length === 0) return <span class="muted">–</span>;
  return (
    <ul class="run-ids">
      {ids.map((runId) => (
        <li key={runId}>
          <a href={formatView({ ...DEFAULT_RUN_VIEW, runIds: [runId] })}>{runId}</a>
        </li>
      ))}
    </ul>
  );
}
