import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { eventually, LiveDashboard } from "./live-dashboard.ts";

/** What would run, and leave a mark, wherever text of a script became markup of the page. */
const MARKUP = `"'><img src=x data-xss onerror="window.hacked=1"><script data-xss>window.hacked=1</script>`;

let dashboard: LiveDashboard;

beforeAll(async () => {
  dashboard = await LiveDashboard.open();
  const { server } = dashboard;
  const facts = { project: MARKUP, tags: [MARKUP], group: MARKUP, jobType: MARKUP, notes: MARKUP, source: MARKUP };
  const config = { [MARKUP]: MARKUP, deep: { [MARKUP]: [MARKUP, { [MARKUP]: 1 }] }, text: `${MARKUP}\n${MARKUP}` };
  for (const runId of ["bad", "twin"]) {
    await server.createRun({ runId, name: MARKUP, ...facts, config: { ...config, own: runId } });
    await server.sendRows(runId, 0, 20, { [MARKUP]: (step) => step, [`train/${MARKUP}`]: (step) => step });
  }
  const media = { type: "media", wallMs: 1e12, step: 0, key: MARKUP } as const;
  const figure = { data: [{ type: "bar", name: MARKUP, x: [MARKUP], y: [1] }], layout: { title: MARKUP } };
  const files = [
    { path: `${MARKUP}.csv`, sizeBytes: MARKUP.length, sha256: await server.putBlob(MARKUP) },
    { path: "away", sizeBytes: 1, uri: "javascript:window.hacked=1" },
  ];
  await server.send("bad", [
    { type: "console", lines: [{ line: 0, stream: "stdout", text: `\u001b[31m${MARKUP}`, wallMs: 1e12 }] },
    { type: "summary", set: { [MARKUP]: MARKUP } },
    { type: "alert", wallMs: 1e12, title: MARKUP, text: MARKUP, level: "error" },
    { ...media, kind: "table", data: { columns: [MARKUP], rows: [[MARKUP], [{ [MARKUP]: MARKUP }]] } },
    { ...media, key: "text", kind: "text", data: { text: MARKUP, format: "plain", caption: MARKUP } },
    { ...media, key: "matrix", kind: "confusion-matrix", data: { counts: [[1]], labels: [MARKUP] } },
    { ...media, key: "figure", kind: "figure", data: { format: "plotly", spec: figure } },
    { ...media, key: "odd", kind: "file", data: { name: MARKUP } },
    {
      type: "artifact",
      direction: "produced",
      name: MARKUP,
      kind: MARKUP,
      wallMs: 1e12,
      digest: "d".repeat(64),
      version: MARKUP,
      aliases: [MARKUP],
      description: MARKUP,
      metadata: { [MARKUP]: MARKUP },
      files,
    },
    { type: "finish", wallMs: 2e12, status: "failed", error: `${MARKUP}\n${MARKUP}` },
  ]);
});

afterEach(async () => {
  await dashboard.closePages();
  expect(dashboard.problems.splice(0)).toEqual([]);
});

afterAll(() => dashboard.close());

/** Expects the text to stand on the page as text. */
async function expectHarmless(page: Page, place: string): Promise<void> {
  await eventually(() => page.locator(place).first().innerText()).toContain("data-xss");
  expect(await page.locator("[data-xss], [onerror], a[href^='javascript']").count()).toBe(0);
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
}

it.each([
  ["/", "main"],
  [`/projects/${encodeURIComponent(MARKUP)}`, "h1"],
  ["/runs/bad", "h1"],
  ["/runs/bad?tab=overview", ".tree"],
  ["/runs/bad?tab=console", ".console"],
  ["/runs/bad?tab=media", ".media-grid"],
  ["/runs/bad?tab=artifacts", ".artifacts-tab"],
  ["/runs/bad,twin", "main"],
  ["/runs/bad,twin?tab=overview", ".values"],
  [`/projects/p/${encodeURIComponent(MARKUP)}`, ".empty"],
])("shows markup in names and values as text at %s", async (path, place) => {
  const page = await dashboard.visit(path);
  await expectHarmless(page, place);
});

it("shows it as text in the command bar, in a preview and in the details of an error, too", async () => {
  const page = await dashboard.visit("/runs/bad?tab=artifacts");
  await page.getByRole("button", { name: /^Preview/ }).click();
  await expectHarmless(page, ".file-preview");
  await page.locator(".notice details summary").first().click();
  await expectHarmless(page, ".stack");
  await page.keyboard.press("Control+k");
  await expectHarmless(page, ".command-list");
});
