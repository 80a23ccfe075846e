/** @file Pythons with the other side's packages, in virtual environments of their own in the user's cache. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where installed things of the tests are kept. */
export const CACHE: string = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "trainlog");
/** A lock this old was left by a process that died: not even PyTorch takes longer to install. */
const STALE_LOCK_MS = 30 * 60_000;
const LOOK_AGAIN_MS = 500;

/** Path of a Python with numpy, safetensors, onnx and onnxruntime; makes the environment on the first call (about a minute). */
export function interopPython(): string {
  return environment(
    "interop-venv",
    ["requirements.txt"],
    "numpy, safetensors, onnx and onnxruntime (about 100 MB, once)",
  );
}

/**
 * Path of a Python with PyTorch: the one that `TRAINLOG_TORCH_PYTHON` names, or an environment of our own, made on the first call (5 GB).
 */
export function torchPython(): string {
  const given = process.env["TRAINLOG_TORCH_PYTHON"];
  if (given !== undefined && given !== "") return given;
  return environment(
    "interop-torch-venv",
    ["requirements.txt", "requirements-torch.txt"],
    "PyTorch (about 5 GB, once)",
  );
}

/** An environment with what the last requirements file lists; found as it is when nothing changed since it was made. */
function environment(name: string, requirements: readonly string[], what: string): string {
  const venv = join(CACHE, name);
  const python = join(venv, "bin", "python");
  const stamp = join(venv, "requirements.sha256");
  const hash = createHash("sha256");
  for (const file of requirements) hash.update(readFileSync(join(import.meta.dirname, file)));
  const wanted = hash.digest("hex");
  const isReady = (): boolean => existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
  if (isReady()) return python;
  mkdirSync(CACHE, { recursive: true });
  withLock(`${venv}.lock`, () => {
    if (isReady()) return;
    process.stderr.write(`interop: installing ${what} into ${venv}\n`);
    // An environment whose making was cut off is made anew, not repaired.
    rmSync(venv, { recursive: true, force: true });
    execFileSync("python3", ["-m", "venv", venv], { stdio: ["ignore", "ignore", "inherit"] });
    const list = join(import.meta.dirname, requirements.at(-1) ?? "");
    execFileSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", list], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    writeFileSync(stamp, wanted);
  });
  return python;
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

/** Runs a script of this folder and gives what it printed, read as JSON. */
export function runPython<T>(python: string, script: string, args: readonly string[]): T {
  const output = execFileSync(python, [join(import.meta.dirname, script), ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", TORCH_LOGS: "-all" },
  });
  // The scripts print one line of JSON last.
  return JSON.parse(output.trimEnd().split("\n").at(-1) ?? "null");
}
