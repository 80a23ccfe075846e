/** @file A file of an artifact, shown. It came from a script: pictures and pages run nothing here, and text is text. */
import type { JSX } from "preact";
import { API_BASE } from "../../../client/http.ts";
import { ErrorNotice } from "../../../components/notice.tsx";
import { type Preview, parseDelimited, TEXT_BYTES } from "../../../lib/file-preview.ts";
import { formatBytes } from "../../../lib/number-format.ts";
import { TableView } from "../../../media/table-view.tsx";
import { useApp } from "../../../state/app.ts";
import { useResource } from "../../../state/resource.ts";

interface FilePreviewProps {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly preview: Preview;
}

/** The file. */
export function FilePreview(props: FilePreviewProps): JSX.Element {
  const { path, sha256, preview } = props;
  if (preview.mime === undefined) return <TextFile {...props} />;
  const address = `${API_BASE}/blobs/${sha256}?type=${encodeURIComponent(preview.mime)}`;
  if (preview.kind === "audio") return <audio controls preload="metadata" src={address} />;
  if (preview.kind === "video") return <video controls preload="metadata" src={address} />;
  return <img src={address} alt={path} loading="lazy" />;
}

function TextFile({ path, sha256, sizeBytes, preview }: FilePreviewProps): JSX.Element {
  const { client } = useApp();
  const [answer, reload] = useResource(sha256, async (signal) => {
    if (sizeBytes === 0) return "";
    const headers = { range: `bytes=0-${TEXT_BYTES - 1}` };
    return (await client.send(`${API_BASE}/blobs/${sha256}`, { headers, signal })).text();
  });
  const { data, error } = answer.value;
  if (error !== undefined) return <ErrorNotice error={error} onRetry={reload} />;
  if (data === undefined) return <p class="muted">loading…</p>;
  return (
    <>
      <Shown path={path} text={data} preview={preview} whole={sizeBytes <= TEXT_BYTES} />
      {sizeBytes > TEXT_BYTES && (
        <p class="muted">
          The first {formatBytes(TEXT_BYTES)} of {formatBytes(sizeBytes)}.
        </p>
      )}
    </>
  );
}

interface ShownProps {
  readonly path: string;
  readonly text: string;
  readonly preview: Preview;
  /** Whether `text` is all of the file. */
  readonly whole: boolean;
}

function Shown({ path, text, preview: { kind }, whole }: ShownProps): JSX.Element {
  // In an <img> an SVG runs no script and loads nothing; in an empty sandbox a page does neither.
  if (kind === "svg" && whole)
    return <img src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`} alt={path} />;
  if (kind === "html" && whole) return <iframe class="media-frame" sandbox="" srcdoc={text} title={path} />;
  if (kind === "table") {
    const [columns = [], ...rows] = parseDelimited(text, path.toLowerCase().endsWith(".tsv") ? "\t" : ",");
    return <TableView data={{ columns, rows }} label={path} />;
  }
  return (
    <pre class="file-text" tabIndex={0}>
      {kind === "json" && whole ? indented(text) : text}
    </pre>
  );
}

/** JSON over several lines; text that is no JSON stays as it is. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
