import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually, LiveDashboard } from "./live-dashboard.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let dashboard: LiveDashboard;

beforeAll(async () => {
  dashboard = await LiveDashboard.open();
  const { server } = dashboard;
  for (const runId of ["one", "two"]) {
    await server.createRun({
      runId,
      project: "p",
      name: `run ${runId}`,
      tags: ["tag"],
      group: "g",
      config: { lr: 0.1 },
    });
    await server.sendRows(runId, 0, 2000, {
      "train/loss": (step) => 1 / (step + 1),
      "val/loss": (step) => 2 / (step + 1),
    });
  }
  const media = { type: "media", wallMs: 1e12, step: 0 } as const;
  await server.send("one", [
    { type: "console", lines: [{ line: 0, stream: "stderr", text: "careful", wallMs: 1e12 }] },
    { ...media, key: "hist", kind: "histogram", data: { edges: [0, 1, 2], counts: [3, 1], count: 4, nonFinite: 0 } },
    {
      ...media,
      key: "matrix",
      kind: "confusion-matrix",
      data: {
        counts: [
          [8, 2],
          [1, 9],
        ],
        labels: ["cat", "dog"],
      },
    },
    { ...media, key: "table", kind: "table", data: { columns: ["who"], rows: [["x"]] } },
  ]);
  await server.send("two", [
    { type: "finish", wallMs: Date.now(), status: "failed", exitCode: 1, error: "Error: no\n  at x" },
  ]);
});

afterEach(async () => {
  await dashboard.closePages();
  expect(dashboard.problems.splice(0)).toEqual([]);
});

afterAll(() => dashboard.close());

interface AxeViolation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe, which is on the page, finds there, in short. */
async function violations(page: Page): Promise<string[]> {
  // axe puts itself on `window`; its own types cannot be seen inside the page.
  const found = await page.evaluate(async (): Promise<AxeViolation[]> => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: AxeViolation[] }> } };
    return (await axe.run()).violations;
  });
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ""}`),
  );
}

const VIEWS: readonly (readonly [string, string])[] = [
  ["/", ".cell-name"],
  ["/projects/none", ".steps"],
  ["/runs/one", ".chart-count:not(:empty)"],
  ["/runs/one,two?smooth=time:0.6&zoom=10..500", ".chart-count:not(:empty)"],
  ["/runs/one,two?group=group&pin=val/loss&outliers=ignore", ".chart-count:not(:empty)"],
  ["/runs/one,two?tab=overview", ".values"],
  ["/runs/one?tab=console", ".console-line"],
  ["/runs/one?tab=media", ".histogram"],
];

describe.each(VIEWS)("%s", (path, ready) => {
  it("has no violation of WCAG that axe can find, in light, in dark and on a phone, and fits into 390 pixels", async () => {
    const page = await dashboard.visit(path, { colorScheme: "light" });
    const theme = () => page.evaluate(() => document.documentElement.dataset["theme"]);
    await page.locator(ready).first().waitFor();
    await page.evaluate(AXE);
    expect(await theme()).toBe("light");
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    await eventually(theme).toBe("dark");
    await page.locator(ready).first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await eventually(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await violations(page)).toEqual([]);
  });
});

it("keeps a chosen theme", async () => {
  const page = await dashboard.visit("/", { colorScheme: "light" });
  const theme = () => page.evaluate(() => document.documentElement.dataset["theme"]);
  await page.getByRole("button", { name: "Theme: auto" }).click();
  await page.getByRole("button", { name: "Theme: light" }).click();
  await eventually(theme).toBe("dark");
  await page.reload();
  await eventually(theme).toBe("dark");
});
