/** @file Audio: a file as it is, or raw samples written as 16-bit PCM WAV (RIFF, IBM and Microsoft 1991). */
import { TrainlogError } from "./error.ts";
import { blobSource, type CaptionOptions, captionData, type Media, type MediaBytes, media } from "./media-value.ts";

/** Raw samples from −1 to 1 (clamped): one array for mono, several of equal length for more channels. */
export interface RawAudio {
  readonly samples: Float32Array | Float64Array | readonly (Float32Array | Float64Array)[];
  readonly sampleRateHz: number;
}

/** Options of {@link audio}. */
export type AudioOptions = CaptionOptions;

/**
 * A piece of sound.
 *
 * @param source - An encoded file (bytes, path, Blob) or raw samples.
 * @throws TrainlogError `media/bad-source`, `media/bad-audio` (no sample rate, channels of different lengths).
 *
 * @example
 * run.log({ sample: audio({ samples: wave, sampleRateHz: 16_000 }, { caption: "step 100" }) });
 */
export function audio(source: MediaBytes | RawAudio, options: AudioOptions = {}): Media {
  if (!isRawAudio(source)) return media("audio", captionData(options), [blobSource(source, "audio", options.mime)]);
  const channels = ArrayBuffer.isView(source.samples) ? [source.samples] : source.samples;
  const frames = channels[0]?.length ?? 0;
  if (!(Number.isInteger(source.sampleRateHz) && source.sampleRateHz > 0)) {
    throw bad(`sampleRateHz: expected a whole number above 0, got ${source.sampleRateHz}`);
  }
  if (channels.length === 0 || channels.some((channel) => channel.length !== frames)) {
    throw bad("samples: expected one array, or several of equal length");
  }
  const data = { ...captionData(options), sampleRateHz: source.sampleRateHz, durationS: frames / source.sampleRateHz };
  return media("audio", data, [{ bytes: encodeWav(channels, source.sampleRateHz), mime: "audio/wav" }]);
}

function isRawAudio(source: MediaBytes | RawAudio): source is RawAudio {
  return typeof source === "object" && source !== null && "samples" in source;
}

function encodeWav(channels: readonly (Float32Array | Float64Array)[], sampleRateHz: number): Uint8Array {
  const frames = channels[0]?.length ?? 0;
  const blockBytes = channels.length * 2;
  const dataBytes = frames * blockBytes;
  const bytes = new Uint8Array(44 + dataBytes);
  const view = new DataView(bytes.buffer);
  const ascii = (offset: number, chars: string): void => {
    for (let i = 0; i < chars.length; i++) view.setUint8(offset + i, chars.charCodeAt(i));
  };
  ascii(0, "RIFF");
  view.setUint32(4, 36 + dataBytes, true);
  ascii(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * blockBytes, true);
  view.setUint16(32, blockBytes, true);
  view.setUint16(34, 16, true);
  ascii(36, "data");
  view.setUint32(40, dataBytes, true);
  channels.forEach((channel, c) => {
    for (let i = 0; i < frames; i++) view.setInt16(44 + i * blockBytes + c * 2, toInt16(channel[i] ?? 0), true);
  });
  return bytes;
}

function toInt16(sample: number): number {
  return Math.round(Math.max(-1, Math.min(1, Number.isNaN(sample) ? 0 : sample)) * 32_767);
}

function bad(detail: string): TrainlogError {
  return new TrainlogError("media/bad-audio", `audio: ${detail}`, { status: 400 });
}
