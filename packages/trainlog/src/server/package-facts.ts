/** @file Where this package lies and which version it is: the same two folders up from `src/server` and `dist/server`. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Version of the package, from its package.json. */
export const PACKAGE_VERSION: string = readVersion();

/** The built dashboard. */
export const DASHBOARD_DIR: string = fileURLToPath(new URL("../../dist/dashboard", import.meta.url));

function readVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}
