/** @file Builds the dashboard into a folder of its own, so that no test depends on a stale build. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "vite";

/** Builds and returns the folder. The caller removes it. */
export async function buildDashboard(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), "trainlog-dashboard-build-"));
  const root = resolve(import.meta.dirname, "..");
  await build({ root, configFile: join(root, "vite.config.ts"), logLevel: "silent", build: { outDir } });
  return outDir;
}
