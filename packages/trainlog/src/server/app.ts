/** @file The application: the gate, the API, the pages. Everything that listens or opens files is in `listen.ts`. */
import { Hono } from "hono";
import type { TrainlogError } from "../run/error.ts";
import { type AccessRules, guard, hostOf } from "./access/guard.ts";
import { compressAnswers } from "./compress-answers.ts";
import { openApiDocument } from "./openapi.ts";
import { signInPage, takeSignIn, takeSignOut } from "./pages/sign-in.ts";
import type { StaticPages } from "./pages/static-pages.ts";
import { noSuchRoute, problemAnswer, toProblem } from "./problem-answer.ts";
import { type RequestEntry, requestLog } from "./request-log.ts";
import { aboutRoutes } from "./routes/about-routes.ts";
import { artifactRoutes } from "./routes/artifact-routes.ts";
import { blobRoutes } from "./routes/blob-routes.ts";
import { bulkRoutes } from "./routes/bulk-routes.ts";
import { contentRoutes } from "./routes/content-routes.ts";
import { folderRoutes } from "./routes/folder-routes.ts";
import { ingestRoutes } from "./routes/ingest-routes.ts";
import { liveRoutes } from "./routes/live-routes.ts";
import { projectRoutes } from "./routes/project-routes.ts";
import { jsonAnswer, mount, type Route, type ServerParts } from "./routes/route.ts";
import { runRoutes } from "./routes/run-routes.ts";
import { seriesRoutes } from "./routes/series-routes.ts";
import { tailRoutes } from "./routes/tail-routes.ts";
import { tokenRoutes } from "./routes/token-routes.ts";

/** All routes of the API. */
export const API_ROUTES: readonly Route[] = [
  ...aboutRoutes,
  ...folderRoutes,
  ...projectRoutes,
  ...bulkRoutes,
  ...runRoutes,
  ...ingestRoutes,
  ...seriesRoutes,
  ...contentRoutes,
  ...artifactRoutes,
  ...tailRoutes,
  ...blobRoutes,
  ...liveRoutes,
  ...tokenRoutes,
];

/** What an application is made of. */
export interface AppOptions {
  readonly parts: ServerParts;
  readonly access: AccessRules;
  /** The dashboard's files. */
  readonly pages: StaticPages;
  /** Hears of every request. */
  readonly onRequest?: (entry: RequestEntry) => void;
  /** Hears of errors that are the server's fault. */
  readonly onFault: (error: unknown) => void;
}

/**
 * Makes the application.
 *
 * @example
 * const answer = await createApp(options).request("/api/v1/health");
 */
export function createApp({ parts, access, pages, onFault, onRequest }: AppOptions): Hono {
  const app = new Hono();
  app.onError((error) => {
    if (toProblem(error).status >= 500 && toProblem(error).code === "server/internal") onFault(error);
    return problemAnswer(error);
  });
  app.use(requestLog(onRequest));
  app.use("/api/*", compressAnswers());
  app.use(guard(access, refuseUnauthorized));
  mount(app, API_ROUTES, parts);
  const document = openApiDocument(API_ROUTES, parts.version);
  app.get("/api/v1/openapi.json", () => jsonAnswer(document));
  app.all("/api/*", (context) => problemAnswer(noSuchRoute(context.req.method, context.req.path)));
  app.get("/sign-in", () => signInPage());
  app.post("/sign-in", (context) => takeSignIn(context.req.raw, access.callers));
  app.post("/sign-out", () => takeSignOut());
  app.get("*", (context) => pages.answer(context.req.raw));
  app.notFound((context) => problemAnswer(noSuchRoute(context.req.method, context.req.path)));
  return app;
}

/** A browser that wants a page is shown where to sign in; everything else gets the error. */
function refuseUnauthorized(request: Request, error: TrainlogError): Response {
  const wantsPage = request.method === "GET" && (request.headers.get("accept") ?? "").includes("text/html");
  const isPage = !new URL(request.url, `http://${hostOf(request)}`).pathname.startsWith("/api/");
  return wantsPage && isPage ? signInPage(401) : problemAnswer(error);
}
