/** @file Run events as a stream of frames, in bounded memory: the form in which clients send them, so what one server says another one takes. */
import { isTrainlogError } from "../run/error.ts";
import type { RunEvent } from "../run/event.ts";
import { encodeBatch, KeyDictionary } from "../run-log/codec/index.ts";

/** Events and values of one frame, about: few enough to hold, many enough that a frame's head costs nothing. */
const FRAME_EVENTS = 500;
const FRAME_VALUES = 100_000;

/** The events as frames; read as fast as the client takes them. */
export function batchStream(events: AsyncIterable<RunEvent>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const frames = framesOf(events);
  return new ReadableStream({
    pull: async (controller) => {
      const next = await frames.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: async () => {
      await frames.return(undefined);
    },
  });
}

async function* framesOf(events: AsyncIterable<RunEvent>): AsyncGenerator<Uint8Array<ArrayBuffer>, undefined> {
  const dictionary = new KeyDictionary();
  let gathered: RunEvent[] = [];
  let values = 0;
  for await (const event of events) {
    gathered.push(event);
    values += valuesOf(event);
    if (gathered.length < FRAME_EVENTS && values < FRAME_VALUES) continue;
    yield* encodedFrames(gathered, dictionary);
    [gathered, values] = [[], 0];
  }
  if (gathered.length > 0) yield* encodedFrames(gathered, dictionary);
}

/** One frame; or, when the events are too large together, one of each half. Each of them alone came out of a frame. */
function* encodedFrames(events: readonly RunEvent[], dictionary: KeyDictionary): Generator<Uint8Array<ArrayBuffer>> {
  try {
    yield encodeBatch(events, dictionary);
  } catch (error) {
    if (!isTrainlogError(error, "run/batch-too-large") || events.length < 2) throw error;
    const middle = Math.ceil(events.length / 2);
    yield* encodedFrames(events.slice(0, middle), dictionary);
    yield* encodedFrames(events.slice(middle), dictionary);
  }
}

function valuesOf(event: RunEvent): number {
  if (event.type !== "rows") return 0;
  return event.rows.columns.reduce((sum, { values }) => sum + values.length, event.rows.steps.length);
}
