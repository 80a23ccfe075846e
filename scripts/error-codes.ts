/** @file The error codes that the source can throw, and those that `docs/errors.md` explains: a test holds them equal. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Codes as they stand in code: a literal `"area/what"` where `area` is one that some error is made with, and what is made for any area. */
export function codesInSource(packageDir: string): Set<string> {
  const files = globSync("src/**/*.ts", { cwd: packageDir, exclude: ["**/*.test.ts", "**/fake-*.ts", "**/test-*.ts"] });
  const texts = files.map((file) => withoutComments(readFileSync(join(packageDir, file), "utf8")));
  const areas = new Set(
    texts.flatMap((text) => [...text.matchAll(/TrainlogError\(\s*"([a-z-]+)\//g)].map((match) => match[1])),
  );
  // `type: "text/javascript"` is no error.
  const literals = texts.flatMap((text) => [...text.matchAll(/(?<!type: )"(([a-z-]+)\/[a-z0-9-]+)"/g)]);
  const codes = literals.flatMap(([, code, area]) => (code !== undefined && areas.has(area) ? [code] : []));
  return new Set([...codes, ...codesByArea(texts)]);
}

/** Codes of functions that take the area of their caller: `` `${area}/bad-option` `` for every `area: "optim"`. */
function codesByArea(texts: readonly string[]): string[] {
  const found = (pattern: RegExp): (string | undefined)[] =>
    texts.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1]));
  const whats = found(/`\$\{area\}\/([a-z-]+)`/g);
  return found(/\barea: "([a-z-]+)"/g).flatMap((area) => whats.map((what) => `${area}/${what}`));
}

/** Codes in the tables of a page: the first column's. */
export function codesInTables(markdown: string): string[] {
  const firstCells = markdown.split("\n").flatMap((line) => /^\| (`[^|]*) \|/.exec(line)?.[1] ?? []);
  return firstCells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].flatMap((match) => match[1] ?? []));
}

function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\//g, "");
}
