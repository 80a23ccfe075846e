/** @file Where the chunks of a sealed file lie that belong to no metric. */
import { badBatch } from "../codec/byte-reader.ts";

/** Places of the axis and events chunks of a sealed file. The lists of each kind are of equal length. */
export interface SealedPlaces {
  /** First row of each axis chunk, ascending. */
  readonly axisFirst: Float64Array;
  readonly axisStart: Float64Array;
  readonly axisEnd: Float64Array;
  readonly eventsStart: Float64Array;
  readonly eventsEnd: Float64Array;
}

/** Lists of numbers as places. @throws TrainlogError `run-log/bad-batch`. */
export function placesOf(numbers: readonly Float64Array[]): SealedPlaces {
  const [axisFirst, axisStart, axisEnd, eventsStart, eventsEnd] = numbers;
  if (!axisFirst || !axisStart || !axisEnd || !eventsStart || !eventsEnd)
    throw badBatch("an index of a sealed file lacks its places");
  return { axisFirst, axisStart, axisEnd, eventsStart, eventsEnd };
}

/** Places that are still being found, one by one. */
export class GrowingPlaces {
  readonly #lists: readonly number[][] = [[], [], [], [], []];

  /** Adds an axis chunk whose first row is `first`. */
  addAxis(first: number, start: number, end: number): void {
    this.#lists[0]!.push(first);
    this.#lists[1]!.push(start);
    this.#lists[2]!.push(end);
  }

  /** Adds an events chunk. */
  addEvents(start: number, end: number): void {
    this.#lists[3]!.push(start);
    this.#lists[4]!.push(end);
  }

  /** What was added so far. */
  places(): SealedPlaces {
    return placesOf(this.#lists.map((list) => Float64Array.from(list)));
  }
}
