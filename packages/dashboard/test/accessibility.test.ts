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
      config: { lr: 0.1, model: { width: 64, layers: [{ kind: "conv" }] } },
      notes:
        "# Goal\n\nSee [this](https://a.b/) and `code`.\n\n- [x] done\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quote",
    });
    await server.sendRows(runId, 0, 2000, {
      "train/loss": (step) => 1 / (step + 1),
      "val/loss": (step) => 2 / (step + 1),
    });
  }
  const media = { type: "media", wallMs: 1e12, step: 0 } as const;
  await server.send("one", [
    {
      type: "console",
      lines: [
        { line: 0, stream: "stderr", text: "careful", wallMs: 1e12 },
        ...Array.from({ length: 16 }, (_, i) => ({
          line: i + 1,
          stream: "stdout" as const,
          text: `\u001b[${i < 8 ? 30 + i : 82 + i}mink\u001b[0m \u001b[${i < 8 ? 40 + i : 92 + i}mground\u001b[0m \u001b[2mdim\u001b[0m \u001b[38;5;${i * 14 + 20}mcube\u001b[0m`,
          wallMs: 1e12,
        })),
      ],
    },
    {
      type: "artifact",
      direction: "produced",
      name: "model",
      kind: "model",
      wallMs: 1e12,
      digest: "d".repeat(64),
      aliases: ["best"],
      metadata: { acc: 0.9 },
      files: [{ path: "table.csv", sizeBytes: 8, sha256: await server.putBlob("a,b\n1,2\n") }],
    },
    {
      ...media,
      key: "figure",
      kind: "figure",
      data: { format: "plotly", spec: { data: [{ y: [1, 2, 3] }, { y: [3, 2, 1] }], layout: { title: "Two lines" } } },
    },
    {
      ...media,
      key: "hist",
      step: 5,
      kind: "histogram",
      data: { edges: [0, 1, 2], counts: [3, 1], count: 4, nonFinite: 0 },
    },
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

/** Address, what shows that it is drawn, and what is pressed then (nothing when empty). */
const VIEWS: readonly (readonly [path: string, ready: string, press: string])[] = [
  ["/", ".cell-name", ""],
  ["/projects/none", ".steps", ""],
  ["/runs/one", ".chart-count:not(:empty)", ""],
  ["/runs/one,two?smooth=time:0.6&zoom=10..500", ".chart-count:not(:empty)", ""],
  ["/runs/one,two?group=group&pin=val/loss&outliers=ignore", ".chart-count:not(:empty)", ""],
  ["/runs/one,two?tab=overview", ".values", ""],
  ["/runs/one?tab=console", ".console-line", ""],
  ["/runs/one?tab=media", ".histogram", ""],
  ["/runs/one?tab=media", ".histogram", "text=Over all steps"],
  ["/runs/one?tab=overview", ".markdown table", ""],
  ["/runs/one?tab=overview", ".markdown table", ".notes-card .button"],
  ["/runs/one?tab=artifacts", ".file-row", ".file-row button"],
  ["/runs/one?tab=artifacts", ".file-row", ".artifact-versions summary"],
  ["/runs/one?tab=overview", ".tree-leaf", "[aria-label='Rename run']"],
  ["/runs/one?tab=overview", ".tree-leaf", ".run-menu summary"],
  ["/runs/one?tab=console", ".console-line", ".command-button"],
  ["/runs/one?tab=console", ".console-line", ".shortcut-button"],
  ["/runs/missing", ".notice-error", ""],
  ["/projects/a/b/c", ".empty", ""],
];

describe.each(VIEWS)("%s %s %s", (path, ready, press) => {
  it("has no violation of WCAG that axe can find, in light, in dark and on a phone, and fits into 390 pixels", async () => {
    const page = await dashboard.visit(path, { colorScheme: "light" });
    const theme = () => page.evaluate(() => document.documentElement.dataset["theme"]);
    await page.locator(ready).first().waitFor();
    if (press !== "") await page.locator(press).first().click();
    await page.evaluate(AXE);
    expect(await theme()).toBe("light");
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    await eventually(theme).toBe("dark");
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
