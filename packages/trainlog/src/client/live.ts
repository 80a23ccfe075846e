/** @file The stream of changes, as long as one wants it: a lost connection is made again and goes on after the last message. */
import type { LiveMessage, LiveQuery } from "../api/index.ts";
import { isTrainlogError, TrainlogError } from "../run/error.ts";
import { fromEventJson } from "../run-log/codec/event-json.ts";
import { type HttpChannel, pause } from "./http.ts";
import { SseParser } from "./sse.ts";

/** How a stream is read. */
export interface LiveOptions {
  readonly signal?: AbortSignal;
  /** Told when the connection is lost, before it is tried again; `error` says why. */
  readonly onLost?: (error: TrainlogError) => void;
  /** The server says something every 15 s; without a sign for this long the connection counts as lost. Default 45,000 ms. */
  readonly silentMs?: number;
}

const SILENT_MS = 45_000;
const MAX_WAIT_MS = 10_000;

/** Refusals that pass: all others are said and end the stream. */
const PASSING = [408, 429, 500, 502, 503, 504];

/**
 * Messages as they come, until `signal` fires (then it just ends).
 *
 * @throws TrainlogError when the server refuses the stream for good (`api/…`, `auth/…`).
 */
export async function* liveMessages(
  channel: HttpChannel,
  query: LiveQuery,
  options: LiveOptions = {},
): AsyncGenerator<LiveMessage> {
  let lastEventId = query.lastEventId ?? "";
  const { signal } = options;
  const isEnded = (): boolean => signal?.aborted === true;
  for (let failures = 0; !isEnded(); ) {
    try {
      for await (const { id, data } of oneConnection(channel, { ...query, lastEventId }, options)) {
        failures = 0;
        lastEventId = id;
        // The server's tests hold messages to their schema; one of a type that is not known here is for the reader to skip.
        yield fromEventJson(data) as unknown as LiveMessage;
      }
    } catch (error) {
      if (isEnded()) return;
      if (!isTrainlogError(error) || !PASSING.includes(error.status)) throw error;
      options.onLost?.(error);
      failures += 1;
      await pause(Math.min(MAX_WAIT_MS, 250 * 2 ** failures), signal).catch(() => {});
    }
  }
}

async function* oneConnection(channel: HttpChannel, query: LiveQuery, { signal, silentMs = SILENT_MS }: LiveOptions) {
  const ended = new AbortController();
  const { lastEventId, ...asked } = query;
  const headers: Record<string, string> =
    lastEventId === undefined || lastEventId === "" ? {} : { "last-event-id": lastEventId };
  const lost = (cause?: unknown): TrainlogError =>
    new TrainlogError("client/unreachable", `the connection to ${channel.url} was lost`, { status: 503, cause });
  let timer = setTimeout(() => ended.abort(lost()), silentMs);
  try {
    const both = AbortSignal.any(signal === undefined ? [ended.signal] : [ended.signal, signal]);
    const response = await channel.open("GET", "/events", { query: asked, headers, signal: both });
    const parser = new SseParser();
    const decoder = new TextDecoder();
    for await (const piece of response.body ?? []) {
      clearTimeout(timer);
      timer = setTimeout(() => ended.abort(lost()), silentMs);
      yield* parser.push(decoder.decode(piece, { stream: true }));
    }
  } catch (error) {
    throw isTrainlogError(error) ? error : lost(error);
  } finally {
    clearTimeout(timer);
    ended.abort(lost());
  }
  throw lost();
}
