/** @file The stream of changes. */
import { type LiveQuery, liveQuery } from "../../api/index.ts";
import { liveStream } from "../live/stream.ts";
import { type Route, route } from "./route.ts";

/** Server-sent events. */
export const liveRoutes: readonly Route[] = [
  route<never, LiveQuery>({
    method: "GET",
    path: "/events",
    summary: "What changes from now on, as server-sent events; resumes after the header Last-Event-ID",
    query: liveQuery,
    media: { answer: "text/event-stream" },
    handle: async ({ parts, query, raw }) => {
      parts.store();
      const lastEventId = raw.headers.get("last-event-id") ?? query.lastEventId;
      return new Response(liveStream(parts.live(), query, lastEventId), { headers: streamHeaders() });
    },
  }),
];

function streamHeaders(): Headers {
  return new Headers({
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    // Proxies such as nginx hold a stream back without this.
    "x-accel-buffering": "no",
  });
}
