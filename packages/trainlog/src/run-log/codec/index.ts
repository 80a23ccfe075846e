/** @file Run events ⇄ bytes: frames, batches, HTTP bodies. Pure, and the same in a browser. */
export {
  appendBatch,
  appendKeys,
  appendOrigins,
  type Batch,
  type BatchHead,
  type BatchView,
  type DecodedBatch,
  decodeBatch,
  EventView,
  encodeBatch,
  type Origin,
  readBatchHead,
  readOrigin,
  viewBatch,
} from "./batch.ts";
export { decodeBody, encodeBody } from "./body.ts";
export { ByteWriter } from "./byte-writer.ts";
export { crc32c } from "./crc32c.ts";
export { fromEventJson, toEventJson } from "./event-json.ts";
export {
  decodeSegmentHeader,
  encodeFrame,
  encodeSegmentHeader,
  FORMAT_VERSION,
  FRAME_BATCH,
  FRAME_HEADER_BYTES,
  type Frame,
  type FrameDamage,
  isTornTail,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
  type SegmentKind,
  scanFrames,
} from "./frame.ts";
export { KeyDictionary } from "./key-dictionary.ts";
export { type ColumnView, JsonColumnView, NumberColumnView, RowsView } from "./rows-view.ts";
