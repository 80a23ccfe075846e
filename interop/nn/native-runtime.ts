/** @file onnxruntime-node in a folder of its own in the user's cache: too large to be a dependency, even of the tests. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { CACHE, withLock } from "../../scripts/python-environment.ts";

const PACKAGE = "onnxruntime-node";
const VERSION = "1.30.0";

/** Path of the package's entry; installs it on the first call. */
export function nativeRuntimePath(): string {
  const folder = join(CACHE, `${PACKAGE}-${VERSION}`);
  mkdirSync(CACHE, { recursive: true });
  withLock(`${folder}.lock`, () => {
    if (existsSync(folder)) return;
    process.stderr.write(`interop: installing ${PACKAGE} (about 290 MB, once) into ${folder}\n`);
    const making = `${folder}.making`;
    rmSync(making, { recursive: true, force: true });
    mkdirSync(making);
    const options = ["--prefix", making, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    execFileSync("npm", ["install", ...options, `${PACKAGE}@${VERSION}`], { stdio: ["ignore", "ignore", "inherit"] });
    // Its name is there only when all of it is.
    renameSync(making, folder);
  });
  return createRequire(join(folder, "package.json")).resolve(PACKAGE);
}
