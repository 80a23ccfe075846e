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

it("loads at most 150 kB with everything that it has", () => {
  const sizes = files.map((file) => gzipSync(readFileSync(file)).length);
  expect(sizes.length).toBeGreaterThanOrEqual(3);
  expect(sizes.reduce((a, b) => a + b)).toBeLessThan(BUDGET_BYTES);
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
