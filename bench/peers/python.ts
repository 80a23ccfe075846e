/** @file The Python packages that trainlog is measured beside, in virtual environments of their own. */
import { pythonOf } from "../../scripts/python-environment.ts";

/** Versions that the figures were taken with. */
export const PEERS = { wandb: "0.31.0", trackio: "0.43.0" } as const;

/** Versions of the peers that the training toolkit is measured beside. The wheel brings GPU libraries: 5 GB, downloaded once. */
export const TRAINING_PEERS = { torch: "2.15.0", numpy: "2.4.6" } as const;

/** Path of a Python that has the trackers; makes the environment on the first call. */
export function pythonWithPeers(): string {
  return pythonOf({ name: "bench-venv", install: pinned(PEERS), what: "the trackers" });
}

/** Path of a Python that has PyTorch: the one that `TRAINLOG_TORCH_PYTHON` names, or one in the cache folder that the first call makes. */
export function pythonWithTorch(): string {
  const given = process.env["TRAINLOG_TORCH_PYTHON"];
  if (given !== undefined && given !== "") return given;
  return pythonOf({ name: "torch-venv", install: pinned(TRAINING_PEERS), what: "PyTorch (5 GB, once)" });
}

function pinned(packages: Readonly<Record<string, string>>): string[] {
  return Object.entries(packages).map(([name, version]) => `${name}==${version}`);
}
