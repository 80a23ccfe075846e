import { spawnSync } from "node:child_process";
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
import { afterEach, beforeEach, describe, expect, it } from "vitest";
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
  "docs/nn/pytorch.md",
  "docs/nn/training-from-scratch.md",
  "packages/nn/README.md",
  "packages/trainlog/README.md",
];
/** A picture of one pixel: what `samples.png` stands for. */
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** A line of training's progress, as it is written where there is no terminal. */
const PROGRESS = /^step \d+\/\d+: loss \S+\n/gm;

let folder = "";

/** A person's project: trainlog installed, and the files that the examples speak of. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trainlog-pages-"));
  mkdirSync(join(folder, "node_modules/@types"), { recursive: true });
  mkdirSync(join(folder, "node_modules/@trainlog"));
  symlinkSync(join(ROOT, "packages/trainlog"), join(folder, "node_modules/trainlog"));
  symlinkSync(join(ROOT, "packages/nn"), join(folder, "node_modules/@trainlog/nn"));
  symlinkSync(join(ROOT, "node_modules/@types/node"), join(folder, "node_modules/@types/node"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(folder, "samples.png"), Buffer.from(PNG, "base64"));
  writeFileSync(join(folder, "model.bin"), "weights");
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Whether code has a name, with the namespace that it lies in; `t` is how the page imports the whole package. */
function mentions(code: string, name: string): boolean {
  const [last = "", namespace = "t"] = name.split(".").reverse();
  const before = namespace === "t" ? "(?:(?<![\\w.])|\\bt\\.)" : `\\b${namespace}\\.`;
  return new RegExp(`${before}${last}\\b`).test(code);
}

const read = (page: string): string => readFileSync(join(ROOT, page), "utf8");

/** Writes the TypeScript of a page into files and gives their names. */
function writeBlocks(page: string): string[] {
  return codeBlocks(read(page), "ts").map((code, i) => {
    const name = `${page.replaceAll(/\W/g, "-")}-${i + 1}.ts`;
    writeFileSync(join(folder, name), code);
    return name;
  });
}

function runNode(...args: string[]): { code: number | null; output: string; errors: string } {
  const { TRAINLOG_DIR: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: "utf8" });
  return { code: status, output: stdout, errors: stderr };
}

describe("the code on the pages", () => {
  it.each(PAGES_WITH_CODE)("%s runs as it stands", (page) => {
    const names = writeBlocks(page);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const { code, errors } = runNode("--conditions=@trainlog/source", name);
      expect({ name, code, errors: errors.replaceAll(PROGRESS, "") }).toEqual({ name, code: 0, errors: "" });
    }
  });

  it("README.md logs what it says", async () => {
    for (const name of writeBlocks("README.md")) runNode("--conditions=@trainlog/source", name);
    await using store = await openStore(join(folder, "trainlog"), { mode: "read" });
    const { runs } = await store.listRuns();
    expect(runs.map(({ state, project, rowCount }) => ({ state, project, rowCount }))).toEqual([
      { state: "finished", project: "quickstart", rowCount: 200 },
      { state: "finished", project: "digits", rowCount: 1 },
      { state: "finished", project: "digits", rowCount: 1000 },
    ]);
  });

  it("has no type error, in a project with strict settings", () => {
    const files = PAGES_WITH_CODE.flatMap(writeBlocks);
    // Settings of this repository that a person's project need not share.
    const own = { isolatedDeclarations: false, declaration: false, noPropertyAccessFromIndexSignature: false };
    const config = {
      extends: join(ROOT, "tsconfig.base.json"),
      compilerOptions: { ...own, noEmit: true },
      files,
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    expect(runNode(join(ROOT, "node_modules/typescript/lib/tsc.js"), "-p", folder)).toMatchObject({
      code: 0,
      output: "",
    });
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
