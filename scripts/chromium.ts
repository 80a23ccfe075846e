/** @file A real Chromium for browser tests, found on the machine rather than downloaded. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const USUAL_PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Switches for a quiet browser in a container: no GPU, no background requests. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Path of a Chromium: `$CHROMIUM_PATH`, else the first of the usual places.
 *
 * @throws Error that says how to get one.
 */
export function findChromium(): string {
  const asked = process.env["CHROMIUM_PATH"];
  if (asked !== undefined && asked !== "") {
    if (existsSync(asked)) return asked;
    throw new Error(`$CHROMIUM_PATH is ${asked}, and there is no such file; point it at a Chromium or Chrome binary`);
  }
  const found = USUAL_PATHS.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(
    `no Chromium in ${USUAL_PATHS.join(", ")}; install one (Debian: apt-get install chromium) or set CHROMIUM_PATH to its binary`,
  );
}

/** Starts a headless Chromium, with more switches if wanted. The caller closes it. @throws Error as {@link findChromium}. */
export function launchChromium(switches: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: [...ARGUMENTS, ...switches] });
}
