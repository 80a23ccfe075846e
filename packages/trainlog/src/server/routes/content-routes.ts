/** @file Routes of what a run holds besides points and artifacts: console and media. */
import {
  BATCH_TYPE,
  type ConsoleAnswer,
  type ConsoleLinesQuery,
  consoleAnswer,
  consoleLinesQuery,
  type MediaAnswer,
  type MediaItemsQuery,
  mediaAnswer,
  mediaItemsQuery,
} from "../../api/index.ts";
import { mediaAnswerOf } from "../answers.ts";
import { batchStream } from "../batch-stream.ts";
import { type Route, route } from "./route.ts";

/** Lines or media values of a page when the client does not say. */
const DEFAULT_PAGE = 1000;

/** Console, media, artifacts, and all of it in one. */
export const contentRoutes: readonly Route[] = [
  route<never>({
    method: "GET",
    path: "/runs/:runId/batches",
    summary:
      "Everything that a run said, in order, as a body that the route of the same address takes (without origins)",
    media: { answer: BATCH_TYPE },
    handle: async ({ parts, param }) => {
      const runId = param("runId");
      const store = parts.store();
      // A run that is not there is said before the first byte.
      await store.getRun(runId);
      const headers = { "content-type": BATCH_TYPE, "cache-control": "no-store" };
      return new Response(batchStream(store.events(runId)), { headers });
    },
  }),
  route<ConsoleAnswer, ConsoleLinesQuery>({
    method: "GET",
    path: "/runs/:runId/console",
    summary: "Console output by line number, or the lines that show a text",
    query: consoleLinesQuery,
    answer: consoleAnswer,
    handle: async ({ parts, query: { limit = DEFAULT_PAGE, search, ...page }, param }) => {
      const runId = param("runId");
      const store = parts.store();
      if (search === undefined) return { runId, ...(await store.console(runId, { ...page, limit })) };
      return { runId, ...(await store.searchConsole(runId, { ...page, limit, search })) };
    },
  }),
  route<MediaAnswer, MediaItemsQuery>({
    method: "GET",
    path: "/runs/:runId/media",
    summary: "Media keys of a run, and media values in order of step",
    query: mediaItemsQuery,
    answer: mediaAnswer,
    handle: async ({ parts, query: { limit = DEFAULT_PAGE, ...page }, param }) => {
      const runId = param("runId");
      const { media, keys, ...more } = await parts.store().media(runId, { ...page, limit });
      return { runId, keys, items: media.map(mediaAnswerOf), ...more };
    },
  }),
];
