/** @file Elementwise operations, all in one place. */
export * from "./binary.ts";
export * from "./comparison.ts";
export * from "./select.ts";
export * from "./unary.ts";
