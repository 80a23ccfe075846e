/** @file From changes of the store to messages for one client: what it asked for, joined where joining loses nothing. */
import type { ArtifactMessage, ConsoleMessage, LiveMessage, LiveQuery, RowsMessage } from "../../api/index.ts";
import type { RunEvent } from "../../run/event.ts";
import type { StoreChange } from "../../store/types.ts";
import { alertAnswer, artifactAnswerOf, mediaAnswerOf, numbersOf, wireValues } from "../answers.ts";
import { RowsJoiner } from "./join-rows.ts";

/** A message without its place in the stream; `run` messages are made elsewhere, because they may need a look into the catalog. */
export type ContentMessage = Exclude<LiveMessage, { type: "hello" | "reset" | "run" }>;

/** What a stretch of changes means for one client. */
export interface Digest {
  /** Runs whose facts changed, each once. */
  readonly changedRuns: ReadonlyMap<string, Extract<StoreChange, { type: "run" }>["run"]>;
  /** Everything else, in order per run. */
  readonly messages: readonly ContentMessage[];
}

/** Reads a stretch of changes for a client. */
export function digest(changes: Iterable<StoreChange>, query: LiveQuery): Digest {
  const changedRuns = new Map<string, Extract<StoreChange, { type: "run" }>["run"]>();
  const messages: ContentMessage[] = [];
  const rows = new RowsJoiner();
  const stale = new Set<string>();
  for (const change of changes) {
    if (!wantsRun(query, change)) continue;
    if (change.type === "run") changedRuns.set(change.runId, change.run);
    else if (change.type === "removed") {
      changedRuns.delete(change.runId);
      messages.push({ type: "removed", runId: change.runId });
    } else if (query.run !== undefined) {
      if (change.type === "rows") rows.add(rowsMessage(change, query.keys));
      else for (const event of change.events) addEvent(messages, stale, change.runId, event);
    }
  }
  messages.push(...rows.messages(), ...Array.from(stale, (runId) => ({ type: "detail" as const, runId })));
  return { changedRuns, messages };
}

/** Says whether a client that asked `query` hears of a change of this run. */
export function wantsRun(
  query: LiveQuery,
  { runId, project }: { readonly runId: string; readonly project: string },
): boolean {
  if (query.project !== undefined && query.project !== project) return false;
  return query.run === undefined || query.run.includes(runId);
}

/** Says whether `key` is one of `patterns`, where a pattern that ends in `*` means a prefix. */
export function matchesKey(patterns: readonly string[] | undefined, key: string): boolean {
  if (patterns === undefined) return true;
  return patterns.some((pattern) => (pattern.endsWith("*") ? key.startsWith(pattern.slice(0, -1)) : key === pattern));
}

function rowsMessage(change: Extract<StoreChange, { type: "rows" }>, keys: readonly string[] | undefined): RowsMessage {
  const { runId, rows, firstIndex } = change;
  const columns = rows.columns.flatMap((column, i) => {
    if (!matchesKey(keys, column.key)) return [];
    const { key, kind, rowIndex, values } = column;
    const index = rowIndex === undefined ? {} : { rowIndex: numbersOf(rowIndex) };
    return [{ key, kind, firstIndex: firstIndex[i] ?? 0, values: wireValues(values), ...index }];
  });
  return { type: "rows", runId, steps: numbersOf(rows.steps), wallMs: numbersOf(rows.wallMs), columns };
}

function addEvent(messages: ContentMessage[], stale: Set<string>, runId: string, event: RunEvent): void {
  if (event.type === "console") addConsole(messages, { type: "console", runId, lines: event.lines });
  else if (event.type === "media") messages.push({ type: "media", runId, items: [mediaAnswerOf(event)] });
  else if (event.type === "artifact") messages.push(artifactMessage(runId, event));
  else if (event.type === "alert") messages.push({ type: "alert", runId, alert: alertAnswer(event) });
  else if (event.type !== "rows") stale.add(runId);
}

function artifactMessage(runId: string, event: Extract<RunEvent, { type: "artifact" }>): ArtifactMessage {
  return { type: "artifact", runId, artifact: artifactAnswerOf(event) };
}

/** A progress bar rewrites its line many times a second: of one stretch only the last text of a line goes out. */
function addConsole(messages: ContentMessage[], message: ConsoleMessage): void {
  const index = messages.findIndex((other) => other.type === "console" && other.runId === message.runId);
  const former = messages[index];
  if (former?.type !== "console") {
    messages.push(message);
    return;
  }
  const lines = new Map([...former.lines, ...message.lines].map((line) => [`${line.stream} ${line.line}`, line]));
  messages[index] = { ...message, lines: [...lines.values()] };
}
