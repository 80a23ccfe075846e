/** @file One media value, drawn by its kind. What came from a script is shown as data: never as markup of this page. */
import type { JSX } from "preact";
import type { BlobInfo, MediaItem } from "trainlog/api";
import type { JsonObject } from "trainlog/run";
import { API_BASE } from "../client/http.ts";
import { saveFile } from "../client/save-file.ts";
import { Icon } from "../components/icons.tsx";
import { Markdown } from "../components/markdown.tsx";
import { figureData } from "../lib/figure-data.ts";
import { confusionData, histogramData, isMovedOut, tableData, textField } from "../lib/media-data.ts";
import { formatBytes } from "../lib/number-format.ts";
import { useApp } from "../state/app.ts";
import { useResource } from "../state/resource.ts";
import { ConfusionView } from "./confusion-view.tsx";
import { FigureView } from "./figure-view.tsx";
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
    case "text": {
      const text = textField(data, "text") ?? "";
      return textField(data, "format") === "markdown" ? <Markdown text={text} /> : <p class="media-text">{text}</p>;
    }
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
      const figure = figureData(textField(data, "format") ?? "", data["spec"]);
      return (
        <>
          {figure !== undefined && <FigureView figure={figure} label={alt} />}
          <Raw data={data} name={`${item.key}.json`} />
        </>
      );
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

/** Characters of JSON that are shown. */
const MAX_SHOWN_CHARS = 20_000;

/** A payload as it is: what this page draws in no other way, and what it draws only in part. */
function Raw({ data, name = "payload.json" }: { readonly data: JsonObject; readonly name?: string }): JSX.Element {
  const text = JSON.stringify(data["spec"] ?? data, null, 2);
  return (
    <details>
      <summary>As JSON</summary>
      <button
        type="button"
        class="button"
        onClick={() => saveFile(new Blob([text], { type: "application/json" }), name.replaceAll("/", "-"))}
      >
        <Icon name="download" />
        Download
      </button>
      <pre class="media-raw" tabIndex={0}>
        {text.slice(0, MAX_SHOWN_CHARS)}
        {text.length > MAX_SHOWN_CHARS && "\n… the download has all of it"}
      </pre>
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
