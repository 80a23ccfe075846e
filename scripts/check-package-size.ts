/**
 * @file Fails when a package has grown beyond what it may weigh, packed as the registry serves it.
 *
 * Usage: node scripts/check-package-size.ts FOLDER KILOBYTES
 */
import { spawnSync } from "node:child_process";

const [folder = "", kilobytes = ""] = process.argv.slice(2);
const { stdout, status, error } = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
  cwd: folder,
  encoding: "utf8",
});
if (error !== undefined || status !== 0) throw new Error(`npm pack in ${folder} failed (${error?.message ?? status})`);
const [packed] = JSON.parse(stdout) as readonly { readonly size: number; readonly unpackedSize: number }[];
if (packed === undefined) throw new Error(`npm pack in ${folder} says nothing`);
const packedKilobytes = packed.size / 1000;
console.log(`${folder}: ${packedKilobytes.toFixed(1)} kB packed, at most ${kilobytes} kB`);
if (!(packedKilobytes <= Number(kilobytes))) {
  console.error(`${folder} has become too large; what has grown? npm pack --dry-run --json lists its files`);
  process.exitCode = 1;
}
