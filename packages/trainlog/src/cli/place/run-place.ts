/**
 * @file What verbs need of the place where runs are. A folder and a server are the two implementations, so each verb is written once.
 *
 * Reading has the shapes of the store, because the store's own interface is made to be answered by another machine.
 */
import type { BulkAnswer, BulkRequest } from "../../api/index.ts";
import type { AlertEvent, ConsoleLine } from "../../run/event.ts";
import type { JsonValue } from "../../run/json.ts";
import type { RunEdit, RunInfo, Store } from "../../store/index.ts";

/** Bytes of stored files. */
export interface RunBlobs {
  /** Size in bytes; `undefined` when it is not stored. */
  size(sha256: string): Promise<number | undefined>;
  /** @throws TrainlogError `blob/not-found` (404). */
  open(sha256: string): Promise<AsyncIterable<Uint8Array>>;
}

/** Looks at runs. `dir` is the folder, or the address of the server. */
export type RunReader = Pick<
  Store,
  | "dir"
  | "projects"
  | "listRuns"
  | "findRuns"
  | "getRun"
  | "metrics"
  | "series"
  | "points"
  | "events"
  | "console"
  | "media"
  | "artifacts"
  | "trash"
> & { readonly blobs: RunBlobs };

/** Changes runs. */
export interface RunChanger {
  editRun(runId: string, edit: RunEdit): Promise<RunInfo>;
  /** Each run for itself: one that fails is named in the answer and holds up no other. */
  bulk(request: BulkRequest): Promise<BulkAnswer>;
}

/** New values of one metric. */
export interface NewColumn {
  readonly key: string;
  /** Arrival index of the first value among all of the metric. */
  readonly firstIndex: number;
  /** Numbers as numbers, NaN and ±Infinity too. */
  readonly values: ArrayLike<JsonValue>;
  /** The row of each value; absent when every row has one. */
  readonly rowIndex?: ArrayLike<number>;
}

/** Something that happened to a run that is followed. */
export type RunChange =
  | { readonly type: "run"; readonly run: RunInfo }
  | {
      readonly type: "rows";
      readonly runId: string;
      readonly steps: ArrayLike<number>;
      readonly columns: readonly NewColumn[];
    }
  | { readonly type: "console"; readonly runId: string; readonly lines: readonly ConsoleLine[] }
  | { readonly type: "alert"; readonly runId: string; readonly alert: Omit<AlertEvent, "type"> }
  | { readonly type: "removed"; readonly runId: string }
  /** Something may have been missed: what is shown has to be read again. */
  | { readonly type: "reset" };

/** How runs are followed. */
export interface FollowOptions {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Told in words when the connection is lost, before it is made again. */
  readonly onLost?: (message: string) => void;
}

/** A place where runs are. */
export interface RunPlace {
  readonly kind: "folder" | "server";
  readonly runs: RunReader;
  readonly changes: RunChanger;
  /** How a command line names this place: ` --dir DIR`, ` --url URL`; empty when it needs not be said. */
  readonly option: string;
  /** What happens to runs from now on. The first `reset` says that it has begun: what is read after it is not missed. */
  follow(runIds: readonly string[], options: FollowOptions): AsyncIterable<RunChange>;
}
