import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { codesInSource, codesInTables } from "./error-codes.ts";

const ROOT = join(import.meta.dirname, "..");

describe("docs/errors.md", () => {
  it("explains every code that there is, once, and no other", () => {
    const codes = ["trainlog", "nn"].flatMap((name) => [...codesInSource(join(ROOT, "packages", name))]);
    const explained = codesInTables(readFileSync(join(ROOT, "docs/errors.md"), "utf8"));
    expect(codes.length).toBeGreaterThan(200);
    expect(codes).toContain("trainer/unknown-option");
    expect([...explained].sort()).toEqual([...codes].sort());
  });
});

describe("codesInTables", () => {
  it("reads the first column only", () => {
    expect(codesInTables("| code | x |\n|---|---|\n| `a/b`, `a/c` | not `a/d` |\ntext `a/e`")).toEqual(["a/b", "a/c"]);
  });
});
