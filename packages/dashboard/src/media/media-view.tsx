/** @file One media value, drawn by its kind. What came from a script is shown as data: never as markup of this page. */
import type { JSX } from "preact";
import type { BlobInfo, MediaItem } from "trainlog/api";
import type { JsonObject } from "trainlog/run";
import { API_BASE } from "../client/http.ts";
import { Icon } from "../components/icons.tsx";
import { confusionData, histogramData, isMovedOut, tableData, textField } from "../lib/media-data.ts";
import { formatBytes } from "../lib/number-format.ts";
import { useApp } from "../state/app.ts";
import { useResource } from "../state/resource.ts";
import { ConfusionView } from "./confusion-view.tsx";
import { HistogramView } from "./histogram-view.tsx";
import { TableView } from "./table-view.tsx";

/** The value. A payload that was too large for its event is fetched first. */
export function MediaView({ item }: { readonly item: MediaItem }): JSX.Element {
  const payload = item.blobs?.at(-1);
  return isMovedOut(item.data) && payload !== undefined ? (
    <MovedOut item={item} blob={payload} />
  ) : (
    <Drawn item={item} data={item.data} />
  );
}

function MovedOut({ item, blob }: { readonly item: MediaItem; readonly blob: BlobInfo }): JSX.Element {
  const { client } = useApp();
  const [payload] = useResource(blob.sha256, (signal) => client.get<JsonObject>(`/blobs/${blob.sha256}`, {}, signal));
  const { data, error } = payload.value;
  if (error !== undefined) return <p class="muted">{error.message}</p>;
  return data === undefined ? <p class="muted">loading…</p> : <Drawn item={item} data={data} />;
}

interface DrawnProps {
  readonly item: MediaItem;
  readonly data: JsonObject;
}

function Drawn({ item, data }: DrawnProps): JSX.Element {
  const caption = textField(data, "caption");
  return (
    <figure class="media">
      <Body item={item} data={data} />
      {caption !== undefined && <figcaption>{caption}</figcaption>}
    </figure>
  );
}

function Body({ item, data }: DrawnProps): JSX.Element {
  const [blob] = item.blobs ?? [];
  const alt = textField(data, "caption") ?? `${item.key} at step ${item.step}`;
  switch (item.kind) {
    case "histogram": {
      const histogram = histogramData(data);
      return histogram === undefined ? <Unreadable item={item} /> : <HistogramView data={histogram} />;
    }
    case "table": {
      const table = tableData(data);
      return table === undefined ? <Unreadable item={item} /> : <TableView data={table} label={item.key} />;
    }
    case "confusion-matrix": {
      const matrix = confusionData(data);
      return matrix === undefined ? <Unreadable item={item} /> : <ConfusionView data={matrix} label={item.key} />;
    }
    case "text":
      return <p class="media-text">{textField(data, "text") ?? ""}</p>;
    case "html":
      // An empty sandbox runs nothing and reaches nothing.
      return <iframe class="media-frame" sandbox="" srcdoc={textField(data, "html") ?? ""} title={alt} />;
    case "image":
      return blob === undefined ? (
        <Unreadable item={item} />
      ) : (
        <img src={shownAddress(blob)} alt={alt} loading="lazy" />
      );
    case "audio":
      return blob === undefined ? (
        <Unreadable item={item} />
      ) : (
        <audio controls preload="none" src={shownAddress(blob)} />
      );
    case "video":
      return blob === undefined ? (
        <Unreadable item={item} />
      ) : (
        <video controls preload="metadata" src={shownAddress(blob)} />
      );
    case "figure": {
      const svg = textField(data, "svg");
      // In an <img> an SVG runs no script and loads nothing.
      if (svg !== undefined)
        return <img src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`} alt={alt} />;
      return <Raw data={data} />;
    }
    default:
      return blob === undefined ? (
        <Raw data={data} />
      ) : (
        <Download blob={blob} name={textField(data, "name") ?? item.key} />
      );
  }
}

const SHOWN_TYPES = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "audio/wav",
  "audio/mpeg",
  "audio/ogg",
  "video/mp4",
  "video/webm",
]);

/** Address of a blob that the browser shows; the server names the media types that it gives. */
function shownAddress(blob: BlobInfo): string {
  const type = blob.mime !== undefined && SHOWN_TYPES.has(blob.mime) ? `?type=${encodeURIComponent(blob.mime)}` : "";
  return `${API_BASE}/blobs/${blob.sha256}${type}`;
}

function Download({ blob, name }: { readonly blob: BlobInfo; readonly name: string }): JSX.Element {
  return (
    <a class="button" href={`${API_BASE}/blobs/${blob.sha256}`} download={name}>
      <Icon name="download" />
      {name} <span class="muted">{formatBytes(blob.sizeBytes)}</span>
    </a>
  );
}

/** A payload that this page draws in no other way. */
function Raw({ data }: { readonly data: JsonObject }): JSX.Element {
  return (
    <details>
      <summary>As JSON</summary>
      <pre class="media-raw">{JSON.stringify(data, null, 2).slice(0, 20_000)}</pre>
    </details>
  );
}

function Unreadable({ item }: { readonly item: MediaItem }): JSX.Element {
  return (
    <div>
      <p class="muted">This is no {item.kind} as trainlog knows it.</p>
      <Raw data={item.data} />
    </div>
  );
}
