import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { COMMANDS } from "../packages/trainlog/src/cli/commands.ts";
import { cliReference } from "./cli-reference.ts";

const page = readFileSync(new URL("../docs/cli.md", import.meta.url), "utf8");

it("docs/cli.md has the help of every command as it is; node scripts/cli-reference.ts brings it up to date", async () => {
  expect(page.endsWith(await cliReference())).toBe(true);
});

it("every command has a summary like that of its table, and an example", async () => {
  for (const entry of COMMANDS) {
    const command = await entry.load();
    expect([command.name, command.summary]).toEqual([entry.name, entry.summary]);
    expect(command.examples.length).toBeGreaterThan(0);
  }
});
