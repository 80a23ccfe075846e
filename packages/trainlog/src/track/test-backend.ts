/** @file What the tests of this folder share: a sink in memory that can be made to fail, and a collector of warnings. */
import { createHash } from "node:crypto";
import type { BlobRef, RunEvent } from "../run/event.ts";
import type { JsonValue } from "../run/json.ts";
import type { BlobSource } from "../run/media.ts";
import { ConsoleLines } from "./console-lines.ts";
import { Reporter } from "./reporter.ts";
import { rowsOf } from "./rows-of.ts";
import { Run } from "./run.ts";
import type { RunBackend, Sink } from "./sink.ts";

/** A sink that keeps events and throws `failure` while it is set. */
export class MemorySink implements Sink {
  readonly name = "memory";
  readonly events: RunEvent[] = [];
  failure: Error | undefined;
  closed = 0;

  write(events: readonly RunEvent[]): void {
    if (this.failure !== undefined) throw this.failure;
    this.events.push(...events);
  }

  async close(): Promise<void> {
    this.closeNow();
  }

  closeNow(): void {
    this.closed += 1;
  }

  amend(event: RunEvent): void {
    this.events.push(event);
  }

  /** Events of one type. */
  of<T extends RunEvent["type"]>(type: T): Extract<RunEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);
  }

  /** Logged rows as `[step, values]`. */
  rows(): [number, { readonly [key: string]: JsonValue }][] {
    return this.of("rows").flatMap(({ rows }) =>
      rowsOf(rows).map(({ step, values }): [number, typeof values] => [step, values]),
    );
  }
}

/** A run over a {@link MemorySink}, with its warnings. */
export function memoryRun(backend: Partial<RunBackend> = {}): { run: Run; sink: MemorySink; warnings: string[] } {
  const sink = new MemorySink();
  const warnings: string[] = [];
  const reporter = new Reporter((message) => warnings.push(message));
  const run = new Run(
    { id: "r1", project: "test" },
    { sinks: [sink], putBlob: hashOnly, console: new ConsoleLines(0), ...backend },
    reporter,
  );
  return { run, sink, warnings };
}

/** Names bytes and keeps none. */
export function hashOnly(source: BlobSource): BlobRef {
  const bytes = "bytes" in source ? source.bytes : new TextEncoder().encode(JSON.stringify(source));
  return { sha256: createHash("sha256").update(bytes).digest("hex"), sizeBytes: bytes.length };
}
