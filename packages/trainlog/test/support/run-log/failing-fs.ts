/** @file For tests: a file system whose n-th call fails. */
import type { RunLogFs } from "../../../src/run-log/file-system.ts";

/** Names of the operations. */
export type FsOperation = keyof RunLogFs;

/** A system error as Node makes it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected failure`), { code });
}

/** What fails, and how. */
export interface FailurePlan {
  /** Given the name of a call and how many there were before it, the code that it fails with, or undefined. */
  readonly fails: (operation: FsOperation, callIndex: number) => string | undefined;
  /** A failing write takes this part of the bytes first, as a disk that fills up does. */
  readonly shortWrite?: boolean;
}

/** `fs` with the failures of `plan`. `calls` collects the names of the calls. */
export function failingFs(fs: RunLogFs, plan: FailurePlan, calls: FsOperation[] = []): RunLogFs {
  return new Proxy(fs, {
    get: (target, name: FsOperation) => {
      const operation = target[name] as (...args: unknown[]) => unknown;
      return (...args: unknown[]): unknown => {
        const code = plan.fails(name, calls.length);
        calls.push(name);
        if (code === undefined) return operation(...args);
        if (name === "write" && plan.shortWrite === true) {
          const [file, bytes, position] = args as Parameters<RunLogFs["write"]>;
          target.write(file, bytes.subarray(0, Math.floor(bytes.length / 2)), position);
        }
        throw systemError(code);
      };
    },
  });
}
