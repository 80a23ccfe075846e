/**
 * @file Builds everything that the packages publish: compiled TypeScript, the dashboard and the single-file widgets.
 *
 * Runs as npm's `prepare`, so that `npm ci` alone leaves a clone in which `npx trainlog` works. Plain JavaScript, because npm also runs it with
 * an older Node before the pinned one is installed (`npm install --package-lock-only`): then there is nothing to build with, and it says so.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name) => join(root, "node_modules", ".bin", name);

if (!existsSync(bin("tsc"))) {
  console.log("build: the tools are not installed yet; run `npm ci`");
  process.exit(0);
}

function run(title, command, args, cwd = root) {
  const startMs = performance.now();
  const { status, error } = spawnSync(command, args, { cwd, stdio: "inherit" });
  if (error !== undefined || status !== 0) {
    console.error(`build: ${title} failed${error === undefined ? "" : `: ${error.message}`}`);
    process.exit(1);
  }
  console.log(`build: ${title} (${((performance.now() - startMs) / 1000).toFixed(1)} s)`);
}

/** Compiles into a fresh folder and swaps it in: nobody sees half a build, and no file of an earlier one stays behind. */
async function compile(title, packageDir, { compact = false } = {}) {
  const dist = join(packageDir, "dist");
  const fresh = join(packageDir, `.dist-${process.pid}`);
  mkdirSync(fresh);
  process.on("exit", () => rmSync(fresh, { recursive: true, force: true }));
  run(title, bin("tsc"), ["-p", join(packageDir, "tsconfig.build.json"), "--outDir", fresh]);
  if (compact) await compactPackage(title, fresh);
  for (const kept of ["dashboard"]) {
    if (existsSync(join(dist, kept))) renameSync(join(dist, kept), join(fresh, kept));
  }
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
}

/** Packages that a user installs when they want what needs them. */
const PEERS = ["fast-png", "jpeg-js", "hyparquet", "onnxruntime-node", "trainlog"];

/**
 * Makes a package small for those who load it as it is, browsers above all: one file of JavaScript without comments (and one for each part that is
 * loaded on demand), and only those declarations that can be reached from the entry. Names stay as they are, and lines short, for readable stacks: under
 * an uncaught error Node prints the whole line that threw it.
 */
async function compactPackage(title, dir) {
  const outside = ["node:*", ...PEERS].map((name) => `--external:${name}`);
  const options = [
    "--bundle",
    "--splitting",
    "--format=esm",
    "--platform=neutral",
    "--minify-whitespace",
    "--minify-syntax",
    "--line-limit=600",
  ];
  const bundled = join(dir, ".bundled");
  run(
    `${title}, in one file`,
    bin("esbuild"),
    ["index.js", ...options, ...outside, "--log-level=warning", `--outdir=${bundled}`],
    dir,
  );
  const kept = reachableDeclarations(join(dir, "index.d.ts"));
  for (const name of readdirSync(dir, { recursive: true })) {
    const file = join(dir, name);
    const isOurs = !file.startsWith(bundled);
    if (isOurs && (name.endsWith(".js") || (name.endsWith(".d.ts") && !kept.has(file)))) rmSync(file);
  }
  // Loaded now, as it needs the compiler.
  const { trimDeclarations } = await import("./trim-declarations.mjs");
  trimDeclarations(join(dir, "index.d.ts"), kept);
  for (const name of readdirSync(bundled)) renameSync(join(bundled, name), join(dir, name));
  rmSync(bundled, { recursive: true });
}

/** The declaration files that an entry imports, and these import, and so on. */
function reachableDeclarations(entry, seen = new Set()) {
  if (seen.has(entry) || !existsSync(entry)) return seen;
  seen.add(entry);
  for (const [, path] of readFileSync(entry, "utf8").matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
    reachableDeclarations(join(dirname(entry), path.replace(/\.[jt]s$/, ".d.ts")), seen);
  }
  return seen;
}

// The command line trains with the toolkit, so the toolkit's types come first.
await compile("nn", join(root, "packages", "nn"), { compact: true });
await compile("trainlog", join(root, "packages", "trainlog"));
if (existsSync(join(root, "packages", "dashboard", "vite.config.ts"))) {
  run("dashboard", bin("vite"), ["build", "--logLevel", "warn"], join(root, "packages", "dashboard"));
}
