/**
 * @file `trainlog/client`: a typed client of a trainlog server (`docs/http-api.md`), for programs in Node and in browsers.
 * @module
 */
export { type TokenRoutes, TrainlogClient } from "./client.ts";
export { type ClientOptions, checkServerUrl, HttpChannel, pause, type RequestSpec } from "./http.ts";
export type { LiveOptions } from "./live.ts";
