/** @file What `npm i trainlog` puts on a disk, in production. */
import { execFileSync } from "node:child_process";
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bench, inFolder } from "./measure.ts";

const PACKAGE = fileURLToPath(new URL("../packages/trainlog", import.meta.url));

function sizeBytes(path: string): number {
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeBytes(join(path, name)), 0);
}

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Packs the package, installs the pack into an empty folder, and weighs `node_modules`. */
export async function installSize(): Promise<Bench> {
  return inFolder(async (folder) => {
    const packed = execFileSync("npm", ["pack", PACKAGE, "--silent", "--ignore-scripts"], {
      cwd: folder,
      encoding: "utf8",
    }).trim();
    execFileSync(
      "npm",
      ["install", "--silent", "--omit=dev", "--no-save", join(folder, packed.split("\n").at(-1) ?? "")],
      { cwd: folder },
    );
    const modules = join(folder, "node_modules");
    const total = sizeBytes(modules);
    const parts = readdirSync(modules)
      .filter((name) => !name.startsWith("."))
      .map((name) => [name, sizeBytes(join(modules, name))] as const)
      .sort((a, b) => b[1] - a[1]);
    return {
      title: "Installed size",
      method:
        "`npm pack`, then `npm install --omit=dev` of the pack into an empty folder; sum of file sizes in `node_modules`.",
      figures: [
        {
          what: "`npm i trainlog`, production",
          value: mb(total),
          target: "≤ 40 MB",
          reached: total <= 40e6,
          note: parts.map(([name, bytes]) => `${name} ${mb(bytes)}`).join(", "),
        },
      ],
    };
  });
}
