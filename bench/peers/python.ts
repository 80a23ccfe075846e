/** @file The Python trackers that trainlog is measured beside, in a virtual environment of their own. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Versions that the figures were taken with. */
export const PEERS = { wandb: "0.31.0", trackio: "0.43.0" } as const;

/** Path of a Python that has the peers; makes the environment on the first call. */
export function pythonWithPeers(): string {
  const venv = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "trainlog", "bench-venv");
  const python = join(venv, "bin", "python");
  if (!existsSync(python)) execFileSync("python3", ["-m", "venv", venv], { stdio: "inherit" });
  const wanted = Object.entries(PEERS).map(([name, version]) => `${name}==${version}`);
  execFileSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...wanted], {
    stdio: "inherit",
  });
  return python;
}
