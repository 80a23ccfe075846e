/** @file `trainlog/server`: serves a store over HTTP with API, live updates and dashboard. */
export { isLoopback } from "./access/hosts.ts";
export { API_ROUTES, type AppOptions, createApp } from "./app.ts";
export { DEFAULT_PORT, type RunningServer, type ServeOptions, startServer } from "./listen.ts";
export { openApiDocument } from "./openapi.ts";
export { type RequestEntry, requestLine } from "./request-log.ts";
export { TokenStore } from "./tokens/token-store.ts";
