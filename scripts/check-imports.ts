/**
 * @file Checks who may import whom (the tables in ARCHITECTURE.md), on the imports that TypeScript itself finds.
 *
 * Rooms are folders below a package's `src`. A rule names the rooms (or single files) that a room may import besides itself; whatever is
 * not named is refused, so a new dependency between rooms is a decision and not an accident.
 */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** One import that the rules refuse. */
export interface Violation {
  readonly file: string;
  readonly imported: string;
  readonly why: string;
}

/** What each room of a package may import, longest prefix first. Paths are relative to the package's `src`. */
export type Rooms = Readonly<Record<string, readonly string[]>>;

/** The rooms of `packages/trainlog`. */
export const ROOMS: Rooms = {
  run: [],
  files: [],
  log: ["files", "run/error.ts", "run/json.ts"],
  widgets: ["log", "run/error.ts", "run/json.ts"],
  "run-log/codec": ["run"],
  "run-log/write": ["run", "run-log/codec", "run-log/file-system.ts", "run-log/disk-error.ts"],
  "run-log/read": ["run", "run-log/codec", "run-log/file-system.ts", "run-log/disk-error.ts", "run-log/write/lock.ts"],
  "run-log/seal": ["run", "run-log"],
  "run-log/check": ["run", "run-log"],
  "run-log": ["run", "files"],
  query: ["run"],
  store: ["run", "files", "run-log", "query"],
  track: ["run", "files", "log", "run-log"],
  api: ["run"],
  server: ["run", "files", "run-log", "query", "store", "api"],
  formats: ["run", "files", "log", "run-log/codec", "api"],
  backup: ["run", "files", "run-log"],
  client: ["run", "run-log/codec", "api"],
  cli: [
    "run",
    "files",
    "log",
    "widgets",
    "run-log",
    "query",
    "store",
    "track",
    "api",
    "server",
    "formats",
    "backup",
    "client",
    "index.ts",
  ],
  "index.ts": ["run", "track", "log"],
  "index.browser.ts": ["run", "track", "log"],
};

/** What a tensor is and how it is computed and differentiated: these rooms know each other, because an operation is all of it at once. */
const CORE = [
  "error.ts",
  "node-modules.ts",
  "options",
  "shape",
  "tensor",
  "engine",
  "primitives",
  "autograd",
  "ir",
] as const;

/** The rooms of `packages/nn`. */
export const NN_ROOMS: Rooms = {
  "error.ts": [],
  ...Object.fromEntries(CORE.slice(2).map((room) => [room, CORE])),
  "node-modules.ts": ["error.ts"],
  options: ["error.ts"],
  files: ["error.ts", "node-modules.ts"],
  ops: CORE,
  random: CORE,
  compile: CORE,
  webgpu: [...CORE, "compile"],
  nn: [...CORE, "ops", "random"],
  optim: [...CORE, "nn/model.ts"],
  data: [...CORE, "files", "random"],
  interop: [...CORE, "files", "compile", "nn"],
  trainer: [...CORE, "files", "ops", "random", "compile", "webgpu", "nn", "optim", "data", "interop"],
  "index.ts": [...CORE, "ops", "random", "compile", "webgpu", "nn", "optim", "data", "interop", "trainer"],
};

/** Files that must stay free of Node built-ins, because browsers load them. */
const BROWSER_ENTRIES = [
  "index.browser.ts",
  "log/index.browser.ts",
  "widgets/index.ts",
  "run-log/codec/index.ts",
  "run/index.ts",
  "run/media.ts",
  "query/index.ts",
];

const root = fileURLToPath(new URL("..", import.meta.url));

/** The specifiers that a source file imports, static and dynamic, without those in comments and strings. */
export function importsOf(source: string): string[] {
  return ts.preProcessFile(source, true, true).importedFiles.map((file) => file.fileName);
}

/** The room of a path relative to the package's `src`: the longest entry of `rooms` that contains it. */
export function roomOf(path: string, rooms: Rooms = ROOMS): string | undefined {
  return Object.keys(rooms)
    .filter((room) => path === room || path.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}

/** Says whether a file may import another one, both relative to the package's `src`. */
export function isAllowed(from: string, to: string, rooms: Rooms = ROOMS): boolean {
  const room = roomOf(from, rooms);
  if (room === undefined) return false;
  if (roomOf(to, rooms) === room || to.startsWith(`${room}/`)) return true;
  return (rooms[room] ?? []).some((allowed) => to === allowed || to.startsWith(`${allowed}/`));
}

function sourceFiles(dir: string): string[] {
  return globSync("**/*.{ts,tsx}", { cwd: dir }).filter(
    (path) => !/\.(test|test-d)\.tsx?$|(^|\/)test-[^/]*$/.test(path),
  );
}

function checkRooms(src: string, rooms: Rooms): Violation[] {
  return sourceFiles(src).flatMap((file) =>
    importsOf(readFileSync(join(src, file), "utf8"))
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => relative(src, resolve(dirname(join(src, file)), specifier)))
      .filter((target) => !isAllowed(file, target, rooms))
      .map((target) => ({
        file,
        imported: target,
        why: `room "${roomOf(file, rooms) ?? "(none)"}" may not import it`,
      })),
  );
}

/** Walks what a browser entry loads and finds Node built-ins; type-only imports do not count, they are erased. */
function checkBrowserEntries(src: string, entries: readonly string[]): Violation[] {
  const found: Violation[] = [];
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const { outputText } = ts.transpileModule(readFileSync(join(src, file), "utf8"), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true },
    });
    for (const specifier of importsOf(outputText)) {
      if (specifier.startsWith("node:"))
        found.push({ file, imported: specifier, why: "a browser entry reaches this file" });
      else if (specifier.startsWith(".")) visit(relative(src, resolve(dirname(join(src, file)), specifier)));
    }
  };
  for (const entry of entries) visit(entry);
  return found;
}

/** Browsers load all of `@trainlog/nn`: what only Node has is imported where a function needs it (`await import`), never at the top of a file. */
function checkStaticNodeImports(src: string): Violation[] {
  const why = "the whole package runs in browsers: import it inside the function that needs it";
  return sourceFiles(src).flatMap((file) =>
    [
      ...readFileSync(join(src, file), "utf8").matchAll(/^(?:import|export) (?!type\b)[^;"]*?from "(node:[^"]+)"/gm),
    ].map(([, imported = ""]) => ({ file: `nn/src/${file}`, imported, why })),
  );
}

function checkDashboardLib(): Violation[] {
  const lib = join(root, "packages/dashboard/src/lib");
  return sourceFiles(lib).flatMap((file) =>
    importsOf(readFileSync(join(lib, file), "utf8"))
      .filter((specifier) => /^(preact|uplot|@preact)/.test(specifier) || /\/(components|pages)\//.test(specifier))
      .map((imported) => ({ file: `dashboard/src/lib/${file}`, imported, why: "lib is pure: no DOM, no components" })),
  );
}

/** All violations in the repository. */
export function checkImports(): Violation[] {
  const [trainlog, nn] = [join(root, "packages/trainlog/src"), join(root, "packages/nn/src")];
  return [
    ...checkRooms(trainlog, ROOMS),
    ...checkBrowserEntries(trainlog, BROWSER_ENTRIES),
    ...checkRooms(nn, NN_ROOMS),
    ...checkStaticNodeImports(nn),
    ...checkDashboardLib(),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const violations = checkImports();
  for (const { file, imported, why } of violations) console.error(`${file} imports ${imported}: ${why}`);
  console.log(violations.length === 0 ? "import rules hold" : `${violations.length} imports break the rules`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
