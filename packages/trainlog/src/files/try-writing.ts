/** @file Whether a file can be written, found out before the work whose result it is to hold. */
import { closeSync, openSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "./make-folder.ts";

/**
 * Makes the file's folder and tries a file beside it, so that nothing of a file that is there already is touched. Devices and pipes are left alone.
 *
 * @throws the operating system's error; one that says so when a folder is in the way.
 */
export function tryWriting(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) throw new Error("a folder of this name is in the way");
  if (found !== undefined && !found.isFile()) return;
  makeFolder(dirname(path));
  const trial = `${path}.${process.pid}.trial`;
  closeSync(openSync(trial, "w"));
  rmSync(trial);
}
