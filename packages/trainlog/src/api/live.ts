/**
 * @file Server-sent events of `GET /api/v1/events`: what changed, and only that.
 *
 * Every message has an id `<boot>-<number>`. A browser sends the last one back after a lost connection (`Last-Event-ID`) and gets what it missed, or
 * `reset` when that is gone: the server was started again, the gap is too long, or this client read too slowly. After `reset` refetch, then go on.
 */
import { z } from "zod";
import type { JsonValue } from "../run/json.ts";
import {
  type ArtifactInfo,
  artifactInfo,
  type ConsoleLineInfo,
  consoleLine,
  type MediaItem,
  mediaItem,
} from "./content.ts";
import { type AlertInfo, alertInfo, type RunRow, runRow } from "./run.ts";
import { count, jsonValue, step, wallMs } from "./wire.ts";

/** The first message of a connection; it gives the client an id to resume from. */
export interface HelloMessage {
  readonly type: "hello";
  /** Changes whenever the server is started. */
  readonly boot: string;
  /** Time of the server, milliseconds since 1970. */
  readonly nowMs: number;
}

/** A run is new, or something about it changed (its state, name, last step, …): the whole row, which replaces the former one. */
export interface RunMessage {
  readonly type: "run";
  readonly run: RunRow;
}

/** New values of one metric. */
export interface LiveColumn {
  readonly key: string;
  readonly kind: "number" | "json";
  /** Arrival index of the first value here: those below the `nextIndex` of a series answer are in that answer already. */
  readonly firstIndex: number;
  /** Shape `[m]`: a {@link WireNumber} each when `kind` is `number`. */
  readonly values: readonly JsonValue[];
  /** Shape `[m]`: the row of each value. Absent when every row has one. */
  readonly rowIndex?: readonly number[];
}

/** New points of a run, as a table. */
export interface RowsMessage {
  readonly type: "rows";
  readonly runId: string;
  /** Shape `[n]`. */
  readonly steps: readonly number[];
  /** Shape `[n]`. */
  readonly wallMs: readonly number[];
  readonly columns: readonly LiveColumn[];
}

/** New or rewritten lines of console output. */
export interface ConsoleMessage {
  readonly type: "console";
  readonly runId: string;
  readonly lines: readonly ConsoleLineInfo[];
}

/** New media values. */
export interface MediaMessage {
  readonly type: "media";
  readonly runId: string;
  readonly items: readonly MediaItem[];
}

/** An artifact was produced or used. */
export interface ArtifactMessage {
  readonly type: "artifact";
  readonly runId: string;
  readonly artifact: ArtifactInfo;
}

/** The script raised an alert. */
export interface AlertMessage {
  readonly type: "alert";
  readonly runId: string;
  readonly alert: AlertInfo;
}

/** Something about the run changed that messages do not carry (its configuration, summary or metric definitions): fetch the run again if you show it. */
export interface DetailMessage {
  readonly type: "detail";
  readonly runId: string;
}

/** A run was deleted. */
export interface RemovedMessage {
  readonly type: "removed";
  readonly runId: string;
}

/** Messages were lost: fetch again what you show. */
export interface ResetMessage {
  readonly type: "reset";
  readonly reason: "restarted" | "too-old" | "too-slow";
}

/** One message; the name of the server-sent event is its `type`, the data is all of it. */
export type LiveMessage =
  | HelloMessage
  | RunMessage
  | RowsMessage
  | ConsoleMessage
  | MediaMessage
  | ArtifactMessage
  | AlertMessage
  | DetailMessage
  | RemovedMessage
  | ResetMessage;

/** {@link LiveMessage}. */
export const liveMessage: z.ZodType<LiveMessage> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello"), boot: z.string(), nowMs: wallMs }),
  z.object({ type: z.literal("run"), run: runRow }),
  z.object({
    type: z.literal("rows"),
    runId: z.string(),
    steps: z.array(step),
    wallMs: z.array(wallMs),
    columns: z.array(
      z.object({
        key: z.string(),
        kind: z.enum(["number", "json"]),
        firstIndex: count,
        values: z.array(jsonValue),
        rowIndex: z.array(count).exactOptional(),
      }),
    ),
  }),
  z.object({ type: z.literal("console"), runId: z.string(), lines: z.array(consoleLine) }),
  z.object({ type: z.literal("media"), runId: z.string(), items: z.array(mediaItem) }),
  z.object({ type: z.literal("artifact"), runId: z.string(), artifact: artifactInfo }),
  z.object({ type: z.literal("alert"), runId: z.string(), alert: alertInfo }),
  z.object({ type: z.literal("detail"), runId: z.string() }),
  z.object({ type: z.literal("removed"), runId: z.string() }),
  z.object({ type: z.literal("reset"), reason: z.enum(["restarted", "too-old", "too-slow"]) }),
]);
