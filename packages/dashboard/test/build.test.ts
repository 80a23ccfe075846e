import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildDashboard } from "./dashboard-build.ts";

/** Most that the first view may load, in bytes of gzip. */
const BUDGET_BYTES = 150 * 1000;

let dir: string;
let files: string[];

beforeAll(async () => {
  dir = await buildDashboard();
  files = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The files that a page loads before it shows something: what it names, and what those import. Parts that are loaded when they are wanted are not among them. */
function firstFiles(): string[] {
  const first = new Set(["index.html"]);
  for (const name of first) {
    const text = readFileSync(join(dir, name), "utf8");
    const named = name.endsWith(".html")
      ? text.matchAll(/(?:src|href)="\/([^"]+)"/g)
      : text.matchAll(/\b(?:import|from)\s*"\.\/([^"]+)"/g);
    for (const [, path = ""] of named) first.add(name.endsWith(".html") ? path : join("assets", path));
  }
  return [...first];
}

it("loads at most 150 kB before it shows something", () => {
  const sizes = firstFiles().map((name) => gzipSync(readFileSync(join(dir, name))).length);
  expect(sizes.length).toBeGreaterThanOrEqual(3);
  const bytes = sizes.reduce((a, b) => a + b);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(BUDGET_BYTES);
});

it("has no inline script or style, which the content policy would refuse", () => {
  const html = readFileSync(join(dir, "index.html"), "utf8");
  expect(html).toMatch(/<script type="module" crossorigin src="\/assets\/[^"]+\.js">/);
  expect(html.match(/<script(?![^>]*\bsrc=)/g)).toBeNull();
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
});

it("fetches nothing from outside", () => {
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    const addresses =
      text.match(/(?:src|href)="(?:https?:)?\/\/[^"]*|url\((?:["']?https?:)?\/\/[^)]*|@import[^;]*/g) ?? [];
    expect(addresses, file).toEqual([]);
  }
});
