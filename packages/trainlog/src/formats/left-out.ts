/** @file Counts what a format cannot hold, so that an export says it. */
import type { RunEvent, RunEventType } from "../run/event.ts";

/** How each kind of event is named to people: singular and plural. */
const NAMES: Readonly<Partial<Record<RunEventType, readonly [one: string, many: string]>>> = {
  media: ["media value", "media values"],
  console: ["line of console output", "lines of console output"],
  artifact: ["artifact", "artifacts"],
  alert: ["alert", "alerts"],
  metric: ["metric definition", "metric definitions"],
};

/** What was met and not written. */
export class LeftOut {
  readonly #counts = new Map<string, { names: readonly [string, string]; count: number }>();

  /** Notes an event that a format of points has no place for. Start, edit, configuration and finish are no loss: a table of runs holds them. */
  event(event: RunEvent): void {
    const names = NAMES[event.type];
    if (names !== undefined) this.note(names, event.type === "console" ? event.lines.length : 1);
  }

  /** Notes things by what one and many of them are called. */
  note(names: readonly [one: string, many: string], count = 1): void {
    if (count === 0) return;
    const entry = this.#counts.get(names[1]) ?? { names, count: 0 };
    entry.count += count;
    this.#counts.set(names[1], entry);
  }

  /** One sentence for each kind of thing: `3 media values`. */
  sentences(): string[] {
    return [...this.#counts.values()].map(({ names, count }) => `${count} ${names[count === 1 ? 0 : 1]}`);
  }
}
