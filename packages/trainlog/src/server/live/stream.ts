/**
 * @file One client's stream of server-sent events.
 *
 * It is pulled: a piece is made when the connection has room for it, from the changes since the client's place in the ring. A slow client so makes fewer
 * and larger pieces, and one that stands still makes none.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { LiveMessage, LiveQuery } from "../../api/index.ts";
import { toEventJson } from "../../run-log/codec/event-json.ts";
import { runInfoAnswer, runRowAnswer } from "../answers.ts";
import type { LiveHub, Place } from "./hub.ts";
import { type Digest, digest } from "./message.ts";

/** Pace of a stream, in milliseconds. */
export interface StreamPace {
  /** Least time between two pieces: what arrives meanwhile is joined. */
  readonly gatherMs: number;
  /** A comment goes out after this long without a message, so that proxies and clients know that the connection lives. */
  readonly heartbeatMs: number;
}

/** 100 ms keep a chart within the 300 ms from log() to the pixel; proxies close after 30 to 60 s of silence. */
export const STREAM_PACE: StreamPace = { gatherMs: 100, heartbeatMs: 15_000 };

/** Time after which a browser asks again, in milliseconds. */
const RETRY_MS = 1000;

/**
 * Opens a stream.
 *
 * @param lastEventId - Id of the last message that the client has.
 */
export function liveStream(
  hub: LiveHub,
  query: LiveQuery,
  lastEventId: string | undefined,
  pace: StreamPace = STREAM_PACE,
): ReadableStream<Uint8Array> {
  const unwatch = hub.watch(query.run ?? []);
  const ended = new AbortController();
  const pieces = livePieces(hub, query, hub.placeOf(lastEventId, query), pace, ended.signal);
  const encoder = new TextEncoder();
  const end = (): void => {
    if (!ended.signal.aborted) unwatch();
    ended.abort();
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await pieces.next();
        if (done !== true) return controller.enqueue(encoder.encode(value));
        // A stream that its reader cancelled is closed already.
        if (!ended.signal.aborted) controller.close();
        end();
      },
      cancel: end,
    },
    // Nothing ahead: "has room" then means the connection, not a buffer here.
    { highWaterMark: 0 },
  );
}

async function* livePieces(
  hub: LiveHub,
  query: LiveQuery,
  place: Place,
  pace: StreamPace,
  ended: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  yield greeting(hub, place);
  let { after } = place;
  let sentMs = performance.now();
  while (await isMore(hub, after, sentMs, pace, ended)) {
    const changes = hub.since(after);
    after = hub.last;
    const silent = performance.now() - sentMs >= pace.heartbeatMs;
    const piece = changes === undefined ? tooSlow(hub) : await pieceOf(hub, query, digest(changes, query), after);
    if (piece === "" && !silent) continue;
    yield piece === "" ? heartbeat(hub, after) : piece;
    sentMs = performance.now();
  }
}

/** Waits for changes, or for the time of the next heartbeat; false when the stream is over. */
async function isMore(
  hub: LiveHub,
  after: number,
  sentMs: number,
  pace: StreamPace,
  ended: AbortSignal,
): Promise<boolean> {
  const silentMs = performance.now() - sentMs;
  await hub.waitFor(after, Math.max(0, pace.heartbeatMs - silentMs), ended);
  // The last piece may be long ago, but changes that belong together come within a moment of each other.
  const restMs = Math.max(pace.gatherMs / 10, pace.gatherMs - (performance.now() - sentMs));
  if (!hub.closed && !ended.aborted) await sleep(restMs, undefined, { signal: ended }).catch(() => undefined);
  return !hub.closed && !ended.aborted;
}

/** The messages of one piece. Only the last one carries the id: a connection that breaks in the middle gets all of them again. */
async function pieceOf(
  hub: LiveHub,
  query: LiveQuery,
  { changedRuns, messages }: Digest,
  after: number,
): Promise<string> {
  const runs = await runMessages(hub, query, changedRuns);
  const all = [...runs, ...messages];
  return all.map((message, i) => frame(message, i === all.length - 1 ? hub.idOf(after) : undefined)).join("");
}

/** Runs whose facts changed, with the columns that the client shows. */
async function runMessages(hub: LiveHub, query: LiveQuery, changed: Digest["changedRuns"]): Promise<LiveMessage[]> {
  const { metric, config, summary } = query;
  const plain = metric === undefined && config === undefined && summary === undefined;
  if (plain || changed.size === 0) {
    return Array.from(changed.values(), (run) => ({ type: "run", run: runInfoAnswer(run) }));
  }
  const page = await hub.store.listRuns({
    runIds: [...changed.keys()],
    archived: "include",
    limit: changed.size,
    ...(metric === undefined ? {} : { metrics: metric }),
    ...(config === undefined ? {} : { config }),
    ...(summary === undefined ? {} : { summary }),
  });
  return page.runs.map((run) => ({ type: "run", run: runRowAnswer(run, query) }));
}

function greeting(hub: LiveHub, { after, reset }: Place): string {
  const hello = frame({ type: "hello", boot: hub.boot, nowMs: Date.now() }, hub.idOf(after));
  return `retry: ${RETRY_MS}\n\n${hello}${reset === undefined ? "" : frame({ type: "reset", reason: reset })}`;
}

function tooSlow(hub: LiveHub): string {
  return frame({ type: "reset", reason: "too-slow" }, hub.idOf(hub.last));
}

/** A comment; and the id, so that a client for which nothing came does not fall behind. */
function heartbeat(hub: LiveHub, after: number): string {
  return `: \nid: ${hub.idOf(after)}\n\n`;
}

/** JSON has no raw line breaks, so one `data` line holds a message. */
function frame(message: LiveMessage, id?: string): string {
  const idLine = id === undefined ? "" : `id: ${id}\n`;
  return `event: ${message.type}\n${idLine}data: ${toEventJson(message)}\n\n`;
}
