/**
 * @file `npm test`: brings what the tests need and that npm cannot bring, builds, and runs every test.
 *
 * Needs nothing set up by hand: a system Chromium is installed from Debian's packages when there is none (as root; otherwise it says what to
 * install). Repeating it is quick, because what is there stays. Ends with one line, `N passed, N failed`.
 *
 * Usage: `npm test` or `npm test -- <vitest filters and options>`.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findChromium } from "./chromium.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What one run of the tests came to. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Runs a command with its output shown; ends the process with a clear line when it fails. */
function must(title: string, command: string, args: readonly string[]): void {
  console.log(`test: ${title}`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (error === undefined && status === 0) return;
  console.error(`test: ${title} failed (${error?.message ?? `exit code ${status}`})`);
  console.log("0 passed, 1 failed");
  process.exit(1);
}

function bringChromium(): void {
  if (findChromium() !== undefined) return;
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    console.error(
      "test: the browser tests need Chromium; install it (Debian: apt-get install chromium) or set $CHROMIUM_PATH",
    );
    console.log("0 passed, 1 failed");
    process.exit(1);
  }
  must("refreshing Debian's package lists", "apt-get", ["update", "-qq"]);
  must("installing Chromium and a font for the browser tests (about a minute, once)", "apt-get", [
    "install",
    "-y",
    "-qq",
    "--no-install-recommends",
    "chromium",
    "fonts-dejavu-core",
  ]);
}

function runVitest(args: readonly string[]): TestCounts {
  const folder = mkdtempSync(join(tmpdir(), "trainlog-test-"));
  const report = join(folder, "report.json");
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const { status } = spawnSync(
    process.execPath,
    [vitest, "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...args],
    {
      cwd: root,
      stdio: "inherit",
    },
  );
  try {
    return countsOf(JSON.parse(readFileSync(report, "utf8")), status ?? 1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads vitest's JSON report; a run that failed outside any test (a file that does not load) counts as one failure at least. */
export function countsOf(report: unknown, exitCode: number): TestCounts {
  const numbers = report as { numPassedTests?: number; numFailedTests?: number; numPendingTests?: number };
  const failed = numbers.numFailedTests ?? 0;
  return {
    passed: numbers.numPassedTests ?? 0,
    failed: exitCode !== 0 && failed === 0 ? 1 : failed,
    skipped: numbers.numPendingTests ?? 0,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  bringChromium();
  must("building", process.execPath, [join(root, "scripts", "build.mjs")]);
  const { passed, failed, skipped } = runVitest(process.argv.slice(2));
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  process.exitCode = failed === 0 ? 0 : 1;
}
