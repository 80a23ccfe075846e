/**
 * @file Which run has which hue. A hash of the id alone gives neighbours one hue too often (two of five runs of eight hues, four times in five), so a run
 * that is seen for the first time takes the nearest hue to its own that no run beside it has. What was given is kept: in one browser, a run never changes
 * its colour, and has it on every page.
 */
import { HUES, ownHue, type RunStyle, runStyles } from "./run-colour.ts";

/** Where hues are kept from one visit to the next; texts as `run id → hue` in JSON. */
export interface HueMemory {
  read(): string | undefined;
  write(text: string): void;
}

/** Runs that are remembered, the last ones that were seen. */
const MOST_REMEMBERED = 2000;

/** Hues of runs. */
export class RunHues {
  readonly #memory: HueMemory;
  readonly #hues: Map<string, number>;

  constructor(memory: HueMemory) {
    this.#memory = memory;
    this.#hues = parse(memory.read());
  }

  /** Hue of a run: position in the palette. */
  readonly of = (runId: string): number => {
    this.learn([runId]);
    return this.#hues.get(runId) ?? ownHue(runId);
  };

  /** Looks of the lines of the runs of one view. */
  stylesOf(runIds: readonly string[]): Map<string, RunStyle> {
    this.learn([...runIds].sort());
    return runStyles(runIds, this.of);
  }

  /** Gives hues to those of `runIds` that have none, one after the other; runs that stand near each other here get different ones. */
  learn(runIds: readonly string[]): void {
    if (runIds.every((runId) => this.#hues.has(runId))) return;
    runIds.forEach((runId, at) => {
      if (!this.#hues.has(runId)) this.#hues.set(runId, this.#choose(runIds, at));
    });
    const surplus = Math.max(0, this.#hues.size - MOST_REMEMBERED);
    const remembered = [...this.#hues].slice(surplus);
    this.#memory.write(JSON.stringify(Object.fromEntries(remembered)));
  }

  /** The first hue from the run's own on that none of its neighbours has; if all are taken, the one whose run is farthest away. */
  #choose(runIds: readonly string[], at: number): number {
    const first = ownHue(runIds[at] ?? "");
    const candidates = Array.from({ length: HUES }, (_, i) => (first + i) % HUES);
    const distances = candidates.map((hue) => this.#distance(hue, runIds, at));
    return candidates[distances.indexOf(Math.max(...distances))] ?? first;
  }

  /** How many places away from `at` the nearest run of a hue is; {@link HUES} when it is that far or farther. */
  #distance(hue: number, runIds: readonly string[], at: number): number {
    for (let away = 1; away < HUES; away++) {
      const beside = [runIds[at - away], runIds[at + away]];
      if (beside.some((runId) => runId !== undefined && this.#hues.get(runId) === hue)) return away;
    }
    return HUES;
  }
}

/** What another version or a person wrote is as good as nothing. */
function parse(text: string | undefined): Map<string, number> {
  try {
    const json: unknown = JSON.parse(text ?? "{}");
    const entries = Object.entries(json ?? {});
    return new Map(entries.filter(([, hue]) => Number.isInteger(hue) && hue >= 0 && hue < HUES));
  } catch {
    return new Map();
  }
}
