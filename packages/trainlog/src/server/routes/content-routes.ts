/** @file Routes of what a run holds besides points: console, media, artifacts. */
import {
  type ArtifactsAnswer,
  artifactsAnswer,
  type ConsoleAnswer,
  type ConsoleLinesQuery,
  consoleAnswer,
  consoleLinesQuery,
  type MediaAnswer,
  type MediaItemsQuery,
  mediaAnswer,
  mediaItemsQuery,
} from "../../api/index.ts";
import { artifactAnswerOf, mediaAnswerOf } from "../answers.ts";
import { type Route, route } from "./route.ts";

/** Lines or media values of a page when the client does not say. */
const DEFAULT_PAGE = 1000;

/** Console, media, artifacts. */
export const contentRoutes: readonly Route[] = [
  route<ConsoleAnswer, ConsoleLinesQuery>({
    method: "GET",
    path: "/runs/:runId/console",
    summary: "Console output by line number",
    query: consoleLinesQuery,
    answer: consoleAnswer,
    handle: async ({ parts, query: { limit = DEFAULT_PAGE, ...page }, param }) => {
      const runId = param("runId");
      return { runId, ...(await parts.store().console(runId, { ...page, limit })) };
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
  route<ArtifactsAnswer>({
    method: "GET",
    path: "/runs/:runId/artifacts",
    summary: "Artifacts that a run produced or used",
    answer: artifactsAnswer,
    handle: async ({ parts, param }) => {
      const runId = param("runId");
      return { runId, artifacts: (await parts.store().artifacts(runId)).map(artifactAnswerOf) };
    },
  }),
];
