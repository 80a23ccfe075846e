import { spawn } from "node:child_process";
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openStore } from "trainlog/store";
import { afterAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../packages/trainlog/src/cli/commands.ts";
import { allCode, codeBlocks, fileLinks } from "./pages.ts";
import { publicNames } from "./public-names.ts";

const ROOT = join(import.meta.dirname, "..");
const PAGES_WITH_CODE = [
  "README.md",
  "docs/autograd.md",
  "docs/training-log.md",
  "docs/errors.md",
  "docs/nn/all-of-nn.md",
  "docs/nn/engine.md",
  "docs/nn/in-the-browser.md",
  "docs/nn/pytorch.md",
  "docs/nn/training-from-scratch.md",
  "packages/nn/README.md",
  "packages/trainlog/README.md",
];
/** A picture of one pixel: what `samples.png` stands for. */
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** A line of training's progress, as it is written where there is no terminal. */
const PROGRESS = /^(step \d+\/\d+: loss|going on from step \d+:) \S+\n/gm;

const folders: string[] = [];

/** A person's project: trainlog installed, and the files that the examples speak of. */
function makeProject(): string {
  const folder = mkdtempSync(join(tmpdir(), "trainlog-pages-"));
  folders.push(folder);
  mkdirSync(join(folder, "node_modules/@types"), { recursive: true });
  mkdirSync(join(folder, "node_modules/@trainlog"));
  symlinkSync(join(ROOT, "packages/trainlog"), join(folder, "node_modules/trainlog"));
  symlinkSync(join(ROOT, "packages/nn"), join(folder, "node_modules/@trainlog/nn"));
  symlinkSync(join(ROOT, "node_modules/@types/node"), join(folder, "node_modules/@types/node"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(folder, "samples.png"), Buffer.from(PNG, "base64"));
  writeFileSync(join(folder, "model.bin"), "weights");
  return folder;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Whether code has a name, with the namespace that it lies in; `t` is how the page imports the whole package. */
function mentions(code: string, name: string): boolean {
  const [last = "", namespace = "t"] = name.split(".").reverse();
  const before = namespace === "t" ? "(?:(?<![\\w.])|\\bt\\.)" : `\\b${namespace}\\.`;
  return new RegExp(`${before}${last}\\b`).test(code);
}

const read = (page: string): string => readFileSync(join(ROOT, page), "utf8");

/** Writes the TypeScript of a page into files and gives their names. */
function writeBlocks(folder: string, page: string): string[] {
  return codeBlocks(read(page), "ts").map((code, i) => {
    const name = `${page.replaceAll(/\W/g, "-")}-${i + 1}.ts`;
    writeFileSync(join(folder, name), code);
    return name;
  });
}

/** Loads the modules that it is told, one after the other: most of the time of a short script is loading the packages. */
const RUN_ALL = `for (const name of process.argv.slice(1)) {
  await import(new URL(name, "file://" + process.cwd() + "/")).catch((error) => {
    console.error(name, error);
    process.exitCode = 1;
  });
}`;

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

function runNode(folder: string, ...args: string[]): Promise<Ended> {
  const { TRAINLOG_DIR: _, ...env } = process.env;
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let [output, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  return new Promise((settle, fail) => {
    child.once("error", fail);
    child.once("close", (code) => settle({ code, output, errors }));
  });
}

/** Runs the TypeScript of a page in a project of its own, and gives the project's folder. */
async function runPage(page: string): Promise<string> {
  const folder = makeProject();
  const names = writeBlocks(folder, page);
  expect(names.length).toBeGreaterThan(0);
  const args = ["--conditions=@trainlog/source", "--input-type=module", "--eval", RUN_ALL, "--", ...names];
  const { code, errors } = await runNode(folder, ...args);
  expect({ code, errors: errors.replaceAll(PROGRESS, "") }).toEqual({ code: 0, errors: "" });
  return folder;
}

// Side by side, because each waits for processes of its own.
describe.concurrent("the code on the pages", () => {
  it.each(PAGES_WITH_CODE.filter((page) => page !== "README.md"))("%s runs as it stands", async (page) => {
    await runPage(page);
  });

  it("README.md runs as it stands, and logs what it says", async () => {
    const folder = await runPage("README.md");
    await using store = await openStore(join(folder, "trainlog"), { mode: "read" });
    const { runs } = await store.listRuns();
    expect(runs.map(({ state, project, rowCount }) => ({ state, project, rowCount }))).toEqual([
      { state: "finished", project: "quickstart", rowCount: 200 },
      { state: "finished", project: "digits", rowCount: 1 },
      { state: "finished", project: "digits", rowCount: 1000 },
    ]);
  });

  it("has no type error, in a project with strict settings", async () => {
    const folder = makeProject();
    const files = PAGES_WITH_CODE.flatMap((page) => writeBlocks(folder, page));
    // Settings of this repository that a person's project need not share.
    const own = { isolatedDeclarations: false, declaration: false, noPropertyAccessFromIndexSignature: false };
    const config = {
      extends: join(ROOT, "tsconfig.base.json"),
      compilerOptions: { ...own, noEmit: true },
      files,
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(ROOT, "node_modules/typescript/lib/tsc.js");
    expect(await runNode(folder, tsc, "-p", folder)).toMatchObject({ code: 0, output: "" });
  });
});

describe("the pages", () => {
  const pages = globSync(
    ["*.md", "docs/**/*.md", "examples/**/*.md", "bench/*.md", "packages/*/*.md", "packages/*/src/**/*.md"],
    {
      cwd: ROOT,
      exclude: ["**/node_modules/**"],
    },
  );

  it.each(pages)("%s links to what is there", (page) => {
    const targets = fileLinks(read(page)).map((target) => join(dirname(page), target));
    expect(targets.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it("docs/nn/all-of-nn.md names everything that @trainlog/nn exports", () => {
    const code = allCode(read("docs/nn/all-of-nn.md"));
    const names = publicNames(join(ROOT, "packages/nn/src/index.ts"));
    expect(names.length).toBeGreaterThan(500);
    expect(names.filter((name) => !mentions(code, name))).toEqual([]);
  });

  it("README.md names every command", () => {
    const rows = read("README.md")
      .split("\n")
      .filter((line) => line.startsWith("| `trainlog"));
    expect(
      COMMANDS.map(({ name }) => name).filter((name) => !rows.some((row) => row.includes(`trainlog ${name}`))),
    ).toEqual([]);
  });
});
