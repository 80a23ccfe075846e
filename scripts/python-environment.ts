/** @file Pythons with packages from PyPI, in virtual environments of their own in the user's cache. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where installed things of tests and benchmarks are kept. */
export const CACHE: string = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "trainlog");
/** A lock this old was left by a process that died: not even PyTorch takes longer to install. */
const STALE_LOCK_MS = 30 * 60_000;
const LOOK_AGAIN_MS = 500;

/** What an environment has. */
export interface PythonEnvironment {
  /** Folder in the cache. */
  readonly name: string;
  /** What `pip install` is told: packages with versions, or `-r` and a file. */
  readonly install: readonly string[];
  /** Files that `install` names; when one changes, the environment is made anew. */
  readonly files?: readonly string[];
  /** For the person who waits: what is installed, and how large it is. */
  readonly what: string;
}

/** Path of the Python of an environment; found as it is when nothing changed since it was made, else made. */
export function pythonOf({ name, install, files = [], what }: PythonEnvironment): string {
  const venv = join(CACHE, name);
  const python = join(venv, "bin", "python");
  const stamp = join(venv, "requirements.sha256");
  const wanted = hashOf(files.length === 0 ? [install.join("\n")] : files.map((file) => readFileSync(file, "utf8")));
  const isReady = (): boolean => existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
  if (isReady()) return python;
  mkdirSync(CACHE, { recursive: true });
  withLock(`${venv}.lock`, () => {
    if (isReady()) return;
    process.stderr.write(`installing ${what} into ${venv}\n`);
    // An environment whose making was cut off is made anew, not repaired.
    rmSync(venv, { recursive: true, force: true });
    execFileSync("python3", ["-m", "venv", venv], { stdio: ["ignore", "ignore", "inherit"] });
    execFileSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...install], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    writeFileSync(stamp, wanted);
  });
  return python;
}

function hashOf(texts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text);
  return hash.digest("hex");
}

/** Runs `make` while no other process does; test files run side by side. */
export function withLock(path: string, make: () => void): void {
  for (;;) {
    try {
      mkdirSync(path);
      break;
    } catch {
      const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > STALE_LOCK_MS) rmSync(path, { recursive: true, force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_AGAIN_MS);
    }
  }
  try {
    make();
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}
