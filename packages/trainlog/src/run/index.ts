/**
 * @file `trainlog/run`: the vocabulary of run events, with its limits and errors.
 * @module
 */
export * from "./error.ts";
export * from "./event.ts";
export * from "./id.ts";
export * from "./json.ts";
export * from "./limits.ts";
