/** @file Folders that are made when they are not there: the one way in which the package makes them. */
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder and its parents, from the outermost that lacks to the innermost.
 *
 * One by one, because Node's own recursive way never ends below a folder that says "no such file" of what it does not let be made, as `/proc` does.
 *
 * @returns whether the folder was not there before.
 * @throws the operating system's error, of the folder that could not be made.
 */
export function makeFolder(path: string): boolean {
  if (isFolder(path)) return false;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    // Another process may have been quicker.
    if (isFolder(path)) return false;
    throw error;
  }
}

/** False also for what cannot be looked at: making it says why. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
