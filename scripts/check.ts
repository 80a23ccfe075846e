/**
 * @file `npm run check`: everything but the tests that a change must pass. Each check runs, also after a failure; the last line counts them.
 *
 * Usage: `npm run check` or `npm run check -- lint types imports packages unused`.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name: string): string => join(root, "node_modules", ".bin", name);

/** One check: a name for the command line and the commands that make it up. */
interface Check {
  readonly name: string;
  readonly commands: readonly (readonly string[])[];
}

const CHECKS: readonly Check[] = [
  { name: "lint", commands: [[bin("biome"), "check", "--error-on-warnings", "."]] },
  {
    name: "types",
    commands: [
      [bin("tsc"), "-p", "packages/nn/tsconfig.json"],
      [bin("tsc"), "-p", "packages/trainlog/tsconfig.json"],
      [bin("tsc"), "-p", "packages/dashboard/tsconfig.json"],
      [bin("tsc"), "-p", "tsconfig.json"],
    ],
  },
  { name: "imports", commands: [[process.execPath, "scripts/check-imports.ts"]] },
  {
    name: "packages",
    commands: [
      ...["packages/nn", "packages/trainlog"].flatMap((folder) => [
        [bin("publint"), "run", "--strict", folder],
        [bin("attw"), "--pack", folder, "--profile", "esm-only", "--no-emoji"],
      ]),
      [process.execPath, "scripts/check-package-size.ts", "packages/nn", "400"],
    ],
  },
  { name: "unused", commands: [[bin("knip"), "--no-progress"]] },
];

function passes({ name, commands }: Check): boolean {
  return commands.every(([command = "", ...args]) => {
    const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
    if (error === undefined && status === 0) return true;
    console.error(
      `check ${name}: ${command.replace(root, "")} ${args.join(" ")} failed (${error?.message ?? `exit code ${status}`})`,
    );
    return false;
  });
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !CHECKS.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`unknown check ${unknown.join(", ")}; there are ${CHECKS.map((check) => check.name).join(", ")}`);
  process.exit(2);
}
let [passed, failed] = [0, 0];
for (const check of CHECKS.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  const startMs = performance.now();
  const good = passes(check);
  if (good) passed += 1;
  else failed += 1;
  console.log(
    `check ${check.name}: ${good ? "passed" : "FAILED"} (${((performance.now() - startMs) / 1000).toFixed(1)} s)`,
  );
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
