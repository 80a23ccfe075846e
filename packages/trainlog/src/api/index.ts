/**
 * @file `trainlog/api`: the JSON shapes of the HTTP API under `/api/v1`, said once.
 *
 * Interfaces are for clients (import them as types); the schemas of the same name in camelCase check requests in the server, answers in the tests,
 * and make `/api/v1/openapi.json`. `docs/http-api.md` lists the routes.
 */
export * from "./batch.ts";
export * from "./bulk.ts";
export * from "./content.ts";
export * from "./folder.ts";
export * from "./health.ts";
export * from "./live.ts";
export * from "./problem.ts";
export * from "./project.ts";
export * from "./query.ts";
export * from "./run.ts";
export * from "./series.ts";
export * from "./tail.ts";
export * from "./token.ts";
export * from "./wire.ts";
