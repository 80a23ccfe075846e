/** @file The Python trackers that trainlog is measured beside, in a virtual environment of their own. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Versions that the figures were taken with. */
export const PEERS = { wandb: "0.31.0", trackio: "0.43.0" } as const;

/** Versions of the peers that the training toolkit is measured beside. The wheel brings GPU libraries: 5 GB, downloaded once. */
export const TRAINING_PEERS = { torch: "2.15.0", numpy: "2.4.6" } as const;

/** Path of a Python that has the trackers; makes the environment on the first call. */
export function pythonWithPeers(): string {
  return pythonWith("bench-venv", PEERS);
}

/** Path of a Python that has PyTorch: the one that `TRAINLOG_TORCH_PYTHON` names, or one in the cache folder that the first call makes. */
export function pythonWithTorch(): string {
  return process.env["TRAINLOG_TORCH_PYTHON"] ?? pythonWith("torch-venv", TRAINING_PEERS);
}

function pythonWith(venvName: string, packages: Readonly<Record<string, string>>): string {
  const venv = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "trainlog", venvName);
  const python = join(venv, "bin", "python");
  if (!existsSync(python)) execFileSync("python3", ["-m", "venv", venv], { stdio: "inherit" });
  const wanted = Object.entries(packages).map(([name, version]) => `${name}==${version}`);
  execFileSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...wanted], {
    stdio: "inherit",
  });
  return python;
}
