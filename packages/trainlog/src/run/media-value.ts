/** @file What a media value is, and where its bytes come from: the ground that the constructors in `media*.ts` stand on. */
import { describeValue, TrainlogError } from "./error.ts";
import type { MediaKind } from "./event.ts";
import type { JsonObject } from "./json.ts";

/** Raw pixels, row by row from the top. Bytes are 0 to 255; floats are 0 to 1 and are clamped. */
export interface RawPixels {
  readonly data: Uint8Array | Uint8ClampedArray | Float32Array | Float64Array | readonly number[];
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA. Taken from the length of `data` when absent. */
  readonly channels?: number;
}

/** Where the bytes of a media value come from. */
export type BlobSource =
  | { readonly bytes: Uint8Array; readonly mime?: string }
  | { readonly path: string; readonly mime?: string }
  | { readonly blob: Blob; readonly mime?: string }
  | { readonly pixels: Required<RawPixels>; readonly mime?: string };

const MEDIA: unique symbol = Symbol.for("trainlog.media") as never; // `Symbol.for` so that two copies of the package know each other's values

/** A value that `run.log` keeps as media. Made by the constructors of this file. */
export interface Media {
  readonly [MEDIA]: true;
  readonly kind: MediaKind;
  readonly data: JsonObject;
  readonly sources: readonly BlobSource[];
}

/** Says whether `value` was made by a media constructor. */
export function isMedia(value: unknown): value is Media {
  return typeof value === "object" && value !== null && MEDIA in value;
}

/** Makes a media value of any kind; the named constructors are the usual way. */
export function media(kind: MediaKind, data: JsonObject, sources: readonly BlobSource[] = []): Media {
  return { [MEDIA]: true, kind, data, sources };
}

/** Bytes, a path of a file (Node), or a browser `Blob`/`File`. */
export type MediaBytes = Uint8Array | ArrayBuffer | string | Blob;

/**
 * @param what - Name of the constructor, for messages.
 * @throws TrainlogError `media/bad-source` when `source` is none of bytes, path and Blob.
 */
export function blobSource(source: MediaBytes, what: string, mime: string | undefined): BlobSource {
  const extra = mime === undefined ? {} : { mime };
  if (source instanceof Uint8Array) return { bytes: source, ...extra };
  if (source instanceof ArrayBuffer) return { bytes: new Uint8Array(source), ...extra };
  if (typeof source === "string" && source !== "") return { path: source, ...extra };
  if (typeof Blob !== "undefined" && source instanceof Blob) return { blob: source, ...extra };
  throw new TrainlogError(
    "media/bad-source",
    `${what}: expected bytes (Uint8Array), the path of a file or a Blob, got ${describeValue(source)}`,
    { status: 400 },
  );
}

/** Options of every media value with bytes. */
export interface CaptionOptions {
  readonly caption?: string;
  readonly mime?: string;
}

/** The options that go into `data` of the event. */
export function captionData(options: CaptionOptions): JsonObject {
  return options.caption === undefined ? {} : { caption: options.caption };
}

/** A media value in a few characters, such as `<image 28×28>`. */
export function describeMedia(value: Media): string {
  const { width, height, caption } = value.data;
  const size = width === undefined ? "" : ` ${width}×${height}`;
  return `<${value.kind}${size}${typeof caption === "string" ? ` ${caption}` : ""}>`;
}
