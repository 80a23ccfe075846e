/**
 * @file Node's own modules, for the functions that read and write files.
 *
 * Not by `import`: bundlers for browsers follow every import, also those that a page never reaches, and stop at a name that they cannot find.
 */
import { TrainlogError } from "./error.ts";

/** Those of Node's modules that are used, by name. */
export interface NodeModules {
  readonly "node:fs": typeof import("node:fs");
  readonly "node:fs/promises": typeof import("node:fs/promises");
  readonly "node:path": typeof import("node:path");
  readonly "node:url": typeof import("node:url");
  readonly "node:worker_threads": typeof import("node:worker_threads");
}

/** A module of Node; undefined where there is no Node, as in browsers. */
export function findNodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined {
  // The name says which module it is.
  return globalThis.process?.getBuiltinModule?.(name) as NodeModules[Name] | undefined;
}

/**
 * A module of Node for something that cannot be done without it.
 *
 * @throws TrainlogError `engine/no-files` where there is no Node.
 */
export function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] {
  const found = findNodeModule(name);
  if (found !== undefined) return found;
  throw new TrainlogError(
    "engine/no-files",
    "reading and writing files by their paths needs Node (24 or later), and this is none. In a browser, read from bytes, a Blob or an address, " +
      "and take results as bytes",
  );
}
