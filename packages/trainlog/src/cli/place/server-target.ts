/** @file A server as the target of an import: batches and stored files over HTTP. */
import type { TrainlogClient } from "../../client/index.ts";
import type { ExistingRun, RunTarget } from "../../formats/index.ts";
import { isTrainlogError } from "../../run/error.ts";

/**
 * A server that takes runs.
 *
 * It does not say which batches of a writer it has, so an import that was interrupted is not gone on with when the run differs: it is refused by name, as any other run that
 * is there already.
 */
export function serverTarget(client: TrainlogClient): RunTarget {
  return {
    existing: async (runId): Promise<ExistingRun | undefined> => {
      try {
        await client.run(runId);
      } catch (error) {
        if (isTrainlogError(error, "run/not-found")) return undefined;
        throw error;
      }
      return { lastSeq: -1, events: () => client.events(runId) };
    },
    append: async ({ runId, project, createdMs }, events, origin) => {
      // Made first: not every source begins with a `start` event.
      if (origin.seq === 0) await client.createRun({ runId, project, createdMs });
      return (await client.sendBatches(runId, [{ origin, events }])).stored > 0;
    },
    putBlob: (sha256, bytes) => client.putBlob(sha256, () => streamOf(bytes)),
    // Every answer says that what was sent survives a power loss.
    end: async () => {},
  };
}

function streamOf(bytes: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const pieces = bytes[Symbol.asyncIterator]();
  return new ReadableStream({
    pull: async (controller) => {
      const next = await pieces.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: async () => {
      await pieces.return?.();
    },
  });
}
