/** @file Routes about the server itself. They never touch the store, so that they answer while it opens, when it is stuck, and when it closes. */
import { type Health, health, type Readiness, readiness, type Version, version } from "../../api/index.ts";
import { jsonAnswer, type Route, route } from "./route.ts";

/** Version of the store's format on disk; see `store/README.md`. */
const STORE_FORMAT = 1;

/** Health, readiness, version. */
export const aboutRoutes: readonly Route[] = [
  route<Health>({
    method: "GET",
    path: "/health",
    summary: "Whether the process lives; always quick, needs no token",
    answer: health,
    handle: async () => ({ status: "ok" }),
  }),
  route<Readiness>({
    method: "GET",
    path: "/ready",
    summary: "Whether data is served: 200, or 503 while the store opens or the server stops",
    answer: readiness,
    handle: async ({ parts }) => {
      const status = parts.readiness();
      return status === "ready" ? { status } : jsonAnswer({ status } satisfies Readiness, 503);
    },
  }),
  route<Version>({
    method: "GET",
    path: "/version",
    summary: "Versions of the package, the API and the store's format",
    answer: version,
    handle: async ({ parts }) => ({ name: "trainlog", version: parts.version, api: 1, store: STORE_FORMAT }),
  }),
];
