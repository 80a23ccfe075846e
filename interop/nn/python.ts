/** @file The Pythons that interop's tests run, and how their scripts are run. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pythonOf } from "../../scripts/python-environment.ts";

/** Path of a Python with numpy, safetensors, onnx and onnxruntime; makes the environment on the first call (about a minute). */
export function interopPython(): string {
  return environment("interop-venv", ["requirements.txt"], "numpy, safetensors, onnx and onnxruntime (100 MB, once)");
}

/**
 * Path of a Python with PyTorch: the one that `TRAINLOG_TORCH_PYTHON` names, or an environment of our own, made on the first call (5 GB).
 */
export function torchPython(): string {
  const given = process.env["TRAINLOG_TORCH_PYTHON"];
  if (given !== undefined && given !== "") return given;
  return environment("interop-torch-venv", ["requirements.txt", "requirements-torch.txt"], "PyTorch (5 GB, once)");
}

/** An environment with what the last requirements file lists; it includes the ones before. */
function environment(name: string, requirements: readonly string[], what: string): string {
  const files = requirements.map((file) => join(import.meta.dirname, file));
  return pythonOf({ name, install: ["-r", files.at(-1) ?? ""], files, what });
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
